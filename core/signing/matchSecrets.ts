import {
	createHmac,
	createPublicKey,
	timingSafeEqual,
	verify as verifyAsymmetric,
	type KeyObject,
} from 'crypto';

import { parsePublicKey } from './publicKeys';
import type { SignatureAlgorithm, SignatureForm, SignatureScheme } from './scheme';
import { parseUsableSecrets, type UsableSecret } from './secrets';
import { stripPrefix } from './signatureParts';
import { selectForms } from './sign';

/** The bytes of r and s of a signature on P-256. */
const RAW_ECDSA_BYTES = 64;

/** Returns whether a signature of an algorithm can have a length, in bytes. */
const SIGNATURE_LENGTHS: Record<SignatureAlgorithm, (bytes: number) => boolean> = {
	'hmac-sha1': (bytes) => bytes === 20,
	'hmac-sha256': (bytes) => bytes === 32,
	'hmac-sha384': (bytes) => bytes === 48,
	'hmac-sha512': (bytes) => bytes === 64,
	ed25519: (bytes) => bytes === 64,
	// In DER, r and s have no zeros at their beginning.
	'ecdsa-p256': (bytes) => bytes >= 8 && bytes <= 72,
	// As long as the key: 2048 to 16384 bits.
	'rsa-sha256': (bytes) => bytes >= 256 && bytes <= 2048,
};

/** The time that an algorithm takes for a byte, compared with SHA-256. */
const COSTS: Record<SignatureAlgorithm, number> = {
	'hmac-sha1': 1,
	'hmac-sha256': 1,
	'hmac-sha384': 3,
	'hmac-sha512': 3,
	ed25519: 3,
	'ecdsa-p256': 1,
	'rsa-sha256': 1,
};

// About the time of a check beyond its bytes, in bytes.
const OVERHEAD_BYTES = 40 * 1024;

/** The same for algorithms whose check takes longer. */
const LONGER_OVERHEAD_BYTES: Partial<Record<SignatureAlgorithm, number>> = {
	'ecdsa-p256': 4 * OVERHEAD_BYTES,
	'rsa-sha256': 2 * OVERHEAD_BYTES,
};

/** Four HMACs with SHA-256 or one check with Ed25519 over 10 MB: less than 50 ms on one core of 2024. */
const BUDGET_BYTES = 42 * 1024 * 1024;

/**
 * Limits what a request can cost before it is authenticated. Each secret needs a pass over the body, and
 * with a public key each signature too.
 */
export class HashBudget {
	private bytesLeft = BUDGET_BYTES;

	private isUntouched = true;

	/** Returns whether the content may be hashed once more. The first time is always allowed. */
	spend(algorithm: SignatureAlgorithm, contentBytes: number): boolean {
		const overheadBytes = LONGER_OVERHEAD_BYTES[algorithm] ?? OVERHEAD_BYTES;
		const cost = (contentBytes + overheadBytes) * COSTS[algorithm];
		if (!this.isUntouched && cost > this.bytesLeft) return false;
		this.isUntouched = false;
		this.bytesLeft -= cost;
		return true;
	}
}

/** Writes an encoded signature in the one form that counts; padding is optional in URL-safe base64. */
const CANONICAL: Record<SignatureForm['encoding'], (encoded: string) => string> = {
	hex: (encoded) => encoded.toLowerCase(),
	base64: (encoded) => encoded,
	base64url: (encoded) => (encoded.length % 4 === 0 ? encoded.replace(/={1,2}$/, '') : encoded),
};

/** Decodes a signature. Upper-case hex is the same signature; of base64, only the canonical form counts. */
function decodeSignature(
	{ algorithm, encoding, prefix }: SignatureForm,
	signature: string,
): Buffer | undefined {
	const encoded = stripPrefix(signature, prefix);
	if (encoded === undefined) return undefined;
	const bytes = Buffer.from(encoded, encoding);
	// Buffer.from skips what it cannot decode.
	return SIGNATURE_LENGTHS[algorithm](bytes.length) &&
		bytes.toString(encoding) === CANONICAL[encoding](encoded)
		? bytes
		: undefined;
}

