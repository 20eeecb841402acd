import { createHash, createPublicKey, verify as verifyAsymmetric, type KeyObject } from 'crypto';

import { parseJson } from '../lib/json';
import { isFormBody, type RequestHeaders } from '../http/headers';
import type { ErrorDetails, ReplyError } from '../http/replyBodies';
import { isObject } from '../lib/fieldPath';

import { safeEqual } from './constantTime';
import {
	InvalidSchemeError,
	buildSignedContent,
	signs,
	type SchemeTimestamp,
	type SignatureForm,
	type SignatureScheme,
} from './scheme';
import { parseSecret } from './secrets';
import { computeSignature, selectForms } from './sign';

/** What some providers sign beside body and headers. */
export interface SignedRequest {
	method: string;
	/** As the caller wrote it: the public address, with its query. */
	url: string;
}

export interface VerificationInput {
	headers: RequestHeaders;
	/** The bytes as they arrived. */
	body: Buffer;
	nowMs: number;
	/** Each of them is valid. */
	secrets: string[];
	/** Takes the place of the scheme's own tolerance. */
	toleranceSeconds?: number;
	/** Asked for only where the scheme signs them. */
	request?: () => SignedRequest;
}

export type VerificationCode =
	| 'SIGNATURE_MISSING'
	| 'SIGNATURE_MALFORMED'
	| 'SIGNATURE_INVALID'
	| 'TIMESTAMP_MISSING'
	| 'TIMESTAMP_MALFORMED'
	| 'TIMESTAMP_OUT_OF_TOLERANCE'
	| 'ID_MISSING'
	| 'ID_MALFORMED'
	| 'BODY_DIGEST_INVALID';

/** Why a request is not authentic, with the header, URL parameter or body field that is wrong. */
export interface VerificationFailure extends ReplyError<VerificationCode> {
	valid: false;
	details: ErrorDetails;
}

export type Verification =
	| { valid: true; id: string | undefined; timestampMs: number | undefined }
	| VerificationFailure;

// More than any rotation needs; a bound on the work that an unsigned request can cause.
const MAX_SIGNATURES = 20;

const reject = (
	code: VerificationCode,
	field: string,
	message: string,
	expected: string,
	received: string,
): VerificationFailure => ({
	valid: false,
	code,
	message,
	details: { field, expected, received },
});

const isFailure = (value: unknown): value is VerificationFailure =>
	typeof value === 'object' && value !== null && 'valid' in value;

/** A header's one value; `undefined` where it is missing or empty. */
function headerValue(
	headers: RequestHeaders,
	name: string,
	repeated: VerificationCode,
): string | undefined | VerificationFailure {
	const value = headers[name.toLowerCase()];
	const values = typeof value === 'string' ? [value] : (value ?? []);
	if (values.length > 1) {
		return reject(
			repeated,
			name,
			`The request has ${values.length} ${name} headers`,
			'one header',
			`${values.length} headers`,
		);
	}
	return values[0] === '' ? undefined : values[0];
}

const ENCODED: Record<SignatureForm['encoding'], RegExp> = {
	hex: /^[0-9a-f]+$/i,
	base64: /^[A-Za-z0-9+/]+={0,2}$/,
};

const formText = ({ prefix, algorithm, encoding }: SignatureForm): string =>
	`${prefix}<${algorithm} in ${encoding}>`;

/** All parts of the signature headers: those that are written as signatures, and the others. */
function signatureParts(
	scheme: SignatureScheme,
	headers: RequestHeaders,
): { signatures: string[]; others: string[] } | VerificationFailure {
	const { separator, signatureHeader: name } = scheme;
	const expected = scheme.forms.map(formText).join(' or ');
	const values: string[] = [];
	for (const header of [name, ...(scheme.furtherSignatureHeaders ?? [])]) {
		const value = headerValue(headers, header, 'SIGNATURE_MALFORMED');
		if (isFailure(value)) return value;
		if (value !== undefined) values.push(value);
	}
	if (values.length === 0) {
		return reject('SIGNATURE_MISSING', name, `The header ${name} is missing`, expected, 'null');
	}
	const parts =
		separator === undefined
			? values
			: values.flatMap((value) => value.split(separator)).filter((part) => part !== '');
	const isSignature = (part: string): boolean =>
		scheme.forms.some(
			({ prefix, encoding }) =>
				part.startsWith(prefix) && ENCODED[encoding].test(part.slice(prefix.length)),
		);
	const signatures = parts.filter(isSignature);
	// A header that came twice and was joined on the way has white space where no signature has any.
	const joined = parts.some((part) => /^\s|[\s,]$/.test(part));
	if (signatures.length === 0 || joined || parts.length > MAX_SIGNATURES) {
		return reject(
			'SIGNATURE_MALFORMED',
			name,
			`The header ${name} is not a signature of the form ${expected}`,
			expected,
			parts.length > MAX_SIGNATURES ? `${parts.length} parts` : 'text of another form',
		);
	}
	return { signatures, others: parts.filter((part) => !signatures.includes(part)) };
}

