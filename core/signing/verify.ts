import { createPublicKey, verify as verifyAsymmetric, type KeyObject } from 'crypto';

import { safeEqual } from './constantTime';
import { buildSignedContent, type SignatureForm, type SignatureScheme } from './scheme';
import { parseSecret } from './secrets';
import { computeSignature, selectForms } from './sign';
import { readSignatureParts, readSingleHeader } from './signatureHeaders';
import { readSignedRequestParts } from './signedRequestParts';
import {
	createFailure,
	isFailure,
	type Verification,
	type VerificationFailure,
	type VerificationInput,
} from './verification';
import { checkBodyTimestamp, checkTimestamp, readTimestampText } from './verifyTimestamp';

export type {
	SignedRequest,
	Verification,
	VerificationCode,
	VerificationFailure,
	VerificationInput,
} from './verification';

const ED25519_SIGNATURE_BYTES = 64;

function isEd25519Signature(
	form: SignatureForm,
	key: KeyObject,
	content: Buffer[],
	candidate: string,
): boolean {
	if (!candidate.startsWith(form.prefix)) return false;
	const encoded = candidate.slice(form.prefix.length);
	const signature = Buffer.from(encoded, form.encoding);
	// Buffer.from skips what it cannot decode, so only the canonical encoding counts.
	if (signature.toString(form.encoding) !== encoded) return false;
	if (signature.length !== ED25519_SIGNATURE_BYTES) return false;
	const publicKey = key.type === 'private' ? createPublicKey(key) : key;
	return verifyAsymmetric(null, Buffer.concat(content), publicKey, signature);
}

/** Creates a function that compares a signature with the one that a key makes over the content. */
function createMatcher(
	form: SignatureForm,
	key: KeyObject,
	content: Buffer[],
): (candidate: string) => boolean {
	if (form.algorithm === 'ed25519') {
		return (candidate) => isEd25519Signature(form, key, content, candidate);
	}
	const expected = computeSignature(form, key, content);
	return (candidate) => safeEqual(expected, candidate);
}

/**
 * Returns whether any secret made any of the signatures. Compares all with all, so that the time reveals
 * nothing.
 */
function matchesAnySecret(
	scheme: SignatureScheme,
	secrets: string[],
	signatures: string[],
	content: Buffer[],
): boolean {
	let isValid = false;
	for (const secret of secrets) {
		const { algorithm, key } = parseSecret(secret, scheme.secretFormat);
		for (const form of selectForms(scheme, algorithm)) {
			const matches = createMatcher(form, key, content);
			for (const signature of signatures) {
				if (matches(signature)) isValid = true;
			}
		}
	}
	return isValid;
}

/** Reads the delivery's ID, which the scheme signs; `undefined` if it has none. */
function readId(
	{ idHeader }: SignatureScheme,
	{ headers }: VerificationInput,
): string | undefined | VerificationFailure {
	if (idHeader === undefined) return undefined;
	const id = readSingleHeader(headers, idHeader, 'ID_MALFORMED');
	if (id !== undefined) return id;
	return createFailure('ID_MISSING', `The header ${idHeader} is missing`, {
		field: idHeader,
		expected: 'the delivery’s ID',
		received: 'null',
	});
}

/**
 * Verifies a request's signature, and its timestamp if the scheme has one, which may differ from the clock
 * by `toleranceSeconds` in both directions. Neither the result nor its time reveals which secret was close.
 * @throws InvalidSecretError for a secret that is not in the scheme's format, and InvalidSchemeError if the
 * scheme signs something that the input lacks: the receiver's errors, not the sender's
 * @example
 * verifyRequest(platform.scheme, { headers, body, nowMs: Date.now(), secrets: ['s3cret'] });
 * // { valid: true, id: undefined, timestampMs: undefined }
 * // { valid: false, code: 'SIGNATURE_INVALID', message: 'The signature in …', details: { field: … } }
 */
export function verifyRequest(scheme: SignatureScheme, input: VerificationInput): Verification {
	const { body, headers, secrets } = input;
	const { signatureHeader, timestamp: location } = scheme;
	const parts = readSignatureParts(scheme, headers);
	if (isFailure(parts)) return parts;
	const id = readId(scheme, input);
	if (isFailure(id)) return id;
	const timestamp = readTimestampText(scheme, input, parts.otherParts);
	if (isFailure(timestamp)) return timestamp;

	const bodyLocation = location !== undefined && 'bodyField' in location ? location : undefined;
	let timestampMs =
		location !== undefined && bodyLocation === undefined
			? checkTimestamp(scheme, location, timestamp, input)
			: undefined;
	if (isFailure(timestampMs)) return timestampMs;

	const requestVariants = readSignedRequestParts(scheme, input);
	if (isFailure(requestVariants)) return requestVariants;
	const isAuthentic = requestVariants.some((request) => {
		const content = buildSignedContent(scheme, { body, id, timestamp, ...request });
		return matchesAnySecret(scheme, secrets, parts.signatures, content);
	});
	if (!isAuthentic) {
		return createFailure(
			'SIGNATURE_INVALID',
			`The signature in ${signatureHeader} does not match the request body`,
			{
				field: signatureHeader,
				expected: 'a signature over the raw bytes, made with the shared secret',
				received: 'a signature that does not match',
			},
		);
	}
	if (bodyLocation !== undefined) {
		timestampMs = checkBodyTimestamp(scheme, bodyLocation, input);
		if (isFailure(timestampMs)) return timestampMs;
	}
	return { valid: true, id, timestampMs };
}
