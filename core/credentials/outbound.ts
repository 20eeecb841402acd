import { findCustomHeaderFault } from '../http/customHeaders';
import { InvalidHeaderValueError, requireSendable } from '../http/headerValues';
import {
	carriesSeveralSignatures,
	isContentScheme,
	listSignatureHeaders,
	needsRequest,
} from '../signing/schemeFacts';
import { addUrlParameters, createSigner, type Signer, type SigningInput } from '../signing/sign';

import { IncompleteCredentialError, readText, type CredentialFields } from './credentialFields';
import {
	getSigningSettings,
	listSigningSecrets,
	parseSigningFields,
	resolveScheme,
	type SigningFields,
} from './signingFields';

/** The authentication that a Sending credential adds to requests, in addition to the signature. */
export type EndpointAuthentication =
	| { type: 'none' }
	| { type: 'bearer'; token: string }
	| { type: 'basic'; user: string; password: string }
	/** Sent as `?token=`. */
	| { type: 'urlToken'; token: string }
	/** Sent as the value of a header. */
	| { type: 'headerToken'; headerName: string; token: string };

export interface OutboundCredential {
	authentication: EndpointAuthentication;
	signing: SigningFields;
	/** Previous secrets of an endpoint in the outbox that are still valid; no credential in n8n has any. */
	replacedSecrets: string[];
	/** Names under which signed headers are sent, too, with the names that they have; no credential in n8n has any. */
	headerCopies: Record<string, string>;
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
		case 'headerToken':
			return {
				type: 'headerToken',
				headerName: requireText(fields, 'headerName', 'Header Name'),
				token: requireText(fields, 'token', 'Token'),
			};
		default:
			return { type: 'none' };
	}
}

/**
 * The name of the field that decides whether requests are `signed`, `authenticated`, or both; fields of what is not
 * chosen do not count. An endpoint of the outbox has no such field, since only what it uses is stored.
 */
export const PROTECTION_FIELD = 'protection';

/**
 * Parses a Sending credential.
 * @throws IncompleteCredentialError naming a field that the chosen authentication needs
 */
export function parseOutboundCredential(fields: CredentialFields): OutboundCredential {
	const protection = readText(fields, PROTECTION_FIELD);
	return {
		authentication: protection === 'signed' ? { type: 'none' } : parseAuthentication(fields),
		signing:
			protection === 'authenticated'
				? parseSigningFields({ signatureScheme: 'none' })
				: parseSigningFields(fields),
		replacedSecrets: Array.isArray(fields.replacedSecrets)
			? fields.replacedSecrets.map(String)
			: [],
		headerCopies: (fields.headerCopies ?? {}) as Record<string, string>,
	};
}

function createCredentialSigner(
	{ replacedSecrets, signing }: OutboundCredential,
	platformId?: string,
): Signer {
	const { scheme, secrets } = getSigningSettings(signing, platformId);
	const [signatureHeader] = listSignatureHeaders(scheme);
	if (
		signatureHeader === undefined ||
		carriesSeveralSignatures(scheme) ||
		replacedSecrets.length === 0
	) {
		return createSigner(scheme, [...secrets, ...replacedSecrets]);
	}
	// The header carries one signature: receivers that have only the replaced secret must still accept it.
	const signWithReplaced = createSigner(scheme, replacedSecrets);
	const signWithCurrent = createSigner(scheme, secrets);
	return (request) => {
		const { headers, query } = signWithReplaced(request);
		const current = signWithCurrent(request).headers[signatureHeader];
		return { headers: { ...headers, [`${signatureHeader}-2`]: current }, query };
	};
}

/** Headers and URL parameters that authenticate a request. */
export interface RequestAuthentication {
	headers: Record<string, string>;
	query: Record<string, string>;
	/** The URL to call exactly as it is, with all its parameters, if it is signed. */
	url?: string;
}

/** The headers that other parts of a request set. */
const RESERVED_HEADERS = new Set(['content-type', 'user-agent']);

function requireHeader({ headerName, token }: { headerName: string; token: string }): void {
	const fault = RESERVED_HEADERS.has(headerName.toLowerCase())
		? `The node sets the header "${headerName}" itself.`
		: findCustomHeaderFault(headerName, '');
	if (fault !== undefined) {
		throw new InvalidHeaderValueError(`"Header Name": ${fault} Enter another one, e.g. X-API-Key.`);
	}
	requireSendable('header', 'Token', token);
}

/**
 * Requires that the authentication can be sent as it is: n8n would send other bytes for some characters, and
 * none for others.
 * @throws InvalidHeaderValueError naming the field
 */
