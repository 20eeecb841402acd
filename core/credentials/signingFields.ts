import { findWrongSecret, getPlatform, type Platform } from '../platforms';
import {
	buildCustomScheme,
	type CustomSchemeSettings,
	type CustomSignaturePlace,
	type CustomTimestampPlace,
} from '../signing/customScheme';
import {
	buildTokenScheme,
	DEFAULT_MAX_AGE_SECONDS,
	type TokenSchemeSettings,
} from '../signing/jwt/tokenScheme';
import { fitsAlgorithm } from '../signing/jwt/verifyToken';
import {
	InvalidSchemeError,
	type Scheme,
	type SecretFormat,
	type SignatureAlgorithm,
	type SignatureEncoding,
	type TimestampUnit,
} from '../signing/scheme';
import { isPublicDer } from '../signing/publicKeyText';
import { canSign, isContentScheme } from '../signing/schemeFacts';
import { findCertainMistake, getSigningSecretKind } from '../signing/secretText';
import {
	checkSecret,
	InvalidSecretError,
	parseSecretList,
	type SigningKey,
} from '../signing/secrets';
import { addUrlParameters, createSampleRequest, createSigner, selectForms } from '../signing/sign';
import { verifyRequest } from '../signing/verify';

import { IncompleteCredentialError, readText, type CredentialFields } from './credentialFields';

/** The fields that say how to sign or verify, and with which secrets. Both credentials have them. */
export interface SigningFields {
	/** `platform` for the scheme of the node's platform, `custom`, `none`, or a platform's ID. */
	signatureScheme: string;
	signingSecret: string;
	/** Other secrets that are valid too, separated by white space. */
	furtherSigningSecrets: string;
	/** Used only if the scheme is `custom`. */
	custom: CustomSchemeSettings;
	/** Used only if the scheme is `jwt`. */
	token: TokenSchemeSettings;
	/** Used only by HTTP Message Signatures. Empty for none. */
	keyId: string;
}

/** Reads a number field; 0 if it is empty or hidden. */
const readNumber = (fields: CredentialFields, name: string): number => Number(fields[name] ?? 0);

/** Reads a number of seconds; `NaN` if the field is empty or has other text, which is not 0. */
function readSeconds(value: unknown): number {
	const isFilledIn = typeof value === 'number' || (typeof value === 'string' && /\S/.test(value));
	return isFilledIn ? Number(value) : NaN;
}

/** The value of the signature scheme for JSON Web Tokens. */
export const TOKEN_SCHEME = 'jwt';

const readList = (fields: CredentialFields, name: string): string[] => {
	const value = fields[name];
	return Array.isArray(value) ? value.map(String) : [];
};

const parseNames = (text: string): string[] => text.split(/[\s,]+/).filter((name) => name !== '');

const readTokenSettings = (fields: CredentialFields): TokenSchemeSettings => {
	const place = readText(fields, 'tokenPlace');
	return {
		place,
		name: readText(fields, place === 'parameter' ? 'tokenParameter' : 'tokenHeader'),
		algorithms: readList(fields, 'tokenAlgorithms'),
		secretFormat: readText(fields, 'tokenSecretFormat'),
		issuer: readText(fields, 'tokenIssuer'),
		audience: readText(fields, 'tokenAudience'),
		requiredClaims: parseNames(readText(fields, 'tokenRequiredClaims')),
		bodyHashClaim: place === 'body' ? '' : readText(fields, 'bodyHashClaim'),
		bodyHashFormat: readText(fields, 'bodyHashFormat'),
		maxAgeSeconds:
			fields.tokenMaxAgeSeconds === undefined
				? DEFAULT_MAX_AGE_SECONDS
				: readSeconds(fields.tokenMaxAgeSeconds),
		toleranceSeconds: Number(fields.toleranceSeconds),
	};
};

