import { randomUUID } from 'crypto';
import type {
	IAuthenticate,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import { IncompleteCredentialError } from '../core/credentials/credentialFields';
import { PROTECTION_FIELD } from '../core/credentials/endpointAuthentication';
import { authenticateRequest, signsTarget, type SigningValues } from '../core/credentials/outbound';
import { isReadAsForm } from '../core/http/headers';
import { addUrlParameters } from '../core/signing/sign';

import { credentialAuthenticationFields } from './authenticationFields';
import { credentialTlsFields } from './clientTlsFields';
import { icon } from './credentialIcon';
import { signatureFields } from './signatureFields';

/**
 * A request as `authenticate` gets it. Our node adds `signing` to n8n's own fields: n8n's helper passes it on
 * and never sends it. Other nodes have none. `form` and `formData` come from n8n's older request helper.
 */
export type SignableRequest = IHttpRequestOptions & {
	signing?: SigningValues;
	/** The URL, as n8n’s older request helper names it. */
	uri?: string;
	form?: unknown;
	formData?: unknown;
};

/** Returns whether a value is a plain object, also one from another realm. */
function isPlainObject(value: unknown): value is object {
	if (typeof value !== 'object' || value === null) return false;
	const prototype: unknown = Object.getPrototypeOf(value);
	return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Serializes a request's body, whose bytes are signed. */
function serializeBody(request: SignableRequest): { bytes: Buffer; isJson: boolean } {
	const { body, form, formData } = request;
	if (form !== undefined || formData !== undefined) {
		throw new IncompleteCredentialError(
			'Form bodies cannot be signed. Send the body as JSON or as raw text.',
		);
	}
	if (Buffer.isBuffer(body)) return { bytes: body, isJson: false };
	if (body === undefined || body === null) return { bytes: Buffer.alloc(0), isJson: false };
	if (typeof body === 'string') return { bytes: Buffer.from(body, 'utf8'), isJson: false };
	if (!Array.isArray(body) && !isPlainObject(body)) {
		throw new IncompleteCredentialError(
			'Forms and streams cannot be signed. Send the body as JSON, text or binary data.',
		);
	}
	// n8n passes {} for a request without a body.
	if (Object.keys(body).length === 0 && request.json !== true) {
		return { bytes: Buffer.alloc(0), isJson: false };
	}
	return { bytes: Buffer.from(JSON.stringify(body), 'utf8'), isJson: true };
}

/** Writes URL parameters as they are signed. */
function readParameters(parameters: SignableRequest['qs']): Record<string, string> {
	return Object.fromEntries(
		Object.entries(parameters ?? {}).map(([name, value]) => {
			if (typeof value === 'object' && value !== null) {
				throw new IncompleteCredentialError(
					`The URL parameter ${name} is a list or an object, which cannot be signed. Write it into the URL itself.`,
				);
			}
			return [name, String(value ?? '')];
		}),
	);
}

/** Returns the URL that a request calls, as it is sent; `undefined` if it is not a URL. */
function readUrl({ baseURL, qs, uri, url }: SignableRequest): string | undefined {
	const address = uri ?? url;
	if (!URL.canParse(address, baseURL)) return undefined;
	const absolute = new URL(address, baseURL);
	absolute.hash = '';
	return addUrlParameters(absolute.href, readParameters(qs));
}

/** Returns the headers that a request has before it is signed. */
const readHeaders = (headers: SignableRequest['headers']): Record<string, string> =>
	Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]));

export class AgentWebhookOutboundApi implements ICredentialType {
	name = 'agentWebhookOutboundApi';

	displayName = 'Agent Webhook Sending API';

	documentationUrl =
		'https://github.com/n8n-nodes-agent-webhooks/n8n-nodes-agent-webhooks#credentials';

	icon = icon;

	properties: INodeProperties[] = [
		{
			displayName: 'Requests Are',
			name: PROTECTION_FIELD,
			type: 'options',
			noDataExpression: true,
			options: [
				{
					name: 'Authenticated',
					value: 'authenticated',
					description: 'With a token or password that you got from the endpoint’s owner',
				},
				{
					name: 'Signed',
					value: 'signed',
					description: 'With a signature over the body, made with a shared secret',
				},
				{ name: 'Signed and Authenticated', value: 'both' },
			],
			default: 'signed',
			description: 'What proves to an endpoint that requests come from you',
		},
		...credentialAuthenticationFields({ [PROTECTION_FIELD]: ['authenticated', 'both'] }),
		...signatureFields('outbound', { show: { [PROTECTION_FIELD]: ['both', 'signed'] } }),
		...credentialTlsFields,
	];

	authenticate: IAuthenticate = async (credentials, requestOptions) => {
		const request = requestOptions as SignableRequest;
		const { bytes, isJson } = serializeBody(request);
		const url = signsTarget(credentials, request.signing?.platformId)
			? readUrl(request)
			: undefined;
		const authentication = authenticateRequest(credentials, {
			body: bytes,
			...(url !== undefined && {
				request: { method: request.method ?? 'GET', url, headers: readHeaders(request.headers) },
			}),
			id: request.signing?.id ?? `msg_${randomUUID()}`,
			nowMs: request.signing?.nowMs ?? Date.now(),
			platformId: request.signing?.platformId,
			unsignedAllowed: request.signing?.unsignedAllowed,
			accessToken: request.signing?.accessToken,
		});
		const { headers, query } = authentication;
		const requestHeaders = request.headers ?? {};
		const replacedNames = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
		const keptHeaders = Object.fromEntries(
			Object.entries(requestHeaders).filter(([name]) => !replacedNames.has(name.toLowerCase())),
		);
		const hasType = Object.entries(requestHeaders).some(
			([name, value]) => name.toLowerCase() === 'content-type' && value !== undefined,
		);
		const isFormText = isReadAsForm(requestHeaders) && typeof request.body === 'string';
		return {
			...request,
			headers: {
				...keptHeaders,
				...(isJson && !hasType && { 'Content-Type': 'application/json' }),
				...headers,
			},
			...(authentication.url === undefined
				? { qs: { ...request.qs, ...query } }
				: { url: authentication.url, uri: undefined, baseURL: undefined, qs: {} }),
			// Send the signed bytes: serialized again, the body might differ from them.
			...(bytes.length > 0 && { body: isFormText ? request.body : bytes, json: false }),
			...(authentication.tls && { agentOptions: authentication.tls }),
		};
	};
}
