import { countJsonBytes, findJsonFault } from '../../lib/jsonValue';
import { isSingleLine } from '../../lib/singleLine';
import { InvalidSchemaError, tryCompileSchema } from '../../jsonSchema/compileSchema';
import { isEventType } from '../endpoint/subscription';

import type { EventTypeInput } from './eventTypePorts';

/** An event type cannot have this value. The message names the field, and says what to do. */
export class InvalidEventTypeFieldError extends Error {
	override readonly name = 'InvalidEventTypeFieldError';

	/** @param field the field of {@link EventTypeInput} */
	constructor(
		readonly field: keyof EventTypeInput,
		message: string,
	) {
		super(message);
	}
}

const MAX_DESCRIPTION_LENGTH = 5000;
const MAX_GROUP_LENGTH = 100;
const MAX_EXAMPLE_BYTES = 100_000;

function requireName(name: string): void {
	if (isEventType(name)) return;
	throw new InvalidEventTypeFieldError(
		'name',
		`"${name}" is not the name of an event type. Use letters, digits, dots, hyphens and underscores, e.g. order.created.`,
	);
}

function requireTexts({ description = '', groupName }: Partial<EventTypeInput>): void {
	if (description.length > MAX_DESCRIPTION_LENGTH) {
		throw new InvalidEventTypeFieldError(
			'description',
			`"Description" has ${description.length} characters. Use at most ${MAX_DESCRIPTION_LENGTH}.`,
		);
	}
	if (typeof groupName !== 'string') return;
	if (groupName.length > MAX_GROUP_LENGTH || !isSingleLine(groupName)) {
		throw new InvalidEventTypeFieldError(
			'groupName',
			`"Group" must be one line of at most ${MAX_GROUP_LENGTH} characters.`,
		);
	}
}

function requireExample({ example }: Partial<EventTypeInput>): void {
	if (example === undefined) return;
	const fault =
		findJsonFault(example) ??
		(countJsonBytes([example]) > MAX_EXAMPLE_BYTES
			? `has more than ${MAX_EXAMPLE_BYTES} bytes`
			: undefined);
	if (fault === undefined) return;
	throw new InvalidEventTypeFieldError('example', `"Example" ${fault}. Enter a shorter one.`);
}

function requireSchema({ schema }: Partial<EventTypeInput>): void {
	if (schema === undefined || schema === null) return;
	const compiled = tryCompileSchema(schema);
	if (compiled instanceof InvalidSchemaError) {
		throw new InvalidEventTypeFieldError('schema', compiled.message);
	}
}

/**
 * Checks the values of an event type.
 * @throws InvalidEventTypeFieldError for the first one that it cannot have
 */
export function checkEventTypeInput(input: Partial<EventTypeInput>): void {
	if (input.name !== undefined) requireName(input.name);
	requireTexts(input);
	requireSchema(input);
	requireExample(input);
}
