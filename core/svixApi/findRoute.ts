import { SvixApiError } from './svixErrors';
import { getOperation, OPERATION_IDS, type OperationId } from './svixRoutes';

/** The operation that a request asks for, and the parts of its path that name something. */
export interface Route {
	operation: OperationId;
	path: Record<string, string>;
}

/** IDs and names. n8n would evaluate one that begins with "=". A tenant's ID may have a colon. */
const PART = /^[\w.:-]{1,256}$/;

/** Reads a path as an operation writes it; `undefined` if it is another one. */
function readPath(template: string, parts: string[]): Record<string, string> | undefined {
	const expected = template.split('/');
	if (expected.length !== parts.length) return undefined;
	const path: Record<string, string> = {};
	for (const [index, part] of expected.entries()) {
		const [, name] = /^\{(\w+)\}$/.exec(part) ?? [];
		if (name === undefined ? part !== parts[index] : !PART.test(parts[index])) return undefined;
		if (name !== undefined) path[name] = parts[index];
	}
	return path;
}

/**
 * Finds the operation that a request asks for.
 * @param parts those of the path below `/api/v1`, decoded
 * @throws SvixApiError 404 for an unknown path, 405 for a method that the path lacks
 * @example
 * findRoute('GET', ['app', 'acme']); // { operation: 'v1.application.get', path: { app_id: 'acme' } }
 */
export function findRoute(method: string, parts: string[]): Route {
	const allowed: string[] = [];
	for (const operation of OPERATION_IDS) {
		const { method: itsMethod, path: template } = getOperation(operation);
		const path = readPath(template, parts);
		if (path === undefined) continue;
		if (itsMethod === method) return { operation, path };
		allowed.push(itsMethod);
	}
	if (allowed.length > 0) {
		throw new SvixApiError(
			405,
			'method_not_allowed',
			`This path supports ${allowed.join(', ')} only.`,
			{ Allow: allowed.join(', ') },
		);
	}
	throw new SvixApiError(
		404,
		'not_found',
		'This path does not exist. The API has the operations of Svix’s open source server: GET …/api/v1/openapi.json lists them.',
	);
}