export function requireSendableAuthentication(authentication: EndpointAuthentication): void {
	switch (authentication.type) {
		case 'bearer':
			requireSendable('token', 'Token', authentication.token);
			break;
		case 'urlToken':
			requireSendable('urlToken', 'Token', authentication.token);
			break;
		case 'basic':
			requireSendable('basicUser', 'User', authentication.user);
			requireSendable('basicPassword', 'Password', authentication.password);
			break;
		case 'headerToken':
			requireHeader(authentication);
			break;
		default:
	}
}

function authenticate(authentication: EndpointAuthentication): RequestAuthentication {
	switch (authentication.type) {
		case 'bearer':
			return { headers: { Authorization: `Bearer ${authentication.token}` }, query: {} };
		case 'urlToken':
			return { headers: {}, query: { token: authentication.token } };
		case 'headerToken':
			return { headers: { [authentication.headerName]: authentication.token }, query: {} };
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
export type AuthenticatedRequest = Pick<SigningInput, 'body' | 'request'> &
	Omit<SigningValues, 'platformId'> &
	Partial<Pick<SigningValues, 'platformId'>>;

/** Authenticates requests with one credential, whose secrets it parses once per platform. */
class RequestAuthenticator {
	private readonly signers = new Map<string | undefined, Signer>();

	/** True for a platform whose scheme signs the method or the URL. */
	private readonly targetSigners = new Map<string | undefined, boolean>();

	private readonly hasSecrets: boolean;

	/** @throws InvalidHeaderValueError if the authentication cannot be sent */
	constructor(private readonly credential: OutboundCredential) {
		requireSendableAuthentication(credential.authentication);
		this.hasSecrets = listSigningSecrets(credential.signing).length > 0;
	}

	authenticate(request: AuthenticatedRequest): RequestAuthentication {
		const { authentication, signing } = this.credential;
		const { headers, query } = authenticate(authentication);
		const isUnsigned =
			signing.signatureScheme === 'none' || (request.unsignedAllowed === true && !this.hasSecrets);
		if (isUnsigned) return { headers, query };
		const { request: target } = request;
		const url = target && addUrlParameters(target.url, query);
		const signed = this.getSigner(request.platformId)({
			...request,
			...(target && url !== undefined && { request: { ...target, url } }),
		});
		return {
			headers: { ...headers, ...signed.headers, ...this.copyHeaders(signed.headers) },
			query: { ...query, ...signed.query },
			...(url !== undefined && { url: addUrlParameters(url, signed.query) }),
		};
	}

	/** Returns signed headers under their other names. */
	private copyHeaders(signed: Record<string, string>): Record<string, string> {
		const { headerCopies } = this.credential;
		return Object.fromEntries(
			Object.entries(headerCopies).flatMap(([copy, name]) =>
				name in signed ? [[copy, signed[name]]] : [],
			),
		);
	}

	/** Returns whether the method or the URL is signed, or the signature is in the URL. */
	signsTarget(platformId: string | undefined): boolean {
		const { signing } = this.credential;
		if (signing.signatureScheme === 'none' || !this.hasSecrets) return false;
		const known = this.targetSigners.get(platformId);
		if (known !== undefined) return known;
		const scheme = resolveScheme(signing, platformId);
		const isSigned = !isContentScheme(scheme) || needsRequest(scheme);
		this.targetSigners.set(platformId, isSigned);
		return isSigned;
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

/** Returns the authenticator of a credential's fields. */
function getAuthenticator(fields: CredentialFields): RequestAuthenticator {
	const existing = authenticators.get(fields);
	if (existing !== undefined) return existing;
	const authenticator = new RequestAuthenticator(parseOutboundCredential(fields));
	authenticators.set(fields, authenticator);
	return authenticator;
}

/**
 * Returns whether a credential signs the method or the URL of requests, or adds its signature to the URL.
 * @throws the errors of {@link authenticateRequest}
 */
export const signsTarget = (fields: CredentialFields, platformId?: string): boolean =>
	getAuthenticator(fields).signsTarget(platformId);

/**
 * Authenticates and signs a request with a Sending credential.
 * @returns the headers and URL parameters to add to it
 * @throws IncompleteCredentialError, InvalidHeaderValueError, InvalidSchemeError, InvalidSecretError or
 * InvalidIdError
 * @example
 * authenticateRequest(credential, { body, id: 'evt_1', nowMs: Date.now(), platformId: 'agenticflow' });
 * // { headers: { 'X-AgenticFlow-Signature': 'sha256=3f0a…' }, query: {} }
 */
export function authenticateRequest(
	fields: CredentialFields,
	request: AuthenticatedRequest,
): RequestAuthentication {
	return getAuthenticator(fields).authenticate(request);
}
