import { createHmac, sign as signAsymmetric, type KeyObject } from 'crypto';
import set from 'lodash/set';

import { checkContentBoundary } from './contentBoundary';
import { getContentTemplate } from './contentTemplate';
import { createMessageSigner } from './messageSignature/signMessage';
import { RequestValues } from './requestValues';
import {
	InvalidSchemeError,
	type Scheme,
	type SignatureForm,
	type SignatureScheme,
} from './scheme';
import {
	carriesSeveralSignatures,
	findSigningObstacle,
	isContentScheme,
	needsRequest,
} from './schemeFacts';
import { InvalidSecretError, parseSecret, parseUsableSecrets } from './secrets';
import { describeMissingSecret } from './secretText';
import { buildSignedContent, type SignedValues } from './signedContent';
import { readSignedRequestParts } from './signedRequestParts';
import { isFailure, type VerificationFailure } from './verification';
import { formatTimestamp } from './verifyTimestamp';

/** A request that is signed before it is sent. */
export interface RequestToSign {
	method: string;
	/** The final URL, with its query. */
	url: string;
	/** The headers that it is sent with, as far as they are known. */
	headers?: Record<string, string>;
}

export interface SigningInput {
	/** The exact bytes that will be sent. */
	body: Buffer;
	/** Stays the same for every attempt of one delivery. */
	id: string;
	/** The attempt's time. */
	nowMs: number;
	/** The current secret first. If the scheme allows several signatures, all of them sign. */
	secrets: string[];
	/** Needed only by schemes that sign the method or the URL. */
	request?: RequestToSign;
}

/** An ID that a header cannot carry, or that would make the signed content ambiguous. */
export class InvalidIdError extends Error {
	override readonly name = 'InvalidIdError';
}

const ID = /^[\x21-\x7e]{1,255}$/;

/** Computes the signature that one key makes over the content, prefix included. */
export function computeSignature(form: SignatureForm, key: KeyObject, content: Buffer[]): string {
	if (form.algorithm === 'ed25519') {
		return form.prefix + signAsymmetric(null, Buffer.concat(content), key).toString(form.encoding);
	}
	const hmac = createHmac(form.algorithm.slice('hmac-'.length), key);
	for (const piece of content) hmac.update(piece);
	return form.prefix + hmac.digest(form.encoding);
}

/** Selects the forms that a key can sign in: those of its own algorithm, or all HMACs for a plain secret. */
export function selectForms(
	scheme: SignatureScheme,
	algorithm: SignatureForm['algorithm'] | undefined,
): SignatureForm[] {
	return scheme.forms.filter((form) =>
		algorithm === undefined ? form.algorithm.startsWith('hmac-') : form.algorithm === algorithm,
	);
}

interface FormKey {
	form: SignatureForm;
	key: KeyObject;
}

/**
 * Pairs each secret that can sign with the first form that it can sign in. A mistake in an additional secret
 * does not keep the current one from signing.
 */
function parseSigningKeys(scheme: SignatureScheme, secrets: string[]): FormKey[] {
	const used = carriesSeveralSignatures(scheme) ? secrets : secrets.slice(0, 1);
	const [current] = used;
	if (current !== undefined) parseSecret(current, scheme.secretFormat);
	const keys = parseUsableSecrets(used, scheme.secretFormat).flatMap(
		({ algorithm, canSign: canKeySign, key }) =>
			selectForms(scheme, algorithm)
				.slice(0, canKeySign ? 1 : 0)
				.map((form) => ({ form, key })),
	);
	if (keys.length === 0) {
		throw new InvalidSecretError(
			secrets.length === 0
				? describeMissingSecret(scheme.secretFormat)
				: 'None of the secrets can sign: a whpk_ key only verifies. Enter a whsec_ secret or a whsk_ key under "Signing Secret".',
		);
	}
	return keys;
}

/** The headers and parameters that a signature adds to a request: the signature itself, and the ID and timestamp if the scheme has them. */
export interface SignedParts {
	headers: Record<string, string>;
	/** URL parameters, to add to the end of the URL. */
	query: Record<string, string>;
}

/**
 * Signs a request.
 * @throws InvalidIdError for an ID that is not 1 to 255 printable ASCII characters without spaces
 * @throws InvalidSchemeError if the scheme signs what the request lacks
 */
export type Signer = (request: Omit<SigningInput, 'secrets'>) => SignedParts;

type SignableRequest = Omit<SigningInput, 'secrets'> & { timestamp: string | undefined };

/** Lists the headers and URL parameters that have the ID and the timestamp. */
function buildUnsignedParts(
	{ idHeader, timestamp: location }: SignatureScheme,
	{ id, timestamp = '' }: SignableRequest,
): SignedParts {
	return {
		headers: {
			...(idHeader !== undefined && { [idHeader]: id }),
			...(location && 'header' in location && { [location.header]: timestamp }),
		},
		query: { ...(location && 'parameter' in location && { [location.parameter]: timestamp }) },
	};
}

