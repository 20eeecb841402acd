import { findCustomHeaderFault } from '../http/customHeaders';
import { checkEndpointUrl } from '../http/endpointUrl';
import { InvalidHeaderValueError, requireSendable } from '../http/headerValues';
import type { AwsCredentials } from '../signing/awsSignature';

import { IncompleteCredentialError, readText, type CredentialFields } from './credentialFields';

/** Returns user and password as Basic authentication sends them. */
export const toBasicPair = (user: string, password: string): string =>
	Buffer.from(`${user}:${password}`, 'utf8').toString('base64');

/** The part of a token request that has the client's ID and secret (RFC 6749, 2.3.1). */
export type ClientSecretPlace = 'basic' | 'body';

/** A client of an OAuth2 server, which gets access tokens with its own credentials (RFC 6749, 4.4). */
export interface OAuthClient {
	tokenUrl: string;
	clientId: string;
	clientSecret: string;
	clientSecretIn: ClientSecretPlace;
	/** Separated by spaces; empty for the server's default. */
	scope: string;
	/** Empty if the server needs none. */
	audience: string;
}

/** The authentication that a Sending credential adds to requests, in addition to the signature. */
export type EndpointAuthentication =
	| { type: 'none' }
	| { type: 'bearer'; token: string }
	| { type: 'basic'; user: string; password: string }
	/** Sent as `?token=`. */
	| { type: 'urlToken'; token: string }
	/** Sent as the value of a header. */
	| { type: 'headerToken'; headerName: string; token: string }
	/** Sent as a Bearer token that the client gets from its server. */
	| ({ type: 'oauth2' } & OAuthClient)
	| ({ type: 'awsSigV4' } & AwsCredentials);

/** The fields of all authentications, as the Sending credential and the outbox store them. */
export const AUTHENTICATION_FIELDS = [
	'authentication',
	'token',
	'user',
	'password',
	'headerName',
	'tokenUrl',
	'clientId',
	'clientSecret',
	'clientSecretIn',
	'scope',
	'audience',
	'accessKeyId',
	'secretAccessKey',
	'sessionToken',
	'region',
	'service',
];

/**
 * The name of the field that decides whether requests are `signed`, `authenticated`, or both; fields of what is not
 * chosen do not count. An endpoint of the outbox has no such field, since only what it uses is stored.
 */
export const PROTECTION_FIELD = 'protection';

function requireText(fields: CredentialFields, name: string, label: string): string {
	const value = readText(fields, name);
	if (value === '') {
		throw new IncompleteCredentialError(`The credential's field "${label}" is empty. Fill it in.`);
	}
	return value;
}

const parseOAuthClient = (fields: CredentialFields): OAuthClient => ({
	tokenUrl: requireText(fields, 'tokenUrl', 'Token URL'),
	clientId: requireText(fields, 'clientId', 'Client ID'),
	clientSecret: requireText(fields, 'clientSecret', 'Client Secret'),
	clientSecretIn: readText(fields, 'clientSecretIn') === 'body' ? 'body' : 'basic',
	scope: readText(fields, 'scope').trim(),
	audience: readText(fields, 'audience').trim(),
});

const parseAwsCredentials = (fields: CredentialFields): AwsCredentials => ({
	accessKeyId: requireText(fields, 'accessKeyId', 'Access Key ID'),
	secretAccessKey: requireText(fields, 'secretAccessKey', 'Secret Access Key'),
	sessionToken: readText(fields, 'sessionToken'),
	region: requireText(fields, 'region', 'Region'),
	service: requireText(fields, 'service', 'Service'),
});

/**
 * Parses the authentication of a Sending credential.
 * @throws IncompleteCredentialError naming a field that the chosen authentication needs
 */
export function parseAuthentication(fields: CredentialFields): EndpointAuthentication {
	if (readText(fields, PROTECTION_FIELD) === 'signed') return { type: 'none' };
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
		case 'oauth2':
			return { type: 'oauth2', ...parseOAuthClient(fields) };
		case 'awsSigV4':
			return { type: 'awsSigV4', ...parseAwsCredentials(fields) };
		default:
			return { type: 'none' };
	}
}

/** Returns whether requests with these fields of a Sending credential need an access token. */
export const needsAccessToken = (fields: CredentialFields): boolean =>
	readText(fields, PROTECTION_FIELD) !== 'signed' &&
	readText(fields, 'authentication') === 'oauth2';

/** The permissions that the owner of a workflow gave for an endpoint's URL, and so for its token URL. */
export interface TokenUrlRules {
	allowHttp: boolean;
	allowInternal: boolean;
}

/**
 * Checks a token URL, as an endpoint's URL is checked: the client's secret is sent there.
 * @throws InvalidEndpointUrlError
 */
export const checkTokenUrl = (tokenUrl: string, rules: TokenUrlRules): URL =>
	checkEndpointUrl(tokenUrl, { ...rules, label: 'token URL' });

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

function requireAwsFields({ accessKeyId, region, service, sessionToken }: AwsCredentials): void {
	requireSendable('token', 'Access Key ID', accessKeyId);
	requireSendable('token', 'Session Token', sessionToken);
	for (const [label, text] of [
		['Region', region],
		['Service', service],
	]) {
		if (!/^[a-z0-9-]+$/.test(text)) {
			throw new InvalidHeaderValueError(
				`"${label}" can have only lowercase letters, digits and hyphens. Correct it, e.g. ${label === 'Region' ? 'eu-central-1' : 'lambda'}.`,
			);
		}
	}
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
		case 'awsSigV4':
			requireAwsFields(authentication);
			break;
		default:
	}
}
