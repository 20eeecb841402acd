import { createHash } from 'crypto';

import { toPrintableUrl } from '../http/endpointUrl';
import { readFormFields } from '../http/formBody';
import { isFormBody } from '../http/headers';

import { findFormLimit } from './bodyLimits';
import { safeEqual } from './constantTime';
import { getContentTemplate, type NamedPlaceholder } from './contentTemplate';
import { NO_FIELD, NO_HEADER, NO_PARAMETER, type RequestValues } from './requestValues';
import type { SignatureScheme } from './scheme';
import { coversWholeBody, nameProofPlace, signsField, signsUrl } from './schemeFacts';
import type { SignedValues } from './signedContent';
import {
	createFailure,
	isFailure,
	type SignedRequest,
	type VerificationFailure,
	type VerificationInput,
} from './verification';

/**
 * Joins a form's fields as they are signed: in alphabetical order, each value once, without separators. Its
 * receiver has limited their number and size.
 */
export function buildFormContent(body: Buffer): string {
	const fields = new Map<string, Set<string>>();
	for (const field of readFormFields(body)) {
		const name = field.name.toString('utf8');
		const value = field.value.toString('utf8');
		const values = fields.get(name);
		if (values === undefined) fields.set(name, new Set([value]));
		else values.add(value);
	}
	return [...fields.keys()]
		.sort()
		.flatMap((name) => [...(fields.get(name) ?? [])].sort().map((value) => name + value))
		.join('');
}

function unescapeUrl(url: string, characters: string): string {
	return url.replace(/%[0-9A-Fa-f]{2}/g, (escape) => {
		const character = String.fromCharCode(parseInt(escape.slice(1), 16));
		return characters.includes(character) ? character : escape;
	});
}

