import { matchesEventTypes } from '../event/eventTypes';
import { compileSchema, type CompiledSchema } from '../jsonSchema/compileSchema';
import type { RequestKind } from '../platforms';

import type { ParsedBody } from './parseBody';
import type { ReceivedEvent } from './readEvent';
import { createRejection, type Rejection } from './rejection';

/** A JSON Schema that the data of some events must match. */
export interface DataSchema {
	/** Event types, with `*` for any text. Empty for all. */
	eventTypes: string[];
	findProblems: CompiledSchema['findProblems'];
}

/**
 * Compiles a schema for the data of events.
 * @throws InvalidSchemaError
 */
export const compileDataSchema = (eventTypes: string[], schema: unknown): DataSchema => ({
	eventTypes,
	findProblems: compileSchema(schema).findProblems,
});

/**
 * Checks an event's data by the first schema for its type, with all digits of its numbers.
 * @returns the rejection of data that does not match; `undefined` for data that matches, or that no schema is for
 */
export function checkData(
	{ dataSchemas = [], kind }: { dataSchemas?: DataSchema[]; kind: RequestKind },
	{ readExactValue }: ParsedBody,
	readSentEvent: (body: unknown) => ReceivedEvent | undefined,
): Rejection | undefined {
	if (dataSchemas.length === 0) return undefined;
	const body = readExactValue();
	const { data, types = [] } = readSentEvent(body) ?? {};
	const schema = dataSchemas.find(
		({ eventTypes }) =>
			eventTypes.length === 0 || types.some((type) => matchesEventTypes(eventTypes, type)),
	);
	const problem = schema?.findProblems(data)[0];
	if (problem === undefined) return undefined;
	const { expected, fault, path, received } = problem;
	const dataField = data === body ? '' : (kind.events?.data ?? '');
	const field = [dataField, path].filter((part) => part !== '').join('.');
	return createRejection({
		status: 422,
		code: 'INVALID_INPUT',
		message: field === '' ? `The body ${fault}` : `Field '${field}' ${fault}`,
		details: { field: field === '' ? 'body' : field, expected, received },
	});
}
