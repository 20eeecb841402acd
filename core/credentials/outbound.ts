import { createSigner, type Signer } from '../signing/sign';

import { IncompleteCredentialError, readText, type CredentialFields } from './credentialFields';
import {
	getSigningSettings,
	listSigningSecrets,
	parseSigningFields,
	type SigningFields,
} from './signingFields';

/** The authentication that an outbound credential adds to requests, in addition to the signature. */
export type EndpointAuthentication =
	| { type: 'none' }
	| { type: 'bearer'; token: string }
	| { type: 'basic'; user: string; password: string }
	/** Sent as `?token=`. */
	| { type: 'urlToken'; token: string };

export interface OutboundCredential {
	authentication: EndpointAuthentication;
	signing: SigningFields;
	/** Previous secrets of an endpoint in the outbox that are still valid; no credential in n8n has any. */
	replacedSecrets: string[];
}

function requireText(fields: CredentialFields, name: string, label: string): string {
	const value = readText(fields, name);
	if (value === '') {
		throw new IncompleteCredentialError(`The credential's field "${label}" is empty. Fill it in.`);
	}
	return value;
}

function parseAuthentication(fields: CredentialFields): EndpointAuthentication {
	switch (readText(fields, 'authentication')) {
		case 'bearer':
			return { type: 'bearer', token: requireText(fields, 'token', 'Token') };
		case 'urlToken':
			return { type: 'urlToken', token: requireText(fields, 'token', 'Token') };
		case 'basic':
			return {
				type: 'basic',
				user: requireText(fields, 'user', 'User'),
				password: requireText(fields, 'password', 'Password'),
			};
		default:
			return { type: 'none' };
	}
}

/**
 * Parses an outbound credential.
 * @throws IncompleteCredentialError naming a field that the chosen authentication needs
 */
export const parseOutboundCredential = (fields: CredentialFields): OutboundCredential => ({
	authentication: parseAuthentication(fields),
	signing: parseSigningFields(fields),
	replacedSecrets: Array.isArray(fields.replacedSecrets) ? fields.replacedSecrets.map(String) : [],
});

function createCredentialSigner(
	{ replacedSecrets, signing }: OutboundCredential,
	platformId?: string,
): Signer {
	const { scheme, secrets } = getSigningSettings(signing, platformId);
	if (scheme.separator !== undefined || replacedSecrets.length === 0) {
		return createSigner(scheme, [...secrets, ...replacedSecrets]);
	}
	// The header carries one signature: receivers that have only the replaced secret must still accept it.
	const { signatureHeader } = scheme;
	const signWithReplaced = createSigner(scheme, replacedSecrets);
	const signWithCurrent = createSigner(scheme, secrets);
	return (request) => ({
		...signWithReplaced(request),
		[`${signatureHeader}-2`]: signWithCurrent(request)[signatureHeader],
	});
}

/** Headers and URL parameters that authenticate a request. */
export interface RequestAuthentication {
	headers: Record<string, string>;
	query: Record<string, string>;
}

function authenticate(authentication: EndpointAuthentication): RequestAuthentication {
	switch (authentication.type) {
		case 'bearer':
			return { headers: { Authorization: `Bearer ${authentication.token}` }, query: {} };
		case 'urlToken':
			return { headers: {}, query: { token: authentication.token } };
		case 'basic': {
			const pair = Buffer.from(`${authentication.user}:${authentication.password}`, 'utf8');
			return { headers: { Authorization: `Basic ${pair.toString('base64')}` }, query: {} };
		}
		default:
			return { headers: {}, query: {} };
	}
}

/** The values that a node passes to the credential for each request. */
export interface SigningValues {
	platformId: string;
	/** The signed ID, the same for every attempt of one delivery. */
	id: string;
	/** The attempt's time. */
	nowMs: number;
	/** `true` if the platform requires no signature; a credential without a secret then sends none. */
	unsignedAllowed?: boolean;
}

/** A request to authenticate. Other nodes than ours have no platform. */
export type AuthenticatedRequest = { body: Buffer } & Omit<SigningValues, 'platformId'> &
	Partial<Pick<SigningValues, 'platformId'>>;

/** Authenticates requests with one credential, whose secrets it parses once per platform. */
class RequestAuthenticator {
	private readonly signers = new Map<string | undefined, Signer>();

	private readonly hasSecrets: boolean;

	constructor(private readonly credential: OutboundCredential) {
		this.hasSecrets = listSigningSecrets(credential.signing).length > 0;
	}

	authenticate(request: AuthenticatedRequest): RequestAuthentication {
		const { authentication, signing } = this.credential;
		const { headers, query } = authenticate(authentication);
		const isUnsigned =
			signing.signatureScheme === 'none' || (request.unsignedAllowed === true && !this.hasSecrets);
		if (isUnsigned) return { headers, query };
		return { headers: { ...headers, ...this.getSigner(request.platformId)(request) }, query };
	}

	private getSigner(platformId: string | undefined): Signer {
		const existing = this.signers.get(platformId);
		if (existing !== undefined) return existing;
		const signer = createCredentialSigner(this.credential, platformId);
		this.signers.set(platformId, signer);
		return signer;
	}
}

/**
 * Keeps parsed secrets from one request to the next. n8n calls a credential's `authenticate` per request
 * and keeps nothing in between, but passes the same object for all requests of a run.
 */
const authenticators = new WeakMap<CredentialFields, RequestAuthenticator>();

/**
 * Authenticates and signs a request with an outbound credential.
 * @returns the headers and URL parameters to add to it
 * @throws IncompleteCredentialError, InvalidSchemeError, InvalidSecretError or InvalidIdError
 * @example
 * authenticateRequest(credential, { body, id: 'evt_1', nowMs: Date.now(), platformId: 'agenticflow' });
 * // { headers: { 'X-AgenticFlow-Signature': 'sha256=3f0a…' }, query: {} }
 */
export function authenticateRequest(
	fields: CredentialFields,
	request: AuthenticatedRequest,
): RequestAuthentication {
	const existing = authenticators.get(fields);
	if (existing !== undefined) return existing.authenticate(request);
	const authenticator = new RequestAuthenticator(parseOutboundCredential(fields));
	authenticators.set(fields, authenticator);
	return authenticator.authenticate(request);
}