/** Lists a URL with and without a slash at the end of its path, as written first: n8n accepts both. */
function listSlashVariants(url: string): string[] {
	const [, path, slash, query] = /^([^?#]*?)(\/?)((?:[?#].*)?)$/s.exec(url) ?? [];
	return path === undefined ? [url] : [url, `${path}${slash === '' ? '/' : ''}${query}`];
}

/** Lists a URL with and without its port: a sender may leave it out, and a proxy may remove it. */
function listPortVariants(url: string): string[] {
	const match = /^(https?):\/\/([^/?#:]+)(:\d+)?(.*)$/i.exec(url);
	if (match === null) return [url];
	const [, protocol, host, port, rest] = match;
	const defaultPort = protocol.toLowerCase() === 'https' ? ':443' : ':80';
	return [url, `${protocol}://${host}${port === undefined ? defaultPort : ''}${rest}`];
}

/** Lists the URLs that the caller of a request may have called. */
export const listRequestedUrls = ({ otherUrls = [], url }: SignedRequest): string[] =>
	[url, ...otherUrls].flatMap(listSlashVariants);

/** Returns a URL without one of its parameters, and all others as they are. */
function removeParameter(url: string, name: string): string {
	const [, path, query, fragment] = /^([^?#]*)\?([^#]*)(.*)$/s.exec(url) ?? [];
	if (query === undefined) return url;
	const kept = query.split('&').filter((pair) => !new URLSearchParams(pair).has(name));
	return `${path}${kept.length === 0 ? '' : `?${kept.join('&')}`}${fragment}`;
}

/** Returns the URL that is signed: without the signature itself, and escaped as the provider does. */
export function toSignedUrl(
	{ signatureParameter, unescapedInUrl = '' }: SignatureScheme,
	url: string,
): string {
	const unsigned =
		signatureParameter === undefined ? url : removeParameter(url, signatureParameter);
	return unescapedInUrl === '' ? unsigned : unescapeUrl(unsigned, unescapedInUrl);
}

/** Lists the URLs that may have been signed, in all their spellings. */
function listUrlVariants(scheme: SignatureScheme, request: SignedRequest): string[] {
	const { portMayDiffer } = scheme;
	const urls = listRequestedUrls(request).map((url) => toSignedUrl(scheme, url));
	return [...new Set(portMayDiffer ? urls.flatMap(listPortVariants) : urls)];
}

/**
 * Checks the digest of the body in the signed URL. A form needs none, since its fields are signed; but a
 * digest binds the body, whatever media type it claims.
 */
function checkBodyDigest(
	{ bodyDigestParameter: field }: SignatureScheme,
	{ url }: SignedRequest,
	body: Buffer,
	isForm: boolean,
): VerificationFailure | undefined {
	if (field === undefined) return undefined;
	const digest = URL.canParse(url) ? new URL(url).searchParams.get(field) : null;
	if (digest === null && (isForm || body.length === 0)) return undefined;
	const expectedDigest = createHash('sha256').update(body).digest('hex');
	if (digest !== null && safeEqual(expectedDigest, digest.toLowerCase())) return undefined;
	return createFailure(
		'BODY_DIGEST_INVALID',
		`The URL parameter ${field} is not the SHA-256 of the body`,
		{
			field,
			expected: 'the SHA-256 of the body in hex',
			received: digest === null ? 'no such parameter' : 'another digest',
		},
	);
}

type NamedField = NamedPlaceholder['field'];

/** Reads the value of a placeholder with a name. */
const NAMED_READERS: Record<
	NamedField,
	(values: RequestValues, name: string) => string | undefined | VerificationFailure
> = {
	query: (values, name) => values.readParameter(name),
	header: (values, name) => values.readHeader(name),
	bodyField: (values, name) => values.readBodyField(name),
};

const MISSING: Record<NamedField, [what: string, received: string]> = {
	query: ['URL parameter', NO_PARAMETER],
	header: ['header', NO_HEADER],
	bodyField: ['body field', NO_FIELD],
};

function failMissing({ field, name }: { field: NamedField; name: string }): VerificationFailure {
	const [what, received] = MISSING[field];
	return createFailure('SIGNED_VALUE_MISSING', `The ${what} ${name} is signed, but missing`, {
		field: name,
		expected: 'the value that is signed',
		received,
	});
}

const NO_VALUES: ReadonlyMap<string, string> = new Map<string, string>([]);

/**
 * Reads the values of the placeholders that have a name. A field that the body lacks is signed as empty text, as
 * long as the signature covers something of the body.
 */
function readNamedValues(
	scheme: SignatureScheme,
	values: RequestValues,
): ReadonlyMap<string, string> | VerificationFailure {
	const { namedPlaceholders: placeholders } = getContentTemplate(scheme);
	if (placeholders.length === 0) return NO_VALUES;
	const named = new Map<string, string>();
	for (const placeholder of placeholders) {
		const { field, name } = placeholder;
		const value = NAMED_READERS[field](values, name);
		if (isFailure(value)) return value;
		if (value === undefined && field !== 'bodyField') return failMissing(placeholder);
		named.set(`${field}:${name}`, value ?? '');
	}
	const [firstField] = placeholders.filter(({ field }) => field === 'bodyField');
	const isBodyBound =
		firstField === undefined ||
		signsField(scheme, 'body') ||
		signsField(scheme, 'form') ||
		placeholders.some(
			({ field, name }) => field === 'bodyField' && named.get(`bodyField:${name}`) !== '',
		);
	return isBodyBound ? named : failMissing(firstField);
}

type SignedRequestParts = Pick<SignedValues, 'method' | 'url' | 'form' | 'named'>;

const signsRequest = (scheme: SignatureScheme): boolean =>
	signsField(scheme, 'method') || signsUrl(scheme);

/**
 * Reads what the scheme signs of the request in addition to body, ID and timestamp.
 * @returns one entry for each way in which it may have been written
 * @throws InvalidSchemeError if the scheme signs the URL and the input has none
 */
export function readSignedRequestParts(
	scheme: SignatureScheme,
	values: RequestValues,
): SignedRequestParts[] | VerificationFailure {
	const named = readNamedValues(scheme, values);
	if (isFailure(named)) return named;
	const { body, headers } = values.input;
	const isForm = signsField(scheme, 'form') && isFormBody(headers);
	const limit = isForm ? findFormLimit(body) : undefined;
	if (limit !== undefined) {
		const { message, ...details } = limit;
		return createFailure('SIGNED_VALUE_MALFORMED', message, { field: 'body', ...details });
	}
	const form = isForm ? buildFormContent(body) : '';
	if (!signsRequest(scheme)) return [{ form, named }];
	const signed = values.getRequest();
	const failure = checkBodyDigest(scheme, signed, body, isFormBody(headers));
	if (isFailure(failure)) return failure;
	return listUrlVariants(scheme, signed).map((url) => ({
		method: signed.method,
		url,
		form,
		named,
	}));
}

/** Formats a URL without its query and user, which may be secret. */
const formatCheckedUrl = (url: string): string =>
	URL.canParse(url) ? toPrintableUrl(new URL(url)) : 'text that is not a URL';

const describeExpected = (scheme: SignatureScheme): string => {
	const key =
		scheme.secretFormat === 'publicKey' ? 'the sender’s private key' : 'the shared secret';
	return coversWholeBody(scheme)
		? `a signature over the raw bytes, made with ${key}`
		: `a signature over ${scheme.content}, made with ${key}`;
};

/** Creates the failure of a signature that no secret made; names the URLs that it was checked against. */
export function createMismatchFailure(
	scheme: SignatureScheme,
	{ request }: VerificationInput,
): VerificationFailure {
	const field = nameProofPlace(scheme);
	const details = { field, received: 'a signature that does not match' };
	if (!signsUrl(scheme) || request === undefined) {
		const content = coversWholeBody(scheme) ? 'the request body' : 'the signed fields';
		return createFailure(
			'SIGNATURE_INVALID',
			`The signature in ${field} does not match ${content}`,
			{ ...details, expected: describeExpected(scheme) },
		);
	}
	const urls = [...new Set(listRequestedUrls(request()).map(formatCheckedUrl))].join(' or ');
	return createFailure(
		'SIGNATURE_INVALID',
		`The signature in ${field} does not match the URL and the body. It was checked against ${urls}, with the query of the request`,
		{ ...details, expected: `a signature over ${urls} with its query, and over the raw bytes` },
	);
}
