import { z, type ZodError, type ZodObject, type ZodRawShape } from 'zod';

import { describeFault } from '../../lib/describeFault';
import { parseExactJson } from '../../lib/exactJson';
import { isObject } from '../../lib/fieldPath';
import { isNestedDeeper } from '../../lib/json';
import { MAX_JSON_LEVELS, type JsonObject, type JsonValue } from '../../lib/jsonValue';
import type { AttemptOutcome } from '../../sending/attemptOutcome';

import type { StoredRow, TableName } from './tables';

/** A row that was edited and can no longer be read. */
export class UnreadableRowError extends Error {
	override readonly name = 'UnreadableRowError';
}

const text = z.string().nullable();
const date = z.string().datetime({ offset: true });

/** Parses a column. @returns `{ value }`, or what is wrong with the text */
function parseColumn(text: string): { value: unknown } | string {
	// Nothing that is stored has more levels, and JSON.stringify could not write some thousands.
	if (isNestedDeeper(text, MAX_JSON_LEVELS)) {
		return `is nested more than ${MAX_JSON_LEVELS} levels deep`;
	}
	return parseExactJson(text) ?? 'is not JSON';
}

/** A text column that contains JSON. Its numbers are not rounded. */
const json = <T extends z.ZodTypeAny>(schema: T) =>
	z
		.string()
		.transform((text, context): unknown => {
			const parsed = parseColumn(text);
			if (typeof parsed !== 'string') return parsed.value;
			context.addIssue({ code: z.ZodIssueCode.custom, message: parsed });
			return z.NEVER;
		})
		.pipe(schema);

/** An ID that rows can be searched by: n8n reads text that begins with "=" as an expression. */
const id = z.string().regex(/^[^=]/, 'is empty or begins with "="');

const ids = z.array(id);

const jsonValue = z.custom<JsonValue>(() => true);

const jsonObject = z.custom<JsonObject>(isObject, 'must be a JSON object');

const attemptSchema = z.object({
	attempt: z.number(),
	time: z.string(),
	outcome: z.custom<AttemptOutcome>((outcome) => typeof outcome === 'string', 'must be text'),
	status_code: z.number().nullable(),
	duration_ms: z.number(),
	error_message: z.string().nullable(),
	execution_id: z.string().optional(),
	response: z
		.object({ headers: z.record(z.string()), body: z.string(), body_truncated: z.boolean() })
		.optional(),
});

const alertState = z.object({
	share: z.number().optional(),
	failing: date.optional(),
	recovered: date.optional(),
	disabled: date.optional(),
	exhausted: date.optional(),
	closedAt: date.optional(),
});

