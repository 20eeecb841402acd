import { resolveScheme, type SchemeChoice } from '../platforms';
import {
	canSign,
	buildCustomScheme,
	type SignatureAlgorithm,
	type SignatureEncoding,
	type SignatureScheme,
	type TimestampUnit,
} from '../signing/scheme';
import { parseSecret, parseSecretList } from '../signing/secrets';
import { createSigner, signRequest, type Signer } from '../signing/sign';
import { verifyRequest } from '../signing/verify';

/** A credential's fields, as n8n hands them over. */
export type CredentialFields = Record<string, unknown>;

const text = (fields: CredentialFields, name: string): string =>
	typeof fields[name] === 'string' ? fields[name] : '';

/** Which scheme a credential asks for. Reads "Custom" with its fields. */
function schemeChoice(fields: CredentialFields): SchemeChoice {
	const choice = text(fields, 'signatureScheme');
	if (choice === '' || choice === 'platform') return { kind: 'platform' };
	if (choice !== 'custom') return { kind: 'profile', id: choice };
	return {
		kind: 'custom',
		scheme: buildCustomScheme({
			signatureHeader: text(fields, 'signatureHeader'),
			algorithm: text(fields, 'algorithm') as SignatureAlgorithm,
			encoding: text(fields, 'encoding') as SignatureEncoding,
			prefix: text(fields, 'prefix'),
			signedContent: text(fields, 'signedContent'),
			idHeader: text(fields, 'idHeader'),
			timestampHeader: text(fields, 'timestampHeader'),
			timestampUnit: text(fields, 'timestampUnit') as TimestampUnit,
			toleranceSeconds: Number(fields.toleranceSeconds),
		}),
	};
}

const signingSecrets = (fields: CredentialFields): string[] =>
	parseSecretList(text(fields, 'signingSecret'), text(fields, 'furtherSigningSecrets'));

/** Secrets that an endpoint of the outbox still knows beside its current one; no credential has any. */
const replacedSecrets = ({ replacedSecrets: replaced }: CredentialFields): string[] =>
	Array.isArray(replaced) ? replaced.map(String) : [];

/**
 * The scheme and the secrets of a credential.
 * @param platformId the node's platform
 * @throws InvalidSchemeError where the scheme cannot be told or cannot work
 */
export function signingSettings(
	fields: CredentialFields,
	platformId?: string,
): { scheme: SignatureScheme; secrets: string[] } {
	return {
		scheme: resolveScheme(schemeChoice(fields), platformId),
		secrets: signingSecrets(fields),
	};
}

/** What an inbound credential knows beside signatures. */
export function inboundSecrets(fields: CredentialFields): {
	urlTokens: string[];
	bearerTokens: string[];
	basic: { user: string; password: string };
} {
	return {
		urlTokens: parseSecretList('', text(fields, 'urlTokens')),
		bearerTokens: parseSecretList('', text(fields, 'bearerTokens')),
		basic: { user: text(fields, 'basicUser'), password: text(fields, 'basicPassword') },
	};
}

/** What a node tells the credential of a delivery. */
export interface SigningValues {
	platformId: string;
	id: string;
	nowMs: number;
	/** Whether the platform asks for no signature here: then a credential without a secret sends none. */
	unsignedAllowed?: boolean;
}

/** How an outbound credential proves who sends. */
export type EndpointAuthentication =
	| { type: 'none' }
	| { type: 'bearer'; token: string }
	| { type: 'basic'; user: string; password: string }
	| { type: 'urlToken'; token: string };

/** A field that the chosen authentication needs is empty. */
export class IncompleteCredentialError extends Error {
	override readonly name = 'IncompleteCredentialError';
}

function required(fields: CredentialFields, name: string, label: string): string {
	const value = text(fields, name);
	if (value === '') {
		throw new IncompleteCredentialError(`The credential's field "${label}" is empty. Fill it in.`);
	}
	return value;
}

