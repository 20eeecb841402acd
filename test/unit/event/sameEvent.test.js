const {
	IdempotencyConflictError,
	IdentifiedEvents,
	isSameEvent,
} = require('../../../build/core/event/sameEvent');

const event = (dataJson, type = 'order.created') => ({ type, dataJson });

test.each([
	['equal text', '{"a":1}', '{"a":1}'],
	['fields in another order', '{"a":1,"b":{"c":2,"d":3}}', '{"b":{"d":3,"c":2},"a":1}'],
	['other white space', '{"a":[1,2]}', '{ "a": [1, 2] }'],
	['an escaped letter', '{"a":"\\u00fc"}', '{"a":"ü"}'],
	['a long integer', '{"id":616581622363398142}', '{ "id": 616581622363398142 }'],
])('events with %s are the same', (_, a, b) => {
	expect(isSameEvent(event(a), event(b))).toBe(true);
});

test.each([
	['another value', '{"a":1}', '{"a":2}'],
	['text instead of a number', '{"a":1}', '{"a":"1"}'],
	['one more field', '{"a":1}', '{"a":1,"b":null}'],
	['a list in another order', '{"a":[1,2]}', '{"a":[2,1]}'],
	[
		'integers that JavaScript rounds to the same',
		'{"id":616581622363398142}',
		'{"id":616581622363398143}',
	],
])('events with %s differ', (_, a, b) => {
	expect(isSameEvent(event(a), event(b))).toBe(false);
});

test('events of different types differ', () => {
	expect(isSameEvent(event('{}'), event('{}', 'order.paid'))).toBe(false);
});

test('the conflict has a code and says what to do', () => {
	const error = new IdempotencyConflictError();
	expect(error).toMatchObject({ name: 'IdempotencyConflictError', code: 'IDEMPOTENCY_CONFLICT' });
	expect(error.message).toMatch(/IDEMPOTENCY_CONFLICT.*"Idempotency Key"/);
});

test('events of one run with the same ID are the same event, or one of them is a conflict', () => {
	const events = new IdentifiedEvents();
	const url = 'https://a.example/hook';
	events.add(url, 'evt_1', event('{"a":1}'));
	events.add(url, 'evt_1', event('{ "a": 1 }'));
	events.add(url, 'evt_2', event('{"a":2}'));
	events.add('https://b.example/hook', 'evt_1', event('{"a":2}'));
	const add = () => events.add(url, 'evt_1', event('{"a":2}'));
	expect(add).toThrow(/IDEMPOTENCY_CONFLICT.*"Event ID"/);
	expect(() => events.add(url, 'evt_2', event('{"a":2}', 'order.paid'))).toThrow('different type');
});
