import {
	constants,
	createHmac,
	createPublicKey,
	sign as signAsymmetric,
	timingSafeEqual,
	verify as verifyAsymmetric,
	type KeyObject,
} from 'crypto';

import type { MessageSignatureAlgorithm, SignatureAlgorithm } from '../scheme';

interface MessageAlgorithm {
	/** Returns whether a key is of the algorithm's kind: the key decides, not the request. */
	fits: (key: KeyObject) => boolean;
	sign: (key: KeyObject, content: Buffer) => Buffer;
	verify: (key: KeyObject, content: Buffer, signature: Buffer) => boolean;
	/** The algorithm of content signatures that costs as much. */
	cost: SignatureAlgorithm;
}

const toPublicKey = (key: KeyObject): KeyObject =>
	key.type === 'private' ? createPublicKey(key) : key;

const computeHmac = (key: KeyObject, content: Buffer): Buffer =>
	createHmac('sha256', key).update(content).digest();

const PADDING = { padding: constants.RSA_PKCS1_PSS_PADDING };
const PSS = { ...PADDING, saltLength: 64 };

// Some libraries use another length than the RFC says, which is as safe.
const ANY_PSS = { ...PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO };

const isRsa = ({ asymmetricKeyType: type }: KeyObject): boolean =>
	type === 'rsa' || type === 'rsa-pss';

/** The algorithms of https://www.rfc-editor.org/rfc/rfc9421#section-3.3, the one to sign with first for each kind of key. */
const ALGORITHMS: Record<MessageSignatureAlgorithm, MessageAlgorithm> = {
	'hmac-sha256': {
		fits: ({ type }) => type === 'secret',
		sign: computeHmac,
		verify: (key, content, signature) => {
			const expected = computeHmac(key, content);
			return expected.length === signature.length && timingSafeEqual(expected, signature);
		},
		cost: 'hmac-sha256',
	},
	ed25519: {
		fits: ({ asymmetricKeyType: type }) => type === 'ed25519',
		sign: (key, content) => signAsymmetric(null, content, key),
		verify: (key, content, signature) =>
			verifyAsymmetric(null, content, toPublicKey(key), signature),
		cost: 'ed25519',
	},
	'ecdsa-p256-sha256': {
		fits: ({ asymmetricKeyDetails: details }) => details?.namedCurve === 'prime256v1',
		sign: (key, content) => signAsymmetric('sha256', content, { key, dsaEncoding: 'ieee-p1363' }),
		verify: (key, content, signature) =>
			verifyAsymmetric(
				'sha256',
				content,
				{ key: toPublicKey(key), dsaEncoding: 'ieee-p1363' },
				signature,
			),
		cost: 'ecdsa-p256',
	},
	'rsa-pss-sha512': {
		fits: isRsa,
		sign: (key, content) => signAsymmetric('sha512', content, { key, ...PSS }),
		verify: (key, content, signature) =>
			verifyAsymmetric('sha512', content, { key: toPublicKey(key), ...ANY_PSS }, signature),
		cost: 'rsa-sha256',
	},
	'rsa-v1_5-sha256': {
		fits: ({ asymmetricKeyType: type }) => type === 'rsa',
		sign: (key, content) => signAsymmetric('sha256', content, key),
		verify: (key, content, signature) =>
			verifyAsymmetric('sha256', content, toPublicKey(key), signature),
		cost: 'rsa-sha256',
	},
};

const NAMES = Object.keys(ALGORITHMS) as MessageSignatureAlgorithm[];

/** Lists the algorithms that a key can be used with, the one to sign with first. */
export const listAlgorithms = (key: KeyObject): MessageSignatureAlgorithm[] =>
	NAMES.filter((name) => ALGORITHMS[name].fits(key));

export const getCostAlgorithm = (name: MessageSignatureAlgorithm): SignatureAlgorithm =>
	ALGORITHMS[name].cost;

export const signBase = (name: MessageSignatureAlgorithm, key: KeyObject, base: string): Buffer =>
	ALGORITHMS[name].sign(key, Buffer.from(base, 'latin1'));

/** Verifies a signature over a signature base, whose characters are bytes. */
export const verifyBase = (
	name: MessageSignatureAlgorithm,
	key: KeyObject,
	base: string,
	signature: Buffer,
): boolean => ALGORITHMS[name].verify(key, Buffer.from(base, 'latin1'), signature);
