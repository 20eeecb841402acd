import { z } from 'zod';

import { INVALID_ITERATOR, isIterator } from './iterators';
import { NAME, NAME_RULE } from './nameSchemas';
import { timeText } from './timeText';

/** The query parameters of Svix's API, as text. Unknown ones are rejected, since they would be ignored. */

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 250;

const switchWith = (initial: boolean) =>
	z
		.enum(['true', 'false'])
		.optional()
		.transform((value) => (value === undefined ? initial : value === 'true'));

const number = (min: number, max: number) =>
	z
		.string()
		.regex(/^\d{1,6}$/, 'must be a whole number')
		.transform(Number)
		.pipe(z.number().min(min).max(max));

const time = timeText.transform((text) => new Date(text).toISOString()).optional();

/**
 * The fields of a list in pages.
 * @param length how many texts the positions of the list have
 * @param hasTime `true` if the first one is a time that the tables compare
 */
const pages = (length: number, hasTime = false) => ({
	limit: number(1, MAX_LIMIT)
		.optional()
		.transform((limit = DEFAULT_LIMIT) => limit),
	iterator: z
		.string()
		.max(512)
		.refine((text) => isIterator(text, length, hasTime), INVALID_ITERATOR)
		.optional(),
});

const order = z.enum(['ascending', 'descending']).optional();

const names = z
	.union([z.string(), z.array(z.string())])
	.transform((list) => (Array.isArray(list) ? list : list.split(',')))
	.pipe(z.array(z.string().max(256).regex(NAME, NAME_RULE)).max(100))
	.optional();

const filters = {
	channel: z.string().max(128).regex(NAME, NAME_RULE).optional(),
	before: time,
	after: time,
	event_types: names,
	with_content: switchWith(true),
};

const expanded = { expanded_statuses: switchWith(false) };

const status = number(0, 4).optional();
const statusCodeClass = z
	.enum(['0', '100', '200', '300', '400', '500'])
	.transform(Number)
	.optional();

const attempts = {
	...pages(3, true),
	...filters,
	...expanded,
	status,
	status_code_class: statusCodeClass,
};

/** Query schemas by name. */
export const QUERY_SCHEMAS = {
	none: z.object({}).strict(),
	page: z.object(pages(2)).strict(),
	ordered: z.object({ ...pages(2), order }).strict(),
	createApplication: z.object({ get_if_exists: switchWith(false) }).strict(),
	content: z.object({ with_content: switchWith(true) }).strict(),
	messages: z.object({ ...pages(2, true), ...filters }).strict(),
	attemptsByEndpoint: z.object({ ...attempts, with_msg: switchWith(false) }).strict(),
	attemptsByMessage: z
		.object({ ...attempts, endpoint_id: z.string().max(256).optional() })
		.strict(),
	attempt: z.object(expanded).strict(),
	endpointMessages: z.object({ ...pages(2, true), ...filters, ...expanded, status }).strict(),
	stats: z.object({ since: time, until: time }).strict(),
	eventTypes: z
		.object({
			...pages(1),
			order,
			include_archived: switchWith(false),
			with_content: switchWith(false),
		})
		.strict(),
	deleteEventType: z.object({ expunge: switchWith(false) }).strict(),
};

export type QueryName = keyof typeof QUERY_SCHEMAS;

/** The values of a query. */
export type Query<Name extends QueryName> = z.infer<(typeof QUERY_SCHEMAS)[Name]>;
