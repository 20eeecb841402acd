import { randomUUID } from 'crypto';
import {
	NodeOperationError,
	type ICredentialsDecrypted,
	type ICredentialTestFunctions,
	type IDataObject,
	type IHookFunctions,
	type INodeCredentialTestResult,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';

import { getErrorMessage } from '../../core/lib/errorMessage';
import {
	receiveRequest,
	type AcceptedRequest,
	type ReceiveResult,
} from '../../core/receiving/receive';
import { requireConfiguredMethods } from '../../core/receiving/authenticate';
import { createRejection, type Rejection } from '../../core/receiving/rejection';
import { BODY_SCHEMAS } from '../../core/managementApi/requestSchemas';
import { createEncrypter } from '../../core/outbox/store/encryption';
import { MANAGEMENT_KIND, getPlatform } from '../../core/platforms';
import { duplicateReply, errorReply } from '../../core/http/replyBodies';
import {
	testInboundCredential,
	testOutboxCredential,
	testPlatformCredential,
} from '../shared/credentialTests';
import { outboxSettings } from '../shared/outbox/openOutbox';

import { combineWindowMs, joinBurst, type CapturedResponse } from './webhook/coalesce';
import { getCachedInboundCredential } from './webhook/credentialCache';
import { outputs, properties, webhooks } from './description/triggerProperties';
import { startDelivery } from './webhook/deduplicate';
import {
	duplicateWindowMs,
	buildReceiveRules,
	maskCredentials,
	type TriggerParameters,
} from './webhook/rules';
import { managementItem, managementRoute, type ManagementRoute } from './webhook/managementRequest';
import { deregister, register } from './registration';
import { bodyReader, distinctHeaders, isTooLarge, publicUrl } from './webhook/request';
import { subtitle } from './description/triggerSubtitle';
import { triggerPanel } from './description/triggerPanel';

// n8n reads such conditions for credentials as for parameters; its types have them for the latter only.
const anyMethod = { _cnd: { exists: true } } as const;

const WEBHOOK_ID = /^[\w.~-]{1,200}$/;

function triggerParameters(context: IWebhookFunctions | IHookFunctions): TriggerParameters {
	return {
		platform: context.getNodeParameter('platform') as string,
		requestKind: context.getNodeParameter('requestKind') as string,
		events: context.getNodeParameter('events', []) as string[],
		methods: context.getNodeParameter('authenticationMethods') as TriggerParameters['methods'],
		options: context.getNodeParameter('options', {}) as TriggerParameters['options'],
	};
}

/** Answers by itself. Returns what tells n8n so: it then starts no execution. */
function answer(
	context: IWebhookFunctions,
	statusCode: number,
	headers: Record<string, string>,
	reply: object | undefined,
): IWebhookResponseData {
	const response = context.getResponseObject();
	if (reply === undefined) {
		response.writeHead(statusCode, headers);
		response.end();
	} else {
		response.writeHead(statusCode, {
			...headers,
			'Content-Type': 'application/json; charset=utf-8',
		});
		response.end(JSON.stringify(reply));
	}
	return { noWebhookResponse: true };
}

/** Answers as another request was, with which this one has come. */
function answerLike(
	context: IWebhookFunctions,
	{ body, contentType, statusCode }: CapturedResponse,
): IWebhookResponseData {
	const response = context.getResponseObject();
	response.writeHead(statusCode, contentType === undefined ? {} : { 'Content-Type': contentType });
	response.end(body);
	return { noWebhookResponse: true };
}

/** Answers a refusal, in the platform's words. By option, its item leaves on the second output. */
function answerRefusal(
	context: IWebhookFunctions,
	refused: Rejection,
	{ options, platform }: TriggerParameters,
): IWebhookResponseData {
	const status = getPlatform(platform).replyStatus?.refused;
	const reply = { ...refused.reply, ...(status !== undefined && { status }) };
	return {
		...answer(context, refused.statusCode, refused.headers, reply),
		...(options.outputRefused && { workflowData: [[], [refusedItem(context, refused)]] }),
	};
}

function refusedItem(context: IWebhookFunctions, refused: Rejection): INodeExecutionData {
	const request = context.getRequestObject();
	return {
		json: {
			refused: true,
			code: refused.code,
			message: refused.reply.error.message,
			details: (refused.reply.error.details ?? null) as IDataObject | null,
			status_code: refused.statusCode,
			method: request.method,
			source_address: request.ip ?? null,
			headers: maskCredentials(request.headers) as IDataObject,
			query: maskCredentials(context.getQueryData() as IDataObject) as IDataObject,
			received_at: new Date().toISOString(),
			request_id: randomUUID(),
		},
	};
}

async function acceptedItem(
	context: IWebhookFunctions,
	admission: AcceptedRequest,
	platform: string,
	rawBodyField: string,
): Promise<INodeExecutionData> {
	const request = context.getRequestObject();
	const { duplicateKey, event, signature } = admission;
	return {
		json: {
			body: admission.body as IDataObject,
			...(event && {
				event: event.type ?? null,
				event_time: event.timeMs === undefined ? null : new Date(event.timeMs).toISOString(),
				data: (event.data ?? null) as IDataObject | null,
			}),
			...(duplicateKey !== undefined && { duplicate_key: duplicateKey }),
			platform,
			authentication: admission.authentication,
			...(signature && {
				signature: {
					scheme: signature.scheme,
					...(signature.id !== undefined && { id: signature.id }),
					...(signature.timestampMs !== undefined && {
						timestamp: new Date(signature.timestampMs).toISOString(),
					}),
				},
			}),
			headers: maskCredentials(request.headers) as IDataObject,
			query: maskCredentials(context.getQueryData() as IDataObject) as IDataObject,
			source_address: request.ip ?? null,
			received_at: new Date().toISOString(),
			request_id: randomUUID(),
		},
		...(rawBodyField !== '' && {
			binary: {
				[rawBodyField]: await context.helpers.prepareBinaryData(
					admission.rawBody,
					undefined,
					'application/json',
				),
			},
		}),
	};
}

const tooLargeReply = errorReply('PAYLOAD_TOO_LARGE', 'The body is too large', {
	field: 'body',
	expected: 'a body within n8n’s limit, N8N_PAYLOAD_SIZE_MAX',
	received: 'a larger body',
});

export class AgentWebhookTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Agent Webhook Trigger',
		name: 'agentWebhookTrigger',
		icon: {
			light: 'file:../AgentWebhook/agentWebhook.svg',
			dark: 'file:../AgentWebhook/agentWebhook.dark.svg',
		},
		group: ['trigger'],
		// Above 1, since n8n evaluates an expression for each request to a node of version 1.
		version: [2],
		subtitle,
		description:
			'Starts the workflow on an agent or workflow webhook whose token, Basic, Bearer or HMAC signature is valid',
		eventTriggerDescription: 'Waiting for you to send a signed request to the test URL',
		activationMessage: 'Your webhook now accepts requests on its production URL.',
		defaults: { name: 'Agent Webhook Trigger' },
		triggerPanel,
		inputs: [],
		outputs,
		credentials: [
			{
				name: 'agentWebhookInboundApi',
				required: true,
				testedBy: 'inboundCredentialTest',
				displayOptions: {
					// Named by their values, n8n's editor would take the methods for its own choice of
					// credential types, and hide them.
					show: { authenticationMethods: [anyMethod as unknown as string] },
				},
			},
			{
				name: 'agentWebhookOutboxApi',
				required: true,
				testedBy: 'outboxCredentialTest',
				displayOptions: { show: { requestKind: [MANAGEMENT_KIND] } },
			},
			{
				name: 'agentWebhookPlatformApi',
				required: true,
				testedBy: 'platformCredentialTest',
				displayOptions: { show: { register: [true] } },
			},
		],
		webhooks,
		properties,
	};

	methods = {
		credentialTest: {
			async inboundCredentialTest(
				this: ICredentialTestFunctions,
				credential: ICredentialsDecrypted,
			): Promise<INodeCredentialTestResult> {
				return testInboundCredential(credential, Date.now());
			},
			async outboxCredentialTest(
				this: ICredentialTestFunctions,
				credential: ICredentialsDecrypted,
			): Promise<INodeCredentialTestResult> {
				return testOutboxCredential(credential);
			},
			async platformCredentialTest(
				this: ICredentialTestFunctions,
				credential: ICredentialsDecrypted,
			): Promise<INodeCredentialTestResult> {
				return await testPlatformCredential(this, credential);
			},
		},
	};

	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				// So that n8n calls `create`, which finds out by itself and checks what the trigger needs.
				return false;
			},
			/** What cannot work is said now, and not to the first caller. */
			async create(this: IHookFunctions): Promise<boolean> {
				const { requestKind } = triggerParameters(this);
				const path = this.getNodeParameter('path') as string;
				if (!WEBHOOK_ID.test(path)) {
					throw new NodeOperationError(
						this.getNode(),
						`The webhook ID "${path}" cannot stand in a URL. Fill in "Webhook ID" with letters, digits, dots, hyphens, underscores and tildes, e.g. support-agent.`,
					);
				}
				try {
					const readCredential = async () => await this.getCredentials('agentWebhookInboundApi');
					const rules = buildReceiveRules(triggerParameters(this), readCredential);
					if (rules.methods.length > 0) requireConfiguredMethods(rules, await rules.secrets());
					if (requestKind === MANAGEMENT_KIND) {
						createEncrypter(
							outboxSettings(await this.getCredentials('agentWebhookOutboxApi')).keys,
						);
					}
					await register(this);
				} catch (error) {
					throw new NodeOperationError(this.getNode(), error as Error);
				}
				return true;
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				await deregister(this);
				return true;
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		const request = this.getRequestObject();
		let admission: ReceiveResult;
		let parameters: TriggerParameters;
		let route: ManagementRoute | undefined;
		try {
			parameters = triggerParameters(this);
			if (parameters.requestKind === MANAGEMENT_KIND) {
				const found = managementRoute(this);
				if ('result' in found) return answerRefusal(this, found, parameters);
				route = found;
			}
			const rules = buildReceiveRules(
				parameters,
				async () => await getCachedInboundCredential(this),
				route && { method: request.method, bodySchema: BODY_SCHEMAS[route.task] },
			);
			const { publicUrl: ownUrl } = parameters.options;
			admission = await receiveRequest(rules, {
				method: request.method,
				secure: request.secure,
				address: request.ip ?? '',
				query: this.getQueryData() as Record<string, unknown>,
				headers: distinctHeaders(request),
				body: bodyReader(request),
				parsedBody: () => this.getBodyData(),
				url: () => publicUrl(this, ownUrl),
				nowMs: Date.now(),
			});
		} catch (error) {
			if (isTooLarge(error)) {
				return answer(this, 413, {}, tooLargeReply);
			}
			// The caller is not told what is wrong with the receiver; its owner finds it in n8n's log.
			this.logger.error(`${this.getNode().name} cannot check requests: ${getErrorMessage(error)}`);
			return answer(
				this,
				500,
				{},
				errorReply('RECEIVER_NOT_SET_UP', 'The webhook cannot check requests at the moment'),
			);
		}

		if (admission.result === 'refused') return answerRefusal(this, admission, parameters);
		if (admission.result === 'handshake') {
			return answer(this, admission.statusCode, {}, admission.reply);
		}
		if (admission.result === 'ignored') {
			return answer(this, 200, {}, admission.reply);
		}
		const claim = await startDelivery(this, admission.duplicateKey, duplicateWindowMs(parameters));
		if (claim === 'duplicate') {
			return answer(this, 200, {}, duplicateReply());
		}
		if (claim === 'busy') {
			return answerRefusal(
				this,
				createRejection(
					429,
					'TOO_MANY_REPEATS',
					'Many repeats of this delivery wait for the first one’s answer',
					{ field: 'delivery', expected: 'one at a time', received: 'many repeats at once' },
					{ 'Retry-After': '10' },
				),
				parameters,
			);
		}
		if (route !== undefined) {
			const item = await managementItem(this, route, admission, parameters.platform, randomUUID());
			return { workflowData: [[item]] };
		}
		const item = await acceptedItem(
			this,
			admission,
			parameters.platform,
			parameters.options.rawBodyField ?? '',
		);
		const windowMs = combineWindowMs(this, parameters);
		if (windowMs <= 0) return { workflowData: [[item]] };
		const place = await joinBurst(this, item, windowMs);
		return place.role === 'leader' ? { workflowData: [place.items] } : answerLike(this, place.fate);
	}
}
