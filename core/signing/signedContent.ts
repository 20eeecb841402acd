import { createHash } from 'crypto';

import { getContentTemplate, type ContentField, type Placeholder } from './contentTemplate';
import type { SignatureScheme } from './scheme';

/** Values for the placeholders of a scheme's content. A missing one is signed as empty text. */
export interface SignedValues {
	body: Buffer;
	timestamp?: string;
	id?: string;
	method?: string;
	/** As called, with its query. */
	url?: string;
	form?: string;
	/** The values of URL parameters, headers and fields of the body, by kind and name, e.g. `query:page`. */
	named?: ReadonlyMap<string, string>;
}

/** Returns a URL's path with its query, as it is sent. */
export const getPathAndQuery = (url: string): string => {
	const afterOrigin = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').replace(/#.*$/s, '');
	return afterOrigin.startsWith('/') ? afterOrigin : `/${afterOrigin}`;
};

/** Digests of bodies: there may be several ways in which a request was signed, and one digest is enough. */
const bodyDigests = new WeakMap<Buffer, Map<string, string>>();

function computeDigest(value: Buffer | string, digest: NonNullable<Placeholder['digest']>): string {
	return createHash(digest.hash).update(value).digest(digest.encoding);
}

function computeBodyDigest(body: Buffer, digest: NonNullable<Placeholder['digest']>): string {
	const known = bodyDigests.get(body) ?? new Map<string, string>();
	bodyDigests.set(body, known);
	const name = `${digest.hash}-${digest.encoding}`;
	const computed = known.get(name) ?? computeDigest(body, digest);
	known.set(name, computed);
	return computed;
}

const READERS: Record<
	Exclude<ContentField, 'body'>,
	(values: SignedValues, placeholder: Placeholder) => string | undefined
> = {
	timestamp: ({ timestamp }) => timestamp,
	id: ({ id }) => id,
	method: ({ method }) => method,
	url: ({ url }) => url,
	path: ({ url }) => (url === undefined ? undefined : getPathAndQuery(url)),
	form: ({ form }) => form,
	query: ({ named }, { name }) => named?.get(`query:${name}`),
	header: ({ named }, { name }) => named?.get(`header:${name}`),
	bodyField: ({ named }, { name }) => named?.get(`bodyField:${name}`),
};

/** Returns the text of a placeholder that is not the body itself. */
export function readText(placeholder: Placeholder, values: SignedValues): string {
	const { digest, field } = placeholder;
	if (field === 'body') {
		return digest === undefined ? '' : computeBodyDigest(values.body, digest);
	}
	const text = READERS[field](values, placeholder) ?? '';
	return digest === undefined ? text : computeDigest(text, digest);
}

/**
 * Builds the signed bytes, in few pieces, so that a large body is not copied.
 * @throws InvalidSchemeError for an unknown placeholder
 */
export function buildSignedContent(scheme: SignatureScheme, values: SignedValues): Buffer[] {
	const pieces: Buffer[] = [];
	let text = '';
	const addText = (): void => {
		if (text !== '') pieces.push(Buffer.from(text, 'utf8'));
		text = '';
	};
	for (const part of getContentTemplate(scheme).parts) {
		if (typeof part === 'string') {
			text += part;
		} else if (part.field === 'body' && part.digest === undefined) {
			addText();
			pieces.push(values.body);
		} else {
			text += readText(part, values);
		}
	}
	addText();
	return pieces;
}