const placeOf = (timestamp: SchemeTimestamp, scheme: SignatureScheme): string => {
	if ('header' in timestamp) return timestamp.header;
	return 'signaturePart' in timestamp ? scheme.signatureHeader : timestamp.bodyField;
};

/** Reads a timestamp and checks it against the clock. Returns ms. */
function checkTimestamp(
	scheme: SignatureScheme,
	timestamp: SchemeTimestamp,
	text: string | undefined,
	{ nowMs, toleranceSeconds }: VerificationInput,
): number | VerificationFailure {
	const field = placeOf(timestamp, scheme);
	const unit = timestamp.unit === 's' ? 'seconds' : 'milliseconds';
	const expected = `a Unix time in ${unit}`;
	if (text === undefined || text === '') {
		return reject('TIMESTAMP_MISSING', field, `${field} has no timestamp`, expected, 'null');
	}
	if (!/^\d{1,16}$/.test(text)) {
		return reject(
			'TIMESTAMP_MALFORMED',
			field,
			`The timestamp in ${field} must be ${expected}`,
			expected,
			'text of another form',
		);
	}
	const timestampMs = Number(text) * (timestamp.unit === 's' ? 1000 : 1);
	const tolerance = toleranceSeconds ?? timestamp.toleranceSeconds;
	if (Math.abs(nowMs - timestampMs) > tolerance * 1000) {
		const now = timestamp.unit === 's' ? Math.floor(nowMs / 1000) : nowMs;
		return reject(
			'TIMESTAMP_OUT_OF_TOLERANCE',
			field,
			`The timestamp in ${field} is more than ${tolerance} seconds from the receiver's clock`,
			`within ${tolerance} seconds of ${now}`,
			text,
		);
	}
	return timestampMs;
}

function bodyTimestamp(body: Buffer, field: string): string | undefined {
	const parsed = parseJson(body.toString('utf8'))?.value;
	const value = isObject(parsed) ? parsed[field] : undefined;
	return typeof value === 'number' || typeof value === 'string' ? String(value) : undefined;
}

