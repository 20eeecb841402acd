import { InvalidSchemaError, tryCompileSchema } from '../../jsonSchema/compileSchema';
import { describeProblem } from '../../jsonSchema/schemaProblem';
import { pickEventTypeRow, readOrSalvageEventType } from '../store/eventCatalog';
import type { StoredRow } from '../store/tables';

/** The treatment of an event that does not match its event type: it is sent with a warning, or refused. */
export type DataCheck = 'warn' | 'refuse';

/** The data of an event does not match its event type, or the catalog does not have the type. */
export class EventDataError extends Error {
	override readonly name = 'EventDataError';

	readonly code = 'EVENT_DATA_REFUSED';
}

/** An event as it is checked. */
export interface CheckedEvent {
	type: string;
	data: unknown;
}

type FindDataFault = (data: unknown) => string | undefined;

/** Returns a function that says what is wrong with data, in one or more sentences. */
function compileDataCheck(name: string, row: StoredRow | undefined): FindDataFault {
	if (row === undefined) {
		return () =>
			`The catalog has no event type "${name}". Add it with Event Type → Create, or correct the event’s type.`;
	}
	const type = readOrSalvageEventType(row);
	if ('problem' in type) return () => type.problem;
	const { schema } = type;
	if (schema === undefined) return () => undefined;
	const compiled = tryCompileSchema(schema);
	if (compiled instanceof InvalidSchemaError) {
		const fault = `The schema of the event type "${name}" was edited and cannot be used. ${compiled.message} Correct it with Event Type → Update.`;
		return () => fault;
	}
	return (data) => {
		const problems = compiled
			.findProblems(data)
			.map((problem) => describeProblem(problem, 'The data'));
		return problems.length === 0
			? undefined
			: `The data does not match the schema of the event type "${name}": ${problems.join('; ')}. Correct the data, or change the schema with Event Type → Update.`;
	};
}

/**
 * Compiles the event types of events into a check of their data.
 * @param rows the rows of all these event types that exist
 * @returns a function that says why an event does not match its type, and what to do; `undefined` if it matches
 */
export function compileDataChecks(rows: StoredRow[]): (event: CheckedEvent) => string | undefined {
	const checks = new Map<string, FindDataFault>();
	return ({ data, type }) => {
		let check = checks.get(type);
		if (check === undefined) {
			check = compileDataCheck(type, pickEventTypeRow(rows.filter(({ name }) => name === type)));
			checks.set(type, check);
		}
		return check(data);
	};
}