/** The columns of each table, as they are read. */
const ROWS = {
	tenants: z.object({
		id: z.number(),
		tenant_id: id,
		name: z.string(),
		status: z.enum(['active', 'disabled']),
		metadata: json(z.record(z.string())),
		limits: json(
			z.object({
				max_endpoints: z.number().optional(),
				retention_days: z.number().optional(),
				max_deliveries: z.number().optional(),
			}),
		),
		registered_at: date,
		key_epoch: z.number(),
		withdrawn_keys: json(z.array(z.object({ id: z.string(), until: date.nullable() }))).nullable(),
		uid: text,
		updated_at: date.nullable(),
		creation_key: text,
		creation_digest: text,
		revision: z.number(),
	}),
	event_types: z.object({
		id: z.number(),
		name: id,
		description: z.string(),
		group_name: text,
		archived: z.boolean(),
		schema: json(jsonObject).nullable(),
		example: json(jsonValue).nullable(),
		created_at: date,
		updated_at: date,
	}),
	endpoints: z.object({
		id: z.number(),
		tenant_id: id,
		endpoint_id: id,
		name: z.string(),
		description: text,
		url: z.string(),
		platform: z.string(),
		event_types: json(z.array(z.string())),
		status: z.enum(['active', 'paused', 'disabled']),
		status_reason: text,
		status_changed_at: date.nullable(),
		settings: json(z.record(z.unknown())),
		sealed: z.string(),
		sealed_revision: z.number(),
		registered_at: date,
		updated_at: date.nullable(),
		uid: text,
		failing_since: date.nullable(),
		consecutive_failures: z.number(),
		probe_at: date.nullable(),
		rate_free_at: date.nullable(),
		alerts: json(alertState).nullable(),
		revision: z.number(),
		api_managed: z.boolean().nullable(),
		creation_key: text,
	}),
	events: z.object({
		id: z.number(),
		tenant_id: id,
		event_id: id,
		event_type: z.string(),
		accepted_at: date,
		uid: text,
		channels: json(z.array(z.string())).nullable(),
		request_key: text,
		data: json(z.custom<Record<string, unknown>>(isObject, 'must be a JSON object')),
		/** The only endpoints that get the event, if its sender named them. */
		endpoint_ids: json(ids).nullable(),
		execution_id: text,
		workflow_id: text,
		node_name: text,
		inbound_event_id: text,
		deliver_at: date.nullable(),
		payload_forgotten_at: date.nullable(),
		/** The check that the data needs, until its run has made it. */
		data_check: z.enum(['refuse']).nullable(),
		lease_owner: text,
		lease_until: date.nullable(),
	}),
	deliveries: z.object({
		id: z.number(),
		tenant_id: id,
		delivery_id: id,
		event_id: id,
		event_type: z.string(),
		/** For a batch, its events in order of arrival. */
		event_ids: json(ids).nullable(),
		endpoint_id: id,
		endpoint_name: text,
		accepted_at: date,
		status: z.enum(['gathering', 'pending', 'sending', 'delivered', 'failed', 'held', 'cancelled']),
		attempts: z.number(),
		last_attempt_at: date.nullable(),
		next_attempt_at: date.nullable(),
		completed_at: date.nullable(),
		response_code: z.number().nullable(),
		outcome: text,
		response_time_ms: z.number().nullable(),
		payload_size: z.number().nullable(),
		error: text,
		attempt_log: json(z.array(attemptSchema)),
		execution_id: text,
		workflow_id: text,
		replayed_at: date.nullable(),
		order_key: text,
		order_number: z.number().nullable(),
		tallied: z.enum(['delivered', 'failed']).nullable(),
		lease_owner: text,
	}),
} satisfies Record<TableName, ZodObject<ZodRawShape>>;

export type TenantRow = z.infer<(typeof ROWS)['tenants']>;
export type EventTypeRow = z.infer<(typeof ROWS)['event_types']>;
export type EndpointRow = z.infer<(typeof ROWS)['endpoints']>;
export type EventRow = z.infer<(typeof ROWS)['events']>;
export type DeliveryRow = z.infer<(typeof ROWS)['deliveries']>;

interface RowTypes {
	tenants: TenantRow;
	event_types: EventTypeRow;
	endpoints: EndpointRow;
	events: EventRow;
	deliveries: DeliveryRow;
}

function describeProblem(table: TableName, { id }: StoredRow, { issues }: ZodError): string {
	const [issue] = issues;
	const [column, ...path] = issue.path;
	const place = path.length === 0 ? 'the value' : `"${path.join('.')}"`;
	return `Row ${id} of the outbox’s ${table} table cannot be read: in the column "${String(column)}", ${place} ${describeFault(issue)}. Correct the value or delete the row in n8n under Data tables.`;
}

/**
 * Reads a row, with the JSON in its columns.
 * @throws UnreadableRowError with the row and the column
 */
export function readRow<T extends TableName>(table: T, row: StoredRow): RowTypes[T] {
	const result = ROWS[table].safeParse(row);
	if (result.success) return result.data as RowTypes[T];
	throw new UnreadableRowError(describeProblem(table, row, result.error));
}

/** Reads the columns of a row that can be read, so that an edited row stops nothing but itself. */
export const salvageColumns = <T extends TableName>(
	table: T,
	row: StoredRow,
): Partial<RowTypes[T]> =>
	Object.fromEntries(
		Object.entries(ROWS[table].shape as ZodRawShape).flatMap(([name, schema]) => {
			const result = schema.safeParse(row[name]);
			return result.success ? [[name, result.data as unknown] as const] : [];
		}),
	) as Partial<RowTypes[T]>;

/**
 * Reads a row, or says what is wrong with it.
 * @returns `read` of the row, or `salvage` of its problem if it cannot be read
 */
export function readOrSalvage<T extends TableName, Result>(
	table: T,
	stored: StoredRow,
	read: (row: RowTypes[T]) => Result,
	salvage: (columns: Partial<RowTypes[T]>, problem: string) => Result,
): Result {
	const result = ROWS[table].safeParse(stored);
	return result.success
		? read(result.data as RowTypes[T])
		: salvage(salvageColumns(table, stored), describeProblem(table, stored, result.error));
}
