import { createHmac, sign as signAsymmetric, type KeyObject } from 'crypto';

import {
	canSign,
	InvalidSchemeError,
	signedContent,
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
	/** The current secret first. Where the scheme allows several signatures, all of them sign. */
	secrets: string[];
}

/** An id that a header cannot carry, or that would make the signed content ambiguous. */
export class InvalidIdError extends Error {
	override readonly name = 'InvalidIdError';
}

const ID = /^[\x21-\x7e]{1,255}$/;

/** The signature that one key makes over the content, prefix included. */
export function computeSignature(form: SignatureForm, key: KeyObject, content: Buffer[]): string {
	if (form.algorithm === 'ed25519') {
		return form.prefix + signAsymmetric(null, Buffer.concat(content), key).toString(form.encoding);
	}
	const hmac = createHmac(form.algorithm.slice('hmac-'.length), key);
	for (const piece of content) hmac.update(piece);
	return form.prefix + hmac.digest(form.encoding);
}

/** The form in which a key signs: its own algorithm's, or the scheme's HMAC for a plain secret. */
export function formsForKey(
	scheme: SignatureScheme,
	algorithm: SignatureForm['algorithm'] | undefined,
): SignatureForm[] {
	return scheme.forms.filter((form) =>
		algorithm === undefined ? form.algorithm !== 'ed25519' : form.algorithm === algorithm,
	);
}

/**
 * Signs a request.
 * @returns the headers to send: the signature, and the id and timestamp where the scheme has them
 * @throws InvalidSecretError without a secret that can sign
 * @throws InvalidIdError for an id that is not 1 to 255 printable ASCII characters without spaces
 * @throws InvalidSchemeError for a scheme that only its provider can sign in
 */
export function signRequest(
	scheme: SignatureScheme,
	{ body, id, nowMs, secrets }: SigningInput,
): Record<string, string> {
	if (!canSign(scheme)) {
		throw new InvalidSchemeError(
			`Requests in the scheme ${scheme.name} can be verified, but only its provider signs them. Choose another signature scheme.`,
		);
	}
	if (scheme.idHeader !== undefined && !ID.test(id)) {
		throw new InvalidIdError(
			'The event ID must be 1 to 255 printable ASCII characters without spaces.',
		);
	}
	const timestamp =
		scheme.timestamp &&
		String(scheme.timestamp.unit === 's' ? Math.floor(nowMs / 1000) : Math.floor(nowMs));
	const content = signedContent(scheme, { body, id, timestamp });

	const signing = scheme.separator === undefined ? secrets.slice(0, 1) : secrets;
	const signatures: string[] = [];
	for (const secret of signing) {
		const parsed = parseSecret(secret, scheme.secretFormat);
		if (!parsed.canSign) continue;
		const { algorithm, key } = parsed;
		const [form] = formsForKey(scheme, algorithm);
		if (form !== undefined) signatures.push(computeSignature(form, key, content));
	}
	if (signatures.length === 0) {
		throw new InvalidSecretError(
			secrets.length === 0
				? 'There is no signing secret. Fill one in in the credential.'
				: 'None of the secrets can sign: a whpk_ key only verifies. Add a whsec_ secret or a whsk_ key.',
		);
	}

	const place = scheme.timestamp;
	const stamped =
		place && 'signaturePart' in place
			? [`${place.signaturePart}${timestamp}`, ...signatures]
			: signatures;
	return {
		...(scheme.idHeader !== undefined && { [scheme.idHeader]: id }),
		...(place && 'header' in place && { [place.header]: String(timestamp) }),
		[scheme.signatureHeader]: stamped.join(scheme.separator ?? ''),
	};
}
