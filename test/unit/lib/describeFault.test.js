const { z } = require('zod');

const { describeFault } = require('../../../build/core/lib/describeFault');

test.each([
	[z.string(), 1, 'must be text'],
	[z.string(), null, 'must be text, but is empty'],
	[z.number().int(), 1.5, 'must be a whole number'],
	[z.number().min(1), 0, 'must be at least 1'],
	[z.number().positive(), 0, 'must be more than 0'],
	[z.number().lt(5), 5, 'must be less than 5'],
	[z.array(z.string()).max(2), ['a', 'b', 'c'], 'must have at most 2 entries'],
	[z.string().min(3), 'a', 'must have at least 3 characters'],
	[z.enum(['a', 'b']), 'c', 'must be one of: a, b'],
	[z.enum(['a', 'b']), 1, 'must be one of: a, b'],
	[z.literal(7), 8, 'must be 7'],
	[z.object({}).strict(), { c: 1 }, 'must not have the field "c"'],
	[z.string().datetime(), 'x', 'must be a date and time, e.g. 2025-01-15T10:00:00.000Z'],
	[z.string().regex(/^a/, 'is odd'), 'x', 'is odd'],
	[z.string().refine(() => false, 'is odd'), 'x', 'is odd'],
	[z.union([z.string(), z.number()]), true, 'has a value that is not valid'],
])('describeFault of schema %# says what is expected instead of %j: %s', (schema, value, text) => {
	expect(describeFault(schema.safeParse(value).error.issues[0])).toBe(text);
});
