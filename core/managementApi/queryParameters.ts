import { nameType } from '../http/validateBody';
import { parseTime, UTC, type TimeZone } from '../lib/timeZone';
import { isComparableTime, toIsoTime } from '../lib/time';
import { isEventType } from '../outbox/endpoint/subscription';
import type { LogQuery } from '../outbox/log/query';

import { InvalidFieldError } from './fieldErrors';
import type { ManagementTask } from './routes';

/** The query parameters of requests. AgenticFlow's page defines none. */

type Query = Record<string, unknown>;

const PAGE_PARAMETERS = ['limit', 'cursor'];
const LOG_PARAMETERS = [...PAGE_PARAMETERS, 'status', 'event', 'since', 'until'];

const PARAMETERS: Partial<Record<ManagementTask, string[]>> = {
	list: PAGE_PARAMETERS,
	getLogs: LOG_PARAMETERS,
};

/**
 * Requires that the API has all parameters of a request: one that is ignored would make a caller believe
 * that the answer is what was asked for.
 * @throws InvalidFieldError for the first unknown one
 */
export function requireKnownParameters(task: ManagementTask, query: Query): void {
	const known = PARAMETERS[task] ?? [];
	const unknown = Object.keys(query).find((name) => !known.includes(name));
	if (unknown === undefined) return;
	const name = unknown.slice(0, 100);
	throw new InvalidFieldError(`Parameter '${name}' is not known`, {
		field: name,
		expected: known.length === 0 ? 'no parameters' : `one of: ${known.join(', ')}`,
		received: 'another parameter',
	});
}

/** The API's words for the statuses of deliveries, as conditions on the log. */
const STATUS_CONDITIONS = new Map<string, Pick<LogQuery, 'statuses'>>([
	['success', { statuses: ['delivered'] }],
	['failed', { statuses: ['failed'] }],
	['pending', { statuses: ['gathering', 'pending', 'sending'] }],
	['held', { statuses: ['held'] }],
	['cancelled', { statuses: ['cancelled'] }],
]);

/** Reads a parameter. @throws InvalidFieldError if `parse` returns `undefined` for it */
function readParameter<T>(
	query: Query,
	name: string,
	expected: string,
	parse: (text: string) => T | undefined,
): T | undefined {
	const text = query[name];
	if (text === undefined || text === '') return undefined;
	const value = typeof text === 'string' ? parse(text) : undefined;
	if (value !== undefined) return value;
	throw new InvalidFieldError(`Parameter '${name}' must be ${expected}`, {
		field: name,
		expected,
		received: typeof text === 'string' ? 'another value' : nameType(text),
	});
}

/**
 * Reads the filters of a webhook's log.
 * @param zone the zone of times without an offset; UTC if absent
 * @throws InvalidFieldError
 */
export function parseLogFilters(query: Query, zone: TimeZone = UTC): LogQuery {
	const readTime = (name: string): string | undefined =>
		readParameter(query, name, 'a time in ISO 8601 such as 2025-01-15T10:00:00Z', (text) => {
			const ms = parseTime(text, zone);
			return ms === undefined || !isComparableTime(ms) ? undefined : toIsoTime(ms);
		});
	const statuses = `one of: ${[...STATUS_CONDITIONS.keys()].join(', ')}`;
	return {
		...readParameter(query, 'status', statuses, (text) => STATUS_CONDITIONS.get(text)),
		eventType: readParameter(query, 'event', 'an event type such as order.created', (text) =>
			isEventType(text) ? text : undefined,
		),
		since: readTime('since'),
		until: readTime('until'),
	};
}