/** Decodes the signatures that a key could have made, by algorithm. */
function decodeCandidates(
	scheme: SignatureScheme,
	{ algorithm }: UsableSecret,
	signatures: string[],
): Map<SignatureAlgorithm, Buffer[]> {
	const candidates = new Map<SignatureAlgorithm, Buffer[]>();
	for (const form of selectForms(scheme, algorithm)) {
		const decoded = signatures.flatMap((signature) => decodeSignature(form, signature) ?? []);
		if (decoded.length === 0) continue;
		candidates.set(form.algorithm, [...(candidates.get(form.algorithm) ?? []), ...decoded]);
	}
	return candidates;
}

/** The bytes that may have been signed, in pieces and, for public keys, in one. */
class SignedContent {
	readonly length: number;

	private joined: Buffer | undefined;

	constructor(readonly pieces: Buffer[]) {
		this.length = pieces.reduce((sum, piece) => sum + piece.length, 0);
	}

	join(): Buffer {
		this.joined ??= this.pieces.length === 1 ? this.pieces[0] : Buffer.concat(this.pieces);
		return this.joined;
	}
}

/** Compares all candidates with the HMAC, which takes one pass over the content. */
function matchesHmac(
	hash: string,
	key: KeyObject,
	content: SignedContent,
	candidates: Buffer[],
): boolean {
	const hmac = createHmac(hash, key);
	for (const piece of content.pieces) hmac.update(piece);
	const expected = hmac.digest();
	let isFound = false;
	for (const candidate of candidates) if (timingSafeEqual(expected, candidate)) isFound = true;
	return isFound;
}

/** Verifies one signature with a public key. */
const PUBLIC_KEY_CHECKS: Partial<
	Record<SignatureAlgorithm, (content: Buffer, key: KeyObject, signature: Buffer) => boolean>
> = {
	ed25519: (content, key, signature) => verifyAsymmetric(null, content, key, signature),
	'ecdsa-p256': (content, key, signature) => {
		const dsaEncoding = signature.length === RAW_ECDSA_BYTES ? 'ieee-p1363' : 'der';
		return verifyAsymmetric('sha256', content, { key, dsaEncoding }, signature);
	},
	'rsa-sha256': (content, key, signature) => verifyAsymmetric('sha256', content, key, signature),
};

/** Keys that providers publish, by the scheme that has them. */
const publishedKeys = new WeakMap<SignatureScheme, UsableSecret[]>();

function readPublishedKeys(scheme: SignatureScheme): UsableSecret[] {
	const parsed =
		publishedKeys.get(scheme) ??
		(scheme.publishedKeys ?? []).map((secret) => ({
			...parsePublicKey(secret),
			canSign: false,
			secret,
		}));
	publishedKeys.set(scheme, parsed);
	return parsed;
}

/** Finds the secrets that made the signatures, in any of the ways in which the content was written. */
export class SecretMatcher {
	private readonly usable: UsableSecret[];

	private readonly budget = new HashBudget();

	/** @throws InvalidSecretError if no secret is in its format */
	constructor(
		private readonly scheme: SignatureScheme,
		secrets: string[],
	) {
		this.usable = parseUsableSecrets(secrets, scheme.secretFormat);
		if (scheme.publishedKeys !== undefined) this.usable.push(...readPublishedKeys(scheme));
	}

	/**
	 * Returns the secrets that made one of the signatures over the content: several while a sender
	 * rotates its secret. Compares all with all within the budget, so that the time reveals nothing.
	 */
	find(signatures: string[], pieces: Buffer[]): string[] {
		const content = new SignedContent(pieces);
		const found = new Set<string>();
		for (const secret of this.usable) {
			for (const [algorithm, candidates] of decodeCandidates(this.scheme, secret, signatures)) {
				if (this.matches(algorithm, secret.key, content, candidates)) found.add(secret.secret);
			}
		}
		return [...found];
	}

	private matches(
		algorithm: SignatureAlgorithm,
		key: KeyObject,
		content: SignedContent,
		candidates: Buffer[],
	): boolean {
		const check = PUBLIC_KEY_CHECKS[algorithm];
		if (check === undefined) {
			return (
				this.budget.spend(algorithm, content.length) &&
				matchesHmac(algorithm.slice('hmac-'.length), key, content, candidates)
			);
		}
		const publicKey = key.type === 'private' ? createPublicKey(key) : key;
		let isFound = false;
		for (const candidate of candidates) {
			if (!this.budget.spend(algorithm, content.length)) return isFound;
			if (check(content.join(), publicKey, candidate)) isFound = true;
		}
		return isFound;
	}
}
