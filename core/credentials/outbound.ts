import { InvalidHeaderValueError } from '../http/headerValues';
import { signAwsRequest } from '../signing/awsSignature';
import {
	carriesSeveralSignatures,
	isContentScheme,
	listSignatureHeaders,
	needsRequest,
} from '../signing/schemeFacts';
import { addUrlParameters, createSigner, type Signer, type SigningInput } from '../signing/sign';

import { parseClientTls, type ClientTls } from './clientTls';
import { IncompleteCredentialError, readText, type CredentialFields } from './credentialFields';
import {
	parseAuthentication,
	PROTECTION_FIELD,
	requireSendableAuthentication,
	toBasicPair,
	type EndpointAuthentication,
} from './endpointAuthentication';
import {
	getSigningSettings,
	listSigningSecrets,
	parseSigningFields,
	resolveScheme,
	type SigningFields,
} from './signingFields';

export interface OutboundCredential {
	authentication: EndpointAuthentication;
	signing: SigningFields;
	/** Previous secrets of an endpoint in the outbox that are still valid; no credential in n8n has any. */
	replacedSecrets: string[];
	/** Names under which signed headers are sent, too, with the names that they have; no credential in n8n has any. */
	headerCopies: Record<string, string>;
	/** `undefined` if connections need nothing of their own. */
	tls: ClientTls | undefined;
}

/**
 * Parses a Sending credential.
 * @throws IncompleteCredentialError naming a field that the chosen authentication needs
 */
export function parseOutboundCredential(fields: CredentialFields): OutboundCredential {
	const protection = readText(fields, PROTECTION_FIELD);
	return {
		authentication: parseAuthentication(fields),
		signing:
			protection === 'authenticated'
				? parseSigningFields({ signatureScheme: 'none' })
				: parseSigningFields(fields),
		replacedSecrets: Array.isArray(fields.replacedSecrets)
			? fields.replacedSecrets.map(String)
			: [],
		headerCopies: (fields.headerCopies ?? {}) as Record<string, string>,
		tls: parseClientTls(fields),
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

/**
 * Requires that the signature and the authentication have headers of their own: the endpoint would get only one of two
 * with the same name.
 * @throws InvalidHeaderValueError
 */
function requireOwnHeaders(
	authentication: Record<string, string>,
	signature: Record<string, string>,
): void {
	const signatureNames = Object.keys(signature).map((name) => name.toLowerCase());
	const shared = Object.keys(authentication).find((name) =>
		signatureNames.includes(name.toLowerCase()),
	);
	if (shared === undefined) return;
	throw new InvalidHeaderValueError(
		`The authentication and the signature would both be sent in the header "${shared}". Choose another "Header Name" or "Authentication", or only one of the two.`,
	);
}

/** Headers and URL parameters that authenticate a request. */
export interface RequestAuthentication {
	headers: Record<string, string>;
	query: Record<string, string>;
	/** The URL to call exactly as it is, with all its parameters, if it is signed. */
	url?: string;
	/** TLS settings of the connection, in addition to n8n's. */
	tls?: ClientTls;
}

/** @throws IncompleteCredentialError if there is no token, as in other nodes */
function requireAccessToken(accessToken: string | undefined): string {
	if (accessToken !== undefined) return accessToken;
	throw new IncompleteCredentialError(
		'Only the Agent Webhook node gets access tokens with this credential. In other nodes, use n8n’s own OAuth2 credential.',
	);
}

function authenticate(
	authentication: EndpointAuthentication,
	accessToken: string | undefined,
): Pick<RequestAuthentication, 'headers' | 'query'> {
	switch (authentication.type) {
		case 'bearer':
			return { headers: { Authorization: `Bearer ${authentication.token}` }, query: {} };
		case 'oauth2':
			return {
				headers: { Authorization: `Bearer ${requireAccessToken(accessToken)}` },
				query: {},
			};
		case 'urlToken':
			return { headers: {}, query: { token: authentication.token } };
		case 'headerToken':
			return { headers: { [authentication.headerName]: authentication.token }, query: {} };
		case 'basic': {
			const pair = toBasicPair(authentication.user, authentication.password);
			return { headers: { Authorization: `Basic ${pair}` }, query: {} };
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
	/** The token that the credential's OAuth2 server issued. */
	accessToken?: string;
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
		const { authentication, tls } = this.credential;
		const parts = this.sign(request, authenticate(authentication, request.accessToken));
		const { body, nowMs, request: target } = request;
		if (authentication.type !== 'awsSigV4') return { ...parts, ...(tls && { tls }) };
		if (target === undefined) {
			throw new IncompleteCredentialError(
				'AWS Signature signs the URL of the request, which is not known here. Use it in a node that sends the request.',
			);
		}
		const { headers, query, url = target.url } = parts;
		const signed = signAwsRequest(authentication, {
			...target,
			url,
			headers: { ...target.headers, ...headers },
			body,
			nowMs,
		});
		requireOwnHeaders(signed, headers);
		return { headers: { ...headers, ...signed }, query, url, ...(tls && { tls }) };
	}

	/** Adds the signature to the headers and URL parameters that authenticate a request. */
	private sign(
		request: AuthenticatedRequest,
		{ headers, query }: RequestAuthentication,
	): RequestAuthentication {
		const isUnsigned =
			this.credential.signing.signatureScheme === 'none' ||
			(request.unsignedAllowed === true && !this.hasSecrets);
		if (isUnsigned) return { headers, query };
		const { request: target } = request;
		const url = target && addUrlParameters(target.url, query);
		const signed = this.getSigner(request.platformId)({
			...request,
			...(target && url !== undefined && { request: { ...target, url } }),
		});
		const signatureHeaders = { ...signed.headers, ...this.copyHeaders(signed.headers) };
		requireOwnHeaders(headers, signatureHeaders);
		return {
			headers: { ...headers, ...signatureHeaders },
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
		const { authentication, signing } = this.credential;
		if (authentication.type === 'awsSigV4') return true;
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
