import { randomUUID } from 'crypto';
import type {
	IAuthenticate,
	Icon,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import {
	authenticateRequest,
	IncompleteCredentialError,
	type SigningValues,
} from '../core/credentials/credentialFields';

import { authenticationFields } from './authenticationFields';
import { signatureFields } from './signatureFields';

/**
 * A request on its way through `authenticate`. Our node puts `signing` beside n8n's own fields, where
 * n8n's helper hands it on and never sends it; other nodes have none. `form` and `formData` come from
 * n8n's older request helper.
 */
export type SignableRequest = IHttpRequestOptions & {
	signing?: SigningValues;
	form?: unknown;
	formData?: unknown;
};

/** Whether a value is a JSON object and not an instance of something, of whatever realm. */
function isPlainObject(value: unknown): value is object {
	if (typeof value !== 'object' || value === null) return false;
	const prototype: unknown = Object.getPrototypeOf(value);
	return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function bodyBytes(request: SignableRequest): { bytes: Buffer; json: boolean } {
	const { body, form, formData } = request;
	if (form !== undefined || formData !== undefined) {
		throw new IncompleteCredentialError(
			'Form bodies cannot be signed. Send the body as JSON or as raw text.',
		);
	}
	if (Buffer.isBuffer(body)) return { bytes: body, json: false };
	if (body === undefined || body === null) return { bytes: Buffer.alloc(0), json: false };
	if (typeof body === 'string') return { bytes: Buffer.from(body, 'utf8'), json: false };
	if (!Array.isArray(body) && !isPlainObject(body)) {
		throw new IncompleteCredentialError(
			'Only JSON, text and binary bodies can be signed, not forms and streams.',
		);
	}
	// n8n hands over {} for a request without a body.
	if (Object.keys(body).length === 0 && request.json !== true) {
		return { bytes: Buffer.alloc(0), json: false };
	}
	return { bytes: Buffer.from(JSON.stringify(body), 'utf8'), json: true };
}

export class AgentWebhookOutboundApi implements ICredentialType {
	name = 'agentWebhookOutboundApi';

	displayName = 'Agent Webhook Outbound API';

	documentationUrl =
		'https://github.com/n8n-nodes-agent-webhooks/n8n-nodes-agent-webhooks#credentials';

	icon: Icon = {
		light: 'file:../nodes/AgentWebhook/agentWebhook.svg',
		dark: 'file:../nodes/AgentWebhook/agentWebhook.dark.svg',
	};

	properties: INodeProperties[] = [
		{
			displayName:
				'How an endpoint knows that a request comes from you. n8n’s HTTP Request node can use this credential too: choose a signature scheme for it.',
			name: 'notice',
			type: 'notice',
			default: '',
		},
		...authenticationFields('Authentication', 'authentication'),
		...signatureFields('outbound'),
	];

	authenticate: IAuthenticate = async (credentials, requestOptions) => {
		const request = requestOptions as SignableRequest;
		const { bytes, json } = bodyBytes(request);
		const { headers, query } = authenticateRequest(credentials, {
			body: bytes,
			id: request.signing?.id ?? `msg_${randomUUID()}`,
			nowMs: request.signing?.nowMs ?? Date.now(),
			platformId: request.signing?.platformId,
			unsignedAllowed: request.signing?.unsignedAllowed,
		});
		const own = request.headers ?? {};
		const replaced = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
		const kept = Object.fromEntries(
			Object.entries(own).filter(([name]) => !replaced.has(name.toLowerCase())),
		);
		const typed = Object.keys(own).some((name) => name.toLowerCase() === 'content-type');
		return {
			...request,
			headers: {
				...kept,
				...(json && !typed && { 'Content-Type': 'application/json' }),
				...headers,
			},
			qs: { ...request.qs, ...query },
			// The signed bytes are the sent bytes: nothing after this may serialise them again.
			...(bytes.length > 0 && { body: bytes, json: false }),
		};
	};
}
