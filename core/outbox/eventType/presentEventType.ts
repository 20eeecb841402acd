import { InvalidSchemaError, tryCompileSchema } from '../../jsonSchema/compileSchema';
import { roundExactNumbers } from '../../lib/exactJson';

import type { EventType } from './eventTypePorts';

/** Lists the words of an event type's schema that are not checked; none for a schema that was edited and is not valid. */
export function listIgnoredWords({ schema }: Pick<EventType, 'schema'>): string[] {
	if (schema === undefined) return [];
	const compiled = tryCompileSchema(schema);
	return compiled instanceof InvalidSchemaError ? [] : compiled.ignoredWords;
}

/** Returns the fields of an event type's item. */
export const presentEventType = (type: EventType): Record<string, unknown> => ({
	name: type.name,
	description: type.description,
	group: type.groupName ?? null,
	archived: type.archived,
	schema: roundExactNumbers(type.schema ?? null),
	unchecked_words: listIgnoredWords(type),
	example: roundExactNumbers(type.example ?? null),
	created_at: type.createdAt,
	updated_at: type.updatedAt,
});