/** @throws IncompleteCredentialError */
export function endpointAuthentication(fields: CredentialFields): EndpointAuthentication {
	switch (text(fields, 'authentication')) {
		case 'bearer':
			return { type: 'bearer', token: required(fields, 'token', 'Token') };
		case 'urlToken':
			return { type: 'urlToken', token: required(fields, 'token', 'Token') };
		case 'basic':
			return {
				type: 'basic',
				user: required(fields, 'user', 'User'),
				password: required(fields, 'password', 'Password'),
			};
		default:
			return { type: 'none' };
	}
}

function makeCredentialSigner(fields: CredentialFields, platformId?: string): Signer {
	const { scheme, secrets } = signingSettings(fields, platformId);
	const replaced = replacedSecrets(fields);
	if (scheme.separator !== undefined || replaced.length === 0) {
		return createSigner(scheme, [...secrets, ...replaced]);
	}
	// The header carries one signature: receivers who have only the replaced secret go on.
	const { signatureHeader } = scheme;
	const [old, own] = [createSigner(scheme, replaced), createSigner(scheme, secrets)];
	return (request) => ({
		...old(request),
		[`${signatureHeader}-2`]: own(request)[signatureHeader],
	});
}

// All requests of a run bring the same fields.
const signers = new WeakMap<CredentialFields, Map<string | undefined, Signer>>();

/** What signs for a credential, by the platform of the node that uses it. */
function signerOf(fields: CredentialFields, platformId?: string): Signer {
	let byPlatform = signers.get(fields);
	if (byPlatform === undefined) signers.set(fields, (byPlatform = new Map()));
	let signer = byPlatform.get(platformId);
	if (signer === undefined) {
		byPlatform.set(platformId, (signer = makeCredentialSigner(fields, platformId)));
	}
	return signer;
}

/** The headers and URL parameters that a credential adds to a request with this body. */
export function authenticateRequest(
	fields: CredentialFields,
	request: { body: Buffer } & Omit<SigningValues, 'platformId'> & { platformId?: string },
): { headers: Record<string, string>; query: Record<string, string> } {
	const authentication = endpointAuthentication(fields);
	const headers: Record<string, string> = {};
	const query: Record<string, string> = {};
	if (authentication.type === 'bearer') headers.Authorization = `Bearer ${authentication.token}`;
	if (authentication.type === 'urlToken') query.token = authentication.token;
	if (authentication.type === 'basic') {
		const pair = `${authentication.user}:${authentication.password}`;
		headers.Authorization = `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
	}
	const isUnsigned =
		text(fields, 'signatureScheme') === 'none' ||
		(request.unsignedAllowed === true && signingSecrets(fields).length === 0);
	if (!isUnsigned) Object.assign(headers, signerOf(fields, request.platformId)(request));
	return { headers, query };
}

/**
 * Tries a credential's signing fields as far as that goes without a request: the scheme can work,
 * every secret is in its format, and what the first of them signs verifies.
 * @throws what is wrong, with a message that says how to mend it
 */
export function checkSigningFields(fields: CredentialFields, nowMs: number): void {
	const choice = schemeChoice(fields);
	if (choice.kind === 'platform') {
		for (const secret of signingSecrets(fields)) {
			parseSecret(secret, /^wh(?:sk|pk)_/.test(secret) ? 'standardWebhooks' : 'text');
		}
		return;
	}
	const { scheme, secrets } = signingSettings(fields);
	const keys = secrets.map((secret) => parseSecret(secret, scheme.secretFormat));
	if (!canSign(scheme) || (keys.length > 0 && keys.every((key) => !key.canSign))) return;
	const body = Buffer.from('{}');
	const headers = signRequest(scheme, { body, id: 'test', nowMs, secrets });
	const received = Object.fromEntries(
		Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
	);
	const verification = verifyRequest(scheme, { headers: received, body, nowMs, secrets });
	if (!verification.valid) throw new IncompleteCredentialError(verification.message);
}
