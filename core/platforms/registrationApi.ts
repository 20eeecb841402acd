import type { AuthenticationMethod } from './authentication';

/**
 * A body with placeholders: a text that is exactly `{url}`, `{uid}`, `{description}`, `{eventTypes}` or `{secret}` is
 * replaced by that value.
 */
export type RegistrationBody = Record<string, boolean | number | string>;

/** A list that a server returns in pages. */
export interface PagedList {
	/** Path with the query of the first page. */
	path: string;
	/** The field of a page that has its entries. */
	field: string;
	/** The field of an entry that has its name. */
	nameField: string;
	descriptionField: string;
	/** The query parameter for the next page, and the field of a page that has its value. */
	iterator: string;
	/** The field of a page that is `true` for the last one. */
	doneField: string;
}

/**
 * An API at which the trigger registers its own URL as an endpoint. In paths, `{application}` is the credential's
 * application.
 */
export interface RegistrationApi {
	/** Absent if each server has one of its own. */
	baseUrl?: string;
	/** The begin of every path. A base URL may end with it. */
	root: string;
	/** Path of the list of endpoints. One endpoint is below it, by its ID or by the `uid` that it was created with. */
	endpoints: string;
	/** The field of the list that has its entries. */
	listField: string;
	/** The field of an endpoint that has its ID. */
	idField: string;
	createBody: RegistrationBody;
	/** Changes an endpoint. It is not sent if the endpoint has these values. */
	update: { method: 'PATCH' | 'PUT'; body: RegistrationBody };
	/** The signing secret, which the trigger chooses. Paths are below the endpoint. */
	secret: {
		/** The secrets that the API accepts. */
		pattern: RegExp;
		/** Completes "a secret with …". */
		format: string;
		/** Text that the API may leave out. */
		prefix: string;
		path: string;
		field: string;
		rotatePath: string;
		rotateBody: RegistrationBody;
	};
	eventTypes: PagedList;
	/** The methods by which its requests can authenticate. */
	methods: AuthenticationMethod[];
	/** Advice by the status of a reply. */
	advice: Record<string, string>;
}

/** The values of an endpoint. */
export interface RegistrationValues {
	url: string;
	uid: string;
	description: string;
	/** `null` for all. */
	eventTypes: string[] | null;
	secret: string;
}

/** Replaces the placeholders of a body. */
export const fillRegistrationBody = (
	template: RegistrationBody,
	values: Partial<RegistrationValues>,
): Record<string, unknown> => {
	const byPlaceholder = new Map<unknown, unknown>(
		Object.entries(values).map(([name, value]) => [`{${name}}`, value]),
	);
	return Object.fromEntries(
		Object.entries(template).map(([field, part]) => [
			field,
			byPlaceholder.has(part) ? byPlaceholder.get(part) : part,
		]),
	);
};

/** Returns a list in an order that does not depend on the server. */
const toComparable = (value: unknown): string =>
	JSON.stringify(Array.isArray(value) ? [...(value as unknown[])].map(String).sort() : value);

/** Returns whether an endpoint has the values of a body, in any order of lists. */
export const hasRegistrationBody = (
	endpoint: Record<string, unknown>,
	body: Record<string, unknown>,
): boolean =>
	Object.entries(body).every(
		([field, value]) => toComparable(endpoint[field] ?? null) === toComparable(value),
	);

/** Returns the base URL that paths below `root` follow, whether or not the text ends with `root` itself. */
export function trimBaseUrl(baseUrl: string, root: string): string {
	const trimmed = baseUrl.trim().replace(/\/+$/, '');
	return trimmed.endsWith(root) ? trimmed.slice(0, -root.length).replace(/\/+$/, '') : trimmed;
}

/** Fills the application into a path. */
export const fillApplication = (path: string, application: string): string =>
	path.replace('{application}', encodeURIComponent(application));
