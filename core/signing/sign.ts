import { createHmac, sign as signAsymmetric, type KeyObject } from 'crypto';

import {
	buildSignedContent,
	canSign,
	InvalidSchemeError,
	type SignatureForm,
	type SignatureScheme,
} from './scheme';
import { InvalidSecretError, parseSecret } from './secrets';

export interface SigningInput {
	/** The exact bytes that will be sent. */
	body: Buffer;
	/** Stays the same for every attempt of one delivery. */
	id: string;
	/** The attempt's time. */
	nowMs: number;
	/** The current secret first. If the scheme allows several signatures, all of them sign. */
	secrets: string[];
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
		algorithm === undefined ? form.algorithm !== 'ed25519' : form.algorithm === algorithm,
	);
}

interface FormKey {
	form: SignatureForm;
	key: KeyObject;
}

/** Pairs each secret that can sign with the first form that it can sign in. */
function parseSigningKeys(scheme: SignatureScheme, secrets: string[]): FormKey[] {
	const used = scheme.separator === undefined ? secrets.slice(0, 1) : secrets;
	const keys = used
		.map((secret) => parseSecret(secret, scheme.secretFormat))
		.flatMap(({ algorithm, canSign: canKeySign, key }) =>
			selectForms(scheme, algorithm)
				.slice(0, canKeySign ? 1 : 0)
				.map((form) => ({ form, key })),
		);
	if (keys.length === 0) {
		throw new InvalidSecretError(
			secrets.length === 0
				? 'There is no signing secret. Fill it in in the credential.'
				: 'None of the secrets can sign: a whpk_ key only verifies. Add a whsec_ secret or a whsk_ key.',
		);
	}
	return keys;
}

/**
 * Signs a request.
 * @returns the headers to send: the signature, and the ID and timestamp if the scheme has them
 * @throws InvalidIdError for an ID that is not 1 to 255 printable ASCII characters without spaces
 */
export type Signer = (request: Omit<SigningInput, 'secrets'>) => Record<string, string>;

/**
 * Parses secrets once, to sign any number of requests with them.
 * @throws InvalidSecretError if there is no secret that can sign
 * @throws InvalidSchemeError for a scheme that only its provider can sign in
 */
export function createSigner(scheme: SignatureScheme, secrets: string[]): Signer {
	if (!canSign(scheme)) {
		throw new InvalidSchemeError(
			`Requests in the scheme ${scheme.name} can be verified, but only its provider signs them. Choose another signature scheme.`,
		);
	}
	const keys = parseSigningKeys(scheme, secrets);
	const { idHeader, separator = '', signatureHeader, timestamp: location } = scheme;

	return ({ body, id, nowMs }) => {
		if (idHeader !== undefined && !ID.test(id)) {
			throw new InvalidIdError(
				'The event ID must be 1 to 255 printable ASCII characters without spaces.',
			);
		}
		const timestamp =
			location && String(location.unit === 's' ? Math.floor(nowMs / 1000) : Math.floor(nowMs));
		const content = buildSignedContent(scheme, { body, id, timestamp });
		const parts = keys.map(({ form, key }) => computeSignature(form, key, content));
		if (location && 'signaturePart' in location) {
			parts.unshift(`${location.signaturePart}${timestamp}`);
		}
		return {
			...(idHeader !== undefined && { [idHeader]: id }),
			...(location && 'header' in location && { [location.header]: String(timestamp) }),
			[signatureHeader]: parts.join(separator),
		};
	};
}

/**
 * Signs one request.
 * @throws the errors of {@link createSigner} and of the {@link Signer} that it creates
 * @example
 * signRequest(platform.scheme, { body, id: 'evt_1', nowMs: Date.now(), secrets: ['s3cret'] });
 * // { 'X-AgenticFlow-Signature': 'sha256=3f0a…' }
 */
export const signRequest = (
	scheme: SignatureScheme,
	{ secrets, ...request }: SigningInput,
): Record<string, string> => createSigner(scheme, secrets)(request);