/** Adds URL parameters to the end of a URL's query. */
export function addUrlParameters(url: string, query: Record<string, string>): string {
	const added = new URLSearchParams(query).toString();
	if (added === '') return url;
	const [, address, fragment] = /^([^#]*)(.*)$/s.exec(url) ?? ['', url, ''];
	return `${address}${address.includes('?') ? '&' : '?'}${added}${fragment}`;
}

const createUnsignableError = (
	scheme: SignatureScheme,
	{ message, details }: VerificationFailure,
): InvalidSchemeError =>
	new InvalidSchemeError(
		`The request cannot be signed as the scheme ${scheme.name} says. ${message}. Expected: ${details.expected}.`,
	);

/** Reads what a scheme signs of a request that is about to be sent, as its receiver will. */
function readRequestParts(
	scheme: SignatureScheme,
	{ body, nowMs, request }: SignableRequest,
	{ headers, query }: SignedParts,
): Partial<SignedValues> {
	if (needsRequest(scheme) && request === undefined) {
		throw new InvalidSchemeError(
			`The scheme ${scheme.name} signs the URL of the request, which is not known here. Use it in a node that sends the request.`,
		);
	}
	const lowerCase = Object.entries({ ...request?.headers, ...headers }).map(
		([name, value]): [string, string] => [name.toLowerCase(), value],
	);
	const values = new RequestValues(
		{
			headers: Object.fromEntries(lowerCase),
			body,
			nowMs,
			secrets: [],
			...(request !== undefined && {
				request: () => ({
					method: request.method.toUpperCase(),
					url: addUrlParameters(request.url, query),
				}),
			}),
		},
		scheme.name,
	);
	const variants = readSignedRequestParts(scheme, values);
	if (isFailure(variants)) throw createUnsignableError(scheme, variants);
	return variants[0];
}

/**
 * Creates a request that has all that a scheme signs, to find out whether requests can be signed.
 * @param url without a query
 */
export function createSampleRequest(
	scheme: Scheme,
	url: string,
): { body: Buffer; request: RequestToSign } {
	const placeholders = isContentScheme(scheme) ? getContentTemplate(scheme).placeholders : [];
	const body = {};
	const query: Record<string, string> = {};
	for (const { field, name } of placeholders) {
		if (field === 'bodyField') set(body, name, 'test');
		if (field === 'query') query[name] = 'test';
	}
	return {
		body: Buffer.from(JSON.stringify(body)),
		request: { method: 'POST', url: addUrlParameters(url, query) },
	};
}

/** Puts the timestamp among the signatures, where the scheme has it. */
function joinParts(
	{ separator = '', timestamp: location }: SignatureScheme,
	signatures: string[],
	timestamp = '',
): string {
	const parts = [...signatures];
	if (location && 'signaturePart' in location) {
		parts.unshift(`${location.signaturePart}${timestamp}`);
	} else if (location && 'signaturePosition' in location) {
		parts.splice(location.signaturePosition - 1, 0, timestamp);
	}
	return parts.join(separator);
}

function createContentSigner(scheme: SignatureScheme, secrets: string[]): Signer {
	const keys = parseSigningKeys(scheme, secrets);
	const { idHeader, signatureHeader, signatureParameter, timestamp: location } = scheme;
	const readsRequest = getContentTemplate(scheme).placeholders.some(
		({ field }) => !['body', 'id', 'timestamp'].includes(field),
	);
	return (request) => {
		const { body, id, nowMs } = request;
		if (idHeader !== undefined && !ID.test(id)) {
			throw new InvalidIdError(
				'The event ID must be 1 to 255 printable ASCII characters without spaces.',
			);
		}
		const timestamp = location && formatTimestamp(nowMs, location.unit);
		const signable = { ...request, timestamp };
		const { headers, query } = buildUnsignedParts(scheme, signable);
		const requestParts = readsRequest
			? readRequestParts(scheme, signable, { headers, query })
			: undefined;
		const signed = { body, id, timestamp, method: request.request?.method, ...requestParts };
		const boundaryFailure = checkContentBoundary(scheme, signed, false);
		if (boundaryFailure !== undefined) throw createUnsignableError(scheme, boundaryFailure);
		const content = buildSignedContent(scheme, signed);
		const signatures = keys.map(({ form, key }) => computeSignature(form, key, content));
		const text = joinParts(scheme, signatures, timestamp);
		if (signatureParameter !== undefined) {
			return { headers, query: { ...query, [signatureParameter]: text } };
		}
		return { headers: { ...headers, [String(signatureHeader)]: text }, query };
	};
}

/**
 * Parses secrets once, to sign any number of requests with them.
 * @throws InvalidSecretError if there is no secret that can sign
 * @throws InvalidSchemeError for a scheme that only its provider can sign in
 */
export function createSigner(scheme: Scheme, secrets: string[]): Signer {
	const obstacle = findSigningObstacle(scheme);
	if (obstacle !== undefined || scheme.kind === 'jwt') {
		throw new InvalidSchemeError(
			`Requests in the scheme ${scheme.name} can be verified, but only its provider signs them${obstacle === undefined ? '' : `: ${obstacle}`}. Choose another signature scheme.`,
		);
	}
	return isContentScheme(scheme)
		? createContentSigner(scheme, secrets)
		: createMessageSigner(scheme, secrets);
}

/**
 * Signs one request.
 * @returns the headers to send
 * @throws the errors of {@link createSigner} and of the {@link Signer} that it creates
 * @example
 * signRequest(platform.scheme, { body, id: 'evt_1', nowMs: Date.now(), secrets: ['s3cret'] });
 * // { 'X-AgenticFlow-Signature': 'sha256=3f0a…' }
 */
export const signRequest = (
	scheme: Scheme,
	{ secrets, ...request }: SigningInput,
): Record<string, string> => createSigner(scheme, secrets)(request).headers;
