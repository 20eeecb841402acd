import { isObject, isIndex } from '../lib/fieldPath';

/** The target of a reference within a schema. */
export interface ReferenceTarget {
	schema: unknown;
	/** The keys from the schema's root. */
	keys: string[];
	/** `true` if it is in a part with an `$id` of its own, where references mean something else. */
	isInOtherDocument: boolean;
}

/** Decodes a JSON Pointer in a URI fragment (RFC 6901). @returns `undefined` if it is none */
function parsePointer(fragment: string): string[] | undefined {
	if (fragment === '') return [];
	if (!fragment.startsWith('/')) return undefined;
	try {
		return decodeURIComponent(fragment)
			.slice(1)
			.split('/')
			.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
	} catch {
		return undefined;
	}
}

/** Checks whether a schema begins a document of its own. A name in draft-07 (`#name`) begins none. */
export const beginsDocument = (schema: unknown): boolean =>
	isObject(schema) && typeof schema.$id === 'string' && !schema.$id.startsWith('#');

/**
 * Finds what a reference within a schema leads to.
 * @param reference e.g. `#/$defs/address`
 * @returns `undefined` if it leads out of the schema, or to nothing
 */
export function findReference(root: unknown, reference: string): ReferenceTarget | undefined {
	const keys = reference.startsWith('#') ? parsePointer(reference.slice(1)) : undefined;
	if (keys === undefined) return undefined;
	let schema = root;
	let isInOtherDocument = false;
	for (const [depth, key] of keys.entries()) {
		isInOtherDocument ||= depth > 0 && beginsDocument(schema);
		if (Array.isArray(schema) && isIndex(key)) schema = (schema as unknown[])[Number(key)];
		else if (isObject(schema) && Object.hasOwn(schema, key)) schema = schema[key];
		else return undefined;
	}
	return { schema, keys, isInOtherDocument };
}
