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

import {
	admit,
	assertSecretsPresent,
	type Admission,
	type Refusal,
} from '../../core/inbound/admission';
import { errorReply } from '../../core/replies/replies';
import { testInboundCredential } from '../shared/credentialTests';

import { outputs, properties, webhooks } from './description';
import { inboundRules, withoutCredentials, type TriggerParameters } from './inbound';

// n8n reads such conditions for credentials as for parameters; its types have them for the latter only.
const anyMethod = { _cnd: { exists: true } } as const;

const WEBHOOK_ID = /^[\w.~-]{1,200}$/;

function triggerParameters(context: IWebhookFunctions | IHookFunctions): TriggerParameters {
	return {
		platform: context.getNodeParameter('platform') as string,
		requestKind: context.getNodeParameter('requestKind') as TriggerParameters['requestKind'],
		methods: context.getNodeParameter('authenticationMethods') as TriggerParameters['methods'],
		options: context.getNodeParameter('options', {}) as TriggerParameters['options'],
	};
}

function readRules(context: IWebhookFunctions | IHookFunctions) {
	const parameters = triggerParameters(context);
	const readCredential = async () => await context.getCredentials('agentWebhookInboundApi');
	return { parameters, rules: inboundRules(parameters, readCredential) };
}

/** Answers by itself, so that n8n starts no execution for it. */
function answer(
	context: IWebhookFunctions,
	statusCode: number,
	headers: Record<string, string>,
	reply: object,
): void {
	const response = context.getResponseObject();
	response.writeHead(statusCode, {
		...headers,
		'Content-Type': 'application/json; charset=utf-8',
	});
	response.end(JSON.stringify(reply));
}

async function rawBody(context: IWebhookFunctions): Promise<Buffer | undefined> {
	const request = context.getRequestObject();
	// n8n parses multipart bodies itself and keeps none of their bytes.
	if (request.contentType === 'multipart/form-data') return undefined;
	if (request.rawBody === undefined) await request.readRawBody();
	return request.rawBody ?? Buffer.alloc(0);
}

function refusedItem(context: IWebhookFunctions, refusal: Refusal): INodeExecutionData {
	const request = context.getRequestObject();
	return {
		json: {
			refused: true,
			code: refusal.code,
			message: refusal.reply.error.message,
			status_code: refusal.statusCode,
			method: request.method,
			source_address: request.ip ?? null,
			headers: withoutCredentials(request.headers) as IDataObject,
			query: withoutCredentials(context.getQueryData() as IDataObject) as IDataObject,
			received_at: new Date().toISOString(),
			request_id: randomUUID(),
		},
	};
}

async function acceptedItem(
	context: IWebhookFunctions,
	admission: Extract<Admission, { result: 'accepted' }>,
	platform: string,
	rawBodyField: string,
): Promise<INodeExecutionData> {
	const request = context.getRequestObject();
	const { signature } = admission;
	return {
		json: {
			body: admission.body as IDataObject,
			...(admission.eventType !== undefined && { event: admission.eventType }),
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
			headers: withoutCredentials(request.headers) as IDataObject,
			query: withoutCredentials(context.getQueryData() as IDataObject) as IDataObject,
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

/** `PayloadTooLargeError` of n8n's body reader, and whatever else says 413. */
const isTooLarge = (error: unknown): boolean =>
	typeof error === 'object' && error !== null && 'statusCode' in error && error.statusCode === 413;

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
		subtitle:
			'={{ { agentMessage: "Agent message", workflowRun: "Workflow run", event: "Any JSON event" }[$parameter["requestKind"]] + ": " + ($parameter["authenticationMethods"].length ? "authenticated" : "open to anyone") }}',
		description:
			'Starts the workflow on an agent or workflow webhook whose token, Basic, Bearer or HMAC signature is valid',
		eventTriggerDescription: 'Waiting for you to send a signed request to the test URL',
		activationMessage: 'Your webhook now accepts requests on its production URL.',
		defaults: { name: 'Agent Webhook Trigger' },
		triggerPanel: {
			header: 'Send a request to the test URL',
			executionsHelp: {
				inactive:
					'Listen for a test event, then send a POST request with your credentials to the test URL. Requests that are refused start nothing: their reply says why.',
				active:
					'The workflow runs for each accepted request to the production URL. Requests that are refused start nothing: their reply says why.',
			},
			activationHint: 'Publish the workflow to accept requests on the production URL',
		},
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
		},
	};

	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				return false;
			},
			/** Nothing to register elsewhere: what cannot work is said now, and not to the first caller. */
			async create(this: IHookFunctions): Promise<boolean> {
				const path = this.getNodeParameter('path') as string;
				if (!WEBHOOK_ID.test(path)) {
					throw new NodeOperationError(
						this.getNode(),
						`The webhook ID "${path}" cannot stand in a URL. Fill in "Webhook ID" with letters, digits, dots, hyphens, underscores and tildes, e.g. support-agent.`,
					);
				}
				try {
					const { rules } = readRules(this);
					if (rules.methods.length > 0) assertSecretsPresent(rules.methods, await rules.secrets());
				} catch (error) {
					throw new NodeOperationError(this.getNode(), error as Error);
				}
				return true;
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				return true;
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		const request = this.getRequestObject();
		let admission: Admission;
		let parameters: TriggerParameters;
		try {
			const read = readRules(this);
			parameters = read.parameters;
			admission = await admit(read.rules, {
				method: request.method,
				secure: request.secure,
				address: request.ip ?? '',
				query: this.getQueryData() as Record<string, unknown>,
				headers: request.headers,
				body: async () => await rawBody(this),
				parsedBody: () => this.getBodyData(),
				nowMs: Date.now(),
			});
		} catch (error) {
			if (isTooLarge(error)) {
				answer(this, 413, {}, errorReply('PAYLOAD_TOO_LARGE', 'The body is too large'));
				return { noWebhookResponse: true };
			}
			// The caller is not told what is wrong with the receiver; its owner finds it in n8n's log.
			this.logger.error(
				`${this.getNode().name} cannot check requests: ${error instanceof Error ? error.message : String(error)}`,
			);
			answer(
				this,
				500,
				{},
				errorReply('RECEIVER_NOT_SET_UP', 'The webhook cannot check requests at the moment'),
			);
			return { noWebhookResponse: true };
		}

		if (admission.result === 'ignored') {
			answer(this, 200, {}, admission.reply);
			return { noWebhookResponse: true };
		}
		if (admission.result === 'refused') {
			answer(this, admission.statusCode, admission.headers, admission.reply);
			return {
				noWebhookResponse: true,
				...(parameters.options.outputRefused && {
					workflowData: [[], [refusedItem(this, admission)]],
				}),
			};
		}
		const item = await acceptedItem(
			this,
			admission,
			parameters.platform,
			parameters.options.rawBodyField ?? '',
		);
		return { workflowData: [[item]] };
	}
}