/** A form's fields as they are signed: in alphabetical order, each value once, without separators. */
function formContent(body: Buffer): string {
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

/** The URL with its port, and without: a proxy may have taken it away, and a sender left it out. */
function withAndWithoutPort(url: string): string[] {
	const match = /^(https?):\/\/([^/?#:]+)(:\d+)?(.*)$/i.exec(url);
	if (match === null) return [url];
	const [, protocol, host, port, rest] = match;
	const usual = protocol.toLowerCase() === 'https' ? ':443' : ':80';
	return [url, `${protocol}://${host}${port === undefined ? usual : ''}${rest}`];
}

/** What the scheme signs beside body, id and timestamp: in each way in which it may be written. */
function requestContents(
	scheme: SignatureScheme,
	{ body, headers, request }: VerificationInput,
): Array<{ method?: string; url?: string; form?: string }> | VerificationFailure {
	if (!signs(scheme, 'method') && !signs(scheme, 'url')) return [{}];
	if (request === undefined) {
		throw new InvalidSchemeError(
			`The scheme ${scheme.name} signs the request's URL: fill it in, as the sender knows it.`,
		);
	}
	const signed = request();
	const isForm = isFormBody(headers);
	const digestField = scheme.bodyDigestParameter;
	const given =
		digestField !== undefined && URL.canParse(signed.url)
			? new URL(signed.url).searchParams.get(digestField)
			: null;
	// A form is signed itself. A digest in the signed URL binds the body whatever it says it is.
	if (digestField !== undefined && (given !== null || (!isForm && body.length > 0))) {
		const digest = createHash('sha256').update(body).digest('hex');
		if (given === null || !safeEqual(digest, given)) {
			return reject(
				'BODY_DIGEST_INVALID',
				digestField,
				`The URL parameter ${digestField} is not the SHA-256 of the body`,
				'the SHA-256 of the body in hex',
				given === null ? 'null' : 'another digest',
			);
		}
	}
	const url = unescapeUrl(signed.url, scheme.unescapedInUrl ?? '');
	const form = isForm ? formContent(body) : '';
	return (scheme.portMayDiffer ? withAndWithoutPort(url) : [url]).map((written) => ({
		method: signed.method,
		url: written,
		form,
	}));
}

function ed25519Matches(
	form: SignatureForm,
	key: KeyObject,
	content: Buffer[],
	given: string,
): boolean {
	if (!given.startsWith(form.prefix)) return false;
	const encoded = given.slice(form.prefix.length);
	const signature = Buffer.from(encoded, form.encoding);
	// Buffer.from skips what it cannot decode: only the one canonical spelling counts.
	if (signature.toString(form.encoding) !== encoded || signature.length !== 64) return false;
	const publicKey = key.type === 'private' ? createPublicKey(key) : key;
	return verifyAsymmetric(null, Buffer.concat(content), publicKey, signature);
}

/** What tells whether a signature is the one that a key makes over the content. */
function matcher(
	form: SignatureForm,
	key: KeyObject,
	content: Buffer[],
): (given: string) => boolean {
	if (form.algorithm === 'ed25519') return (given) => ed25519Matches(form, key, content, given);
	const expected = computeSignature(form, key, content);
	return (given) => safeEqual(expected, given);
}

/** Whether any of the signatures is made with any of the secrets. All are compared with all. */
function anyMatches(
	scheme: SignatureScheme,
	secrets: string[],
	signatures: string[],
	content: Buffer[],
): boolean {
	let valid = false;
	for (const secret of secrets) {
		const { algorithm, key } = parseSecret(secret, scheme.secretFormat);
		for (const form of selectForms(scheme, algorithm)) {
			const matches = matcher(form, key, content);
			for (const signature of signatures) {
				if (matches(signature)) valid = true;
			}
		}
	}
	return valid;
}

/** The timestamp's text, where it stands outside the body. */
function timestampText(
	place: SchemeTimestamp,
	headers: RequestHeaders,
	others: string[],
): string | undefined | VerificationFailure {
	if ('header' in place) return headerValue(headers, place.header, 'TIMESTAMP_MALFORMED');
	if ('bodyField' in place) return undefined;
	const given = others.filter((part) => part.startsWith(place.signaturePart));
	// Of two timestamps one could be signed and the other checked.
	return given.map((part) => part.slice(place.signaturePart.length)).join(' and ');
}

/**
 * Verifies a request's signature, and its timestamp where the scheme has one.
 *
 * The timestamp is checked against `toleranceSeconds` in both directions. All signatures are
 * compared with all secrets, so that neither the answer nor its time says which secret was near.
 * @throws InvalidSecretError for a secret that is not in the scheme's format, and InvalidSchemeError
 * where the scheme signs what `request` does not give: the receiver's faults, not the sender's
 */
export function verifyRequest(scheme: SignatureScheme, input: VerificationInput): Verification {
	const { headers, body } = input;
	const parts = signatureParts(scheme, headers);
	if (isFailure(parts)) return parts;

	const { idHeader, timestamp: place } = scheme;
	const id = idHeader === undefined ? undefined : headerValue(headers, idHeader, 'ID_MALFORMED');
	if (isFailure(id)) return id;
	if (idHeader !== undefined && id === undefined) {
		const message = `The header ${idHeader} is missing`;
		return reject('ID_MISSING', idHeader, message, 'the delivery’s ID', 'null');
	}

	const timestamp = place && timestampText(place, headers, parts.others);
	if (isFailure(timestamp)) return timestamp;
	const inBody = place !== undefined && 'bodyField' in place;
	let timestampMs = place && !inBody ? checkTimestamp(scheme, place, timestamp, input) : undefined;
	if (isFailure(timestampMs)) return timestampMs;

	const contents = requestContents(scheme, input);
	if (isFailure(contents)) return contents;
	const matches = contents.some((request) =>
		anyMatches(
			scheme,
			input.secrets,
			parts.signatures,
			buildSignedContent(scheme, { body, id, timestamp, ...request }),
		),
	);
	if (!matches) {
		return reject(
			'SIGNATURE_INVALID',
			scheme.signatureHeader,
			`The signature in ${scheme.signatureHeader} does not match the request body`,
			'a signature over the raw bytes, made with the shared secret',
			'a signature that does not match',
		);
	}
	// Only now: a time in the body is worth nothing before the body is known to be authentic.
	if (inBody) {
		timestampMs = checkTimestamp(scheme, place, bodyTimestamp(body, place.bodyField), input);
		if (isFailure(timestampMs)) return timestampMs;
	}
	return { valid: true, id, timestampMs };
}
