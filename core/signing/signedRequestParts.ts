import { createHash } from 'crypto';

import { isFormBody } from '../http/headers';

import { safeEqual } from './constantTime';
import { InvalidSchemeError, signsField, type SignatureScheme, type SignedValues } from './scheme';
import {
	createFailure,
	isFailure,
	type SignedRequest,
	type VerificationFailure,
	type VerificationInput,
} from './verification';

/** Joins a form's fields as they are signed: in alphabetical order, each value once, without separators. */
function buildFormContent(body: Buffer): string {
	const fields = new Map<string, Set<string>>();
	for (const [name, value] of new URLSearchParams(body.toString('utf8'))) {
		fields.set(name, (fields.get(name) ?? new Set()).add(value));
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

/**
 * Lists the spellings of the URL that may have been signed. A sender may leave out the port, and a proxy may
 * remove it.
 */
function listUrlVariants(
	{ portMayDiffer, unescapedInUrl = '' }: SignatureScheme,
	requestedUrl: string,
): string[] {
	const url = unescapeUrl(requestedUrl, unescapedInUrl);
	const match = portMayDiffer ? /^(https?):\/\/([^/?#:]+)(:\d+)?(.*)$/i.exec(url) : null;
	if (match === null) return [url];
	const [, protocol, host, port, rest] = match;
	const defaultPort = protocol.toLowerCase() === 'https' ? ':443' : ':80';
	return [url, `${protocol}://${host}${port === undefined ? defaultPort : ''}${rest}`];
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
	if (digest !== null && safeEqual(expectedDigest, digest)) return undefined;
	return createFailure(
		'BODY_DIGEST_INVALID',
		`The URL parameter ${field} is not the SHA-256 of the body`,
		{
			field,
			expected: 'the SHA-256 of the body in hex',
			received: digest === null ? 'null' : 'another digest',
		},
	);
}

type SignedRequestParts = Pick<SignedValues, 'method' | 'url' | 'form'>;

/**
 * Reads what the scheme signs of the request in addition to body, ID and timestamp.
 * @returns one entry for each way in which it may have been written
 * @throws InvalidSchemeError if the scheme signs the URL and the input has none
 */
export function readSignedRequestParts(
	scheme: SignatureScheme,
	{ body, headers, request }: VerificationInput,
): SignedRequestParts[] | VerificationFailure {
	if (!signsField(scheme, 'method') && !signsField(scheme, 'url')) return [{}];
	if (request === undefined) {
		throw new InvalidSchemeError(
			`The scheme ${scheme.name} signs the request's URL: fill it in, as the sender knows it.`,
		);
	}
	const signed = request();
	const isForm = isFormBody(headers);
	const failure = checkBodyDigest(scheme, signed, body, isForm);
	if (isFailure(failure)) return failure;
	const form = isForm ? buildFormContent(body) : '';
	return listUrlVariants(scheme, signed.url).map((url) => ({ method: signed.method, url, form }));
}
