import { randomUUID } from 'crypto';
import type {
	IAuthenticate,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import { IncompleteCredentialError } from '../core/credentials/credentialFields';
import { authenticateRequest, type SigningValues } from '../core/credentials/outbound';

import { authenticationFields } from './authenticationFields';
import { icon } from './credentialIcon';
import { signatureFields } from './signatureFields';

/**
 * A request as `authenticate` gets it. Our node adds `signing` to n8n's own fields: n8n's helper passes it on
 * and never sends it. Other nodes have none. `form` and `formData` come from n8n's older request helper.
 */
export type SignableRequest = IHttpRequestOptions & {
	signing?: SigningValues;
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

export class AgentWebhookOutboundApi implements ICredentialType {
	name = 'agentWebhookOutboundApi';

	displayName = 'Agent Webhook Outbound API';

	documentationUrl =
		'https://github.com/n8n-nodes-agent-webhooks/n8n-nodes-agent-webhooks#credentials';

	icon = icon;

	properties: INodeProperties[] = [
		{
			displayName:
				'Proves to an endpoint that requests come from you. To use this credential in n8n’s HTTP Request node too, choose a signature scheme.',
			name: 'notice',
			type: 'notice',
			default: '',
		},
		...authenticationFields('Authentication', 'authentication'),
		...signatureFields('outbound'),
	];

	authenticate: IAuthenticate = async (credentials, requestOptions) => {
		const request = requestOptions as SignableRequest;
		const { bytes, isJson } = serializeBody(request);
		const { headers, query } = authenticateRequest(credentials, {
			body: bytes,
			id: request.signing?.id ?? `msg_${randomUUID()}`,
			nowMs: request.signing?.nowMs ?? Date.now(),
			platformId: request.signing?.platformId,
			unsignedAllowed: request.signing?.unsignedAllowed,
		});
		const requestHeaders = request.headers ?? {};
		const replacedNames = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
		const keptHeaders = Object.fromEntries(
			Object.entries(requestHeaders).filter(([name]) => !replacedNames.has(name.toLowerCase())),
		);
		const hasContentType = Object.keys(requestHeaders).some(
			(name) => name.toLowerCase() === 'content-type',
		);
		return {
			...request,
			headers: {
				...keptHeaders,
				...(isJson && !hasContentType && { 'Content-Type': 'application/json' }),
				...headers,
			},
			qs: { ...request.qs, ...query },
			// Send the signed bytes: serialized again, the body might differ from them.
			...(bytes.length > 0 && { body: bytes, json: false }),
		};
	};
}