/** Parses the signing fields of a credential. What they contain is checked when it is used. */
export const parseSigningFields = (fields: CredentialFields): SigningFields => ({
	signatureScheme: readText(fields, 'signatureScheme') || 'platform',
	signingSecret: readText(fields, 'signingSecret'),
	furtherSigningSecrets: readText(fields, 'furtherSigningSecrets'),
	custom: {
		signaturePlace: readText(fields, 'signaturePlace') as CustomSignaturePlace,
		signatureHeader: readText(fields, 'signatureHeader'),
		signatureField: readText(fields, 'signatureField'),
		signatureParameter: readText(fields, 'signatureParameter'),
		algorithm: readText(fields, 'algorithm') as SignatureAlgorithm,
		encoding: readText(fields, 'encoding') as SignatureEncoding,
		prefix: readText(fields, 'prefix'),
		signedContent: readText(fields, 'signedContent'),
		secretFormat: (readText(fields, 'secretFormat') || 'text') as SecretFormat,
		separator: readText(fields, 'separator'),
		signaturePosition: readNumber(fields, 'signaturePosition'),
		idHeader: readText(fields, 'idHeader'),
		timestampPlace: readText(fields, 'timestampPlace') as CustomTimestampPlace,
		timestampHeader: readText(fields, 'timestampHeader'),
		timestampPart: readText(fields, 'timestampPart'),
		timestampPosition: readNumber(fields, 'timestampPosition'),
		timestampField: readText(fields, 'timestampField'),
		timestampParameter: readText(fields, 'timestampParameter'),
		timestampUnit: readText(fields, 'timestampUnit') as TimestampUnit,
		toleranceSeconds: Number(fields.toleranceSeconds),
	},
	token: readTokenSettings(fields),
	keyId: readText(fields, 'signatureKeyId').trim(),
});

/** Lists the secrets, the current one first. */
export const listSigningSecrets = ({
	furtherSigningSecrets,
	signingSecret,
}: SigningFields): string[] => parseSecretList(signingSecret, furtherSigningSecrets);

/**
 * Returns the scheme to sign or verify with: the credential's if it names one, otherwise the platform's.
 * @param platformId the node's platform; absent in other nodes, e.g. n8n's HTTP Request
 * @throws InvalidSchemeError if neither has a scheme, or if a custom one cannot work
 */
export function resolveScheme(
	{
		custom,
		keyId,
		signatureScheme,
		token,
	}: Pick<SigningFields, 'custom' | 'keyId' | 'signatureScheme' | 'token'>,
	platformId?: string,
): Scheme {
	if (signatureScheme === 'custom') return buildCustomScheme(custom);
	if (signatureScheme === TOKEN_SCHEME) return buildTokenScheme(token);
	const id = signatureScheme === 'platform' ? platformId : signatureScheme;
	if (id === undefined) {
		throw new InvalidSchemeError(
			'The credential leaves the signature scheme to the node\'s platform, and this node has none. Choose a scheme under "Signature Scheme" in the credential.',
		);
	}
	const { scheme, name } = getPlatform(id);
	if (scheme === undefined) {
		throw new InvalidSchemeError(
			`${name} has no signature scheme of its own. In the credential, choose "Custom" or the sender’s scheme under "Signature Scheme", or choose the sender’s platform in the node.`,
		);
	}
	const hasKeyId = scheme.kind === 'messageSignature' && keyId !== '' && id === signatureScheme;
	if (!hasKeyId) return scheme;
	if (/^[\x20-\x7e]{1,255}$/.test(keyId)) return { ...scheme, keyId };
	throw new InvalidSchemeError(
		'"Key ID" may have only printable ASCII characters, at most 255. Copy it again.',
	);
}

/**
 * Returns the platform whose secret the credential has; `undefined` if its scheme is its own, or if only the node
 * knows it.
 */
export function findSecretPlatform(
	{ signatureScheme }: SigningFields,
	platformId?: string,
): Platform | undefined {
	if (['custom', 'none', TOKEN_SCHEME].includes(signatureScheme)) return undefined;
	const id = signatureScheme === 'platform' ? platformId : signatureScheme;
	return id === undefined ? undefined : getPlatform(id);
}

/**
 * Finds a signing secret that cannot verify a platform's signatures: a mistake in copying, or another of its keys.
 * @returns what is wrong and what to do, to follow the field's name; `undefined` if nothing is
 */
export function findWrongSigningSecret(
	signing: SigningFields,
	platformId: string,
): string | undefined {
	if (signing.signingSecret === '') return undefined;
	const platform = findSecretPlatform(signing, platformId);
	// White space around a key file, or around its key, does no harm.
	const isKeyFile = platform?.scheme?.secretFormat === 'keyFile';
	const secret = isKeyFile ? signing.signingSecret.trim() : signing.signingSecret;
	return (
		findCertainMistake(
			secret,
			getSigningSecretKind(findSecretFormat(signing, secret, platformId)),
		) ??
		(platform && findWrongSecret(secret, platform))
	);
}

