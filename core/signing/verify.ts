import { createPublicKey, verify as verifyAsymmetric, type KeyObject } from 'crypto';

import { safeEqual } from './compare';
import { signedContent, type SignatureForm, type SignatureScheme } from './scheme';
import { parseSecret } from './secrets';
import { computeSignature, formsForKey } from './sign';

/** Request headers with lower-case names, as Node hands them over. */
export type RequestHeaders = Record<string, string | string[] | undefined>;

export interface VerificationInput {
	headers: RequestHeaders;
	/** The bytes as they arrived. */
	body: Buffer;
	nowMs: number;
	/** Each of them is valid. */
	secrets: string[];
	/** Takes the place of the scheme's own tolerance. */
	toleranceSeconds?: number;
}

export type VerificationCode =
	| 'SIGNATURE_MISSING'
	| 'SIGNATURE_MALFORMED'
	| 'SIGNATURE_INVALID'
	| 'TIMESTAMP_MISSING'
	| 'TIMESTAMP_MALFORMED'
	| 'TIMESTAMP_OUT_OF_TOLERANCE'
	| 'ID_MISSING';

export type Verification =
	| { valid: true; id: string | undefined; timestampMs: number | undefined }
	| { valid: false; code: VerificationCode; message: string; header: string };

// More than any rotation needs; a bound on the work that an unsigned request can cause.
const MAX_SIGNATURES = 20;

function single(headers: RequestHeaders, name: string): string | undefined {
	const value = headers[name.toLowerCase()];
	return Array.isArray(value) ? value.join(', ') : value;
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

/**
 * Verifies a request's signature, and its timestamp where the scheme has one.
 *
 * The timestamp is checked against `toleranceSeconds` in both directions. All signatures are
 * compared with all secrets, so that neither the answer nor its time says which secret was near.
 * @throws InvalidSecretError for a secret that is not in the scheme's format: the receiver's fault,
 * not the sender's
 */
export function verifyRequest(
	scheme: SignatureScheme,
	{ headers, body, nowMs, secrets, toleranceSeconds }: VerificationInput,
): Verification {
	const refuse = (code: VerificationCode, header: string, message: string): Verification => ({
		valid: false,
		code,
		header,
		message,
	});

	const signatureHeader = single(headers, scheme.signatureHeader);
	if (signatureHeader === undefined || signatureHeader === '') {
		return refuse(
			'SIGNATURE_MISSING',
			scheme.signatureHeader,
			`The header ${scheme.signatureHeader} is missing`,
		);
	}

	let id: string | undefined;
	if (scheme.idHeader !== undefined) {
		id = single(headers, scheme.idHeader);
		if (id === undefined || id === '') {
			return refuse('ID_MISSING', scheme.idHeader, `The header ${scheme.idHeader} is missing`);
		}
	}

	let timestamp: string | undefined;
	let timestampMs: number | undefined;
	if (scheme.timestamp !== undefined) {
		const { header, unit, toleranceSeconds: ownTolerance } = scheme.timestamp;
		timestamp = single(headers, header);
		if (timestamp === undefined || timestamp === '') {
			return refuse('TIMESTAMP_MISSING', header, `The header ${header} is missing`);
		}
		if (!/^\d{1,16}$/.test(timestamp)) {
			return refuse(
				'TIMESTAMP_MALFORMED',
				header,
				`The header ${header} must be a Unix time in ${unit === 's' ? 'seconds' : 'milliseconds'}`,
			);
		}
		timestampMs = Number(timestamp) * (unit === 's' ? 1000 : 1);
		if (Math.abs(nowMs - timestampMs) > (toleranceSeconds ?? ownTolerance) * 1000) {
			return refuse(
				'TIMESTAMP_OUT_OF_TOLERANCE',
				header,
				`The header ${header} is more than ${toleranceSeconds ?? ownTolerance} seconds from the receiver's clock`,
			);
		}
	}

	const given =
		scheme.separator === undefined
			? [signatureHeader]
			: signatureHeader.split(scheme.separator).filter((signature) => signature !== '');
	const wellFormed = given.filter((signature) =>
		scheme.forms.some(
			(form) => signature.startsWith(form.prefix) && signature.length > form.prefix.length,
		),
	);
	if (wellFormed.length === 0 || given.length > MAX_SIGNATURES) {
		return refuse(
			'SIGNATURE_MALFORMED',
			scheme.signatureHeader,
			`The header ${scheme.signatureHeader} is not a signature of the form ${scheme.forms
				.map((form) => `${form.prefix}<${form.encoding}>`)
				.join(' or ')}`,
		);
	}

	const content = signedContent(scheme, { body, id, timestamp });
	let valid = false;
	for (const secret of secrets) {
		const { algorithm, key } = parseSecret(secret, scheme.secretFormat);
		for (const form of formsForKey(scheme, algorithm)) {
			const matches =
				form.algorithm === 'ed25519'
					? (signature: string) => ed25519Matches(form, key, content, signature)
					: (
							(expected: string) => (signature: string) =>
								safeEqual(expected, signature)
						)(computeSignature(form, key, content));
			for (const signature of wellFormed) {
				if (matches(signature)) valid = true;
			}
		}
	}
	if (!valid) {
		return refuse(
			'SIGNATURE_INVALID',
			scheme.signatureHeader,
			`The signature in ${scheme.signatureHeader} does not fit the request's bytes`,
		);
	}
	return { valid: true, id, timestampMs };
}
