import { z, type ZodObject, type ZodRawShape } from 'zod';

import { parseJson } from '../../lib/json';
import type { AttemptOutcome } from '../../sending/attemptOutcome';

import type { StoredRow, TableName } from './tables';

/** A row that was edited and can no longer be read. */
export class UnreadableRowError extends Error {
	override readonly name = 'UnreadableRowError';
}

const text = z.string().nullable();
const date = z.string().datetime({ offset: true });

/** A text column that contains JSON. */
const json = <T extends z.ZodTypeAny>(schema: T) =>
	z
		.string()
		.transform((value, context): unknown => {
			const parsed = parseJson(value);
			if (parsed !== undefined) return parsed.value;
			context.addIssue({ code: z.ZodIssueCode.custom, message: 'it is not JSON' });
			return z.NEVER;
		})
		.pipe(schema);

const names = z.array(z.string());

const attemptSchema = z.object({
	attempt: z.number(),
	time: z.string(),
	outcome: z.custom<AttemptOutcome>((outcome) => typeof outcome === 'string'),
	status_code: z.number().nullable(),
	duration_ms: z.number(),
	error_message: z.string().nullable(),
});

/** The columns of each table, as they are read. */
const ROWS = {
	endpoints: z.object({
		id: z.number(),
		endpoint_id: z.string(),
		name: z.string(),
		description: text,
		url: z.string(),
		platform: z.string(),
		event_types: json(names),
		status: z.enum(['active', 'disabled']),
		status_reason: text,
		status_changed_at: date.nullable(),
		settings: json(z.record(z.unknown())),
		sealed: z.string(),
		registered_at: date,
		failing_since: date.nullable(),
		consecutive_failures: z.number(),
		rate_free_at: date.nullable(),
		revision: z.number(),
	}),
	events: z.object({
		id: z.number(),
		event_id: z.string(),
		event_type: z.string(),
		accepted_at: date,
		data: json(z.unknown()),
		endpoint_ids: json(names),
		fan_out_owner: text,
		fan_out_until: date.nullable(),
	}),
	deliveries: z.object({
		id: z.number(),
		delivery_id: z.string(),
		event_id: z.string(),
		event_type: z.string(),
		/** For a batch, its events in order of arrival. */
		event_ids: json(names).nullable(),
		endpoint_id: z.string(),
		accepted_at: date,
		status: z.enum(['gathering', 'pending', 'sending', 'delivered', 'failed', 'held']),
		attempts: z.number(),
		last_attempt_at: date.nullable(),
		next_attempt_at: date.nullable(),
		completed_at: date.nullable(),
		response_code: z.number().nullable(),
		response_time_ms: z.number().nullable(),
		payload_size: z.number().nullable(),
		error: text,
		attempt_log: json(z.array(attemptSchema)),
		replayed_at: date.nullable(),
		lease_owner: text,
	}),
} satisfies Record<TableName, ZodObject<ZodRawShape>>;

export type EndpointRow = z.infer<(typeof ROWS)['endpoints']>;
export type EventRow = z.infer<(typeof ROWS)['events']>;
export type DeliveryRow = z.infer<(typeof ROWS)['deliveries']>;

interface RowTypes {
	endpoints: EndpointRow;
	events: EventRow;
	deliveries: DeliveryRow;
}

/**
 * Reads a row, with the JSON in its columns.
 * @throws UnreadableRowError with the row and the column
 */
export function readRow<T extends TableName>(table: T, row: StoredRow): RowTypes[T] {
	const result = ROWS[table].safeParse(row);
	if (result.success) return result.data as RowTypes[T];
	const [{ message, path }] = result.error.issues;
	throw new UnreadableRowError(
		`Row ${row.id} of the outbox’s ${table} table cannot be read: in the column "${String(path[0])}", ${message}. Correct the value or delete the row in n8n under Data tables.`,
	);
}

/** @throws UnreadableRowError */
export const readRows = <T extends TableName>(table: T, rows: StoredRow[]): Array<RowTypes[T]> =>
	rows.map((row) => readRow(table, row));