export interface SigningSettings {
	scheme: Scheme;
	/** The current secret first; empty if the credential has none. */
	secrets: string[];
}

/**
 * Returns the scheme and the secrets of a credential.
 * @param platformId the node's platform
 * @throws InvalidSchemeError if neither credential nor platform has a scheme that works
 */
export const getSigningSettings = (
	signing: SigningFields,
	platformId?: string,
): SigningSettings => ({
	scheme: resolveScheme(signing, platformId),
	secrets: listSigningSecrets(signing),
});

/** The format that a secret shows by itself, whatever the scheme. */
function guessFormat(secret: string): SecretFormat {
	if (secret.trimStart().startsWith('-----BEGIN ') || isPublicDer(secret)) return 'publicKey';
	// Other providers’ secrets begin with whsec_ too, and are not always base64.
	if (/^(?:v1a,)?wh(?:sk|pk)_|^(?:v1,)?whsec_(?![\w+/=-]+$)/.test(secret)) {
		return 'standardWebhooks';
	}
	return secret.trimStart().startsWith('{') ? 'keyFile' : 'text';
}

/** The names of algorithms, as the editor shows them. */
const ALGORITHM_NAMES: Partial<Record<SignatureAlgorithm, string>> = {
	'ecdsa-p256': 'ECDSA P-256',
	ed25519: 'Ed25519',
	'rsa-sha256': 'RSA',
};

/**
 * Checks that a secret is in the format of a scheme, and that it can make or verify the scheme's signatures.
 * @throws InvalidSecretError
 */
export function checkSchemeSecret(scheme: Scheme, secret: string): SigningKey {
	const key = checkSecret(secret, scheme.secretFormat);
	const found = ALGORITHM_NAMES[key.algorithm ?? 'hmac-sha256'] ?? 'HMAC';
	if (scheme.kind === 'jwt' && !scheme.algorithms.some((name) => fitsAlgorithm(name, key.key))) {
		throw new InvalidSecretError(
			`The key is for ${found}, and the tokens are signed with ${scheme.algorithms.join(' or ')}. Enter another key, or choose other algorithms. RS256 needs an RSA key, and ES256 an ECDSA P-256 key.`,
		);
	}
	if (isContentScheme(scheme) && selectForms(scheme, key.algorithm).length === 0) {
		const [{ algorithm }] = scheme.forms;
		throw new InvalidSecretError(
			`The key is for ${found}, and the scheme is signed with ${ALGORITHM_NAMES[algorithm] ?? 'HMAC'}. Enter another key, or choose another scheme or algorithm.`,
		);
	}
	return key;
}

/**
 * Returns the format of the secrets of a credential; of one whose scheme only the node knows, the format that the
 * secret itself shows.
 */
export const findSecretFormat = (
	signing: SigningFields,
	secret: string,
	platformId?: string,
): SecretFormat =>
	signing.signatureScheme === 'platform' && platformId === undefined
		? guessFormat(secret)
		: resolveScheme(signing, platformId).secretFormat;

/** Parses secrets that show their own format, if only the node knows the scheme. */
function checkSecretsOfAnyScheme(secrets: string[]): void {
	for (const secret of secrets) checkSecret(secret, guessFormat(secret));
}

/**
 * Checks the signing fields as far as possible without a request: the scheme can work, every secret is in
 * its format, and a signature made with the first one verifies.
 * @throws an error whose message says what is wrong and how to fix it
 */
export function checkSigningFields(signing: SigningFields, nowMs: number): void {
	if (signing.signatureScheme === 'platform') {
		checkSecretsOfAnyScheme(listSigningSecrets(signing));
		return;
	}
	const { scheme, secrets } = getSigningSettings(signing);
	const keys = secrets.map((secret) => checkSchemeSecret(scheme, secret));
	const canSignAny = keys.length === 0 || keys.some((key) => key.canSign);
	if (!canSign(scheme) || !canSignAny) return;
	const { body, request } = createSampleRequest(scheme, 'https://n8n.example.com/webhook/test');
	const signed = createSigner(scheme, secrets)({ body, id: 'test', nowMs, request });
	const headers = Object.fromEntries(
		Object.entries(signed.headers).map(([name, value]) => [name.toLowerCase(), value]),
	);
	const url = addUrlParameters(request.url, signed.query);
	const received = { headers, body, nowMs, secrets, request: () => ({ ...request, url }) };
	const verification = verifyRequest(scheme, received);
	if (!verification.valid) throw new IncompleteCredentialError(verification.message);
}
