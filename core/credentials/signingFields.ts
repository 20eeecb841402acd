import { getPlatform } from '../platforms';
import { buildCustomScheme, type CustomSchemeSettings } from '../signing/customScheme';
import {
	canSign,
	InvalidSchemeError,
	type SignatureAlgorithm,
	type SignatureEncoding,
	type SignatureScheme,
	type TimestampUnit,
} from '../signing/scheme';
import { parseSecret, parseSecretList } from '../signing/secrets';
import { signRequest } from '../signing/sign';
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
}

/** Parses the signing fields of a credential. What they contain is checked when it is used. */
export const parseSigningFields = (fields: CredentialFields): SigningFields => ({
	signatureScheme: readText(fields, 'signatureScheme') || 'platform',
	signingSecret: readText(fields, 'signingSecret'),
	furtherSigningSecrets: readText(fields, 'furtherSigningSecrets'),
	custom: {
		signatureHeader: readText(fields, 'signatureHeader'),
		algorithm: readText(fields, 'algorithm') as SignatureAlgorithm,
		encoding: readText(fields, 'encoding') as SignatureEncoding,
		prefix: readText(fields, 'prefix'),
		signedContent: readText(fields, 'signedContent'),
		idHeader: readText(fields, 'idHeader'),
		timestampHeader: readText(fields, 'timestampHeader'),
		timestampUnit: readText(fields, 'timestampUnit') as TimestampUnit,
		toleranceSeconds: Number(fields.toleranceSeconds),
	},
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
	{ custom, signatureScheme }: Pick<SigningFields, 'custom' | 'signatureScheme'>,
	platformId?: string,
): SignatureScheme {
	if (signatureScheme === 'custom') return buildCustomScheme(custom);
	const id = signatureScheme === 'platform' ? platformId : signatureScheme;
	if (id === undefined) {
		throw new InvalidSchemeError(
			'The credential leaves the signature scheme to the node\'s platform, and this node has none. Choose a scheme under "Signature Scheme" in the credential.',
		);
	}
	const { scheme, name } = getPlatform(id);
	if (scheme === undefined) {
		throw new InvalidSchemeError(
			`The platform ${name} has no signature scheme. Choose "Custom" under "Signature Scheme" in the credential and fill in its fields.`,
		);
	}
	return scheme;
}

export interface SigningSettings {
	scheme: SignatureScheme;
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

/** Parses secrets whose scheme only the node knows: their prefix tells the format. */
function checkSecretsOfAnyScheme(secrets: string[]): void {
	for (const secret of secrets) {
		parseSecret(secret, /^wh(?:sk|pk)_/.test(secret) ? 'standardWebhooks' : 'text');
	}
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
	const keys = secrets.map((secret) => parseSecret(secret, scheme.secretFormat));
	const canSignAny = keys.length === 0 || keys.some((key) => key.canSign);
	if (!canSign(scheme) || !canSignAny) return;
	const body = Buffer.from('{}');
	const signed = signRequest(scheme, { body, id: 'test', nowMs, secrets });
	const headers = Object.fromEntries(
		Object.entries(signed).map(([name, value]) => [name.toLowerCase(), value]),
	);
	const verification = verifyRequest(scheme, { headers, body, nowMs, secrets });
	if (!verification.valid) throw new IncompleteCredentialError(verification.message);
}
