import {
	NodeApiError,
	NodeOperationError,
	UserError,
	type IDataObject,
	type IExecuteFunctions,
	type IHookFunctions,
	type IHttpRequestMethods,
	type ILoadOptionsFunctions,
	type JsonObject,
} from 'n8n-workflow';

import { findHeaderFault } from '../../../core/http/headerValues';
import { getErrorMessage } from '../../../core/lib/errorMessage';
import { stringifyExactJson } from '../../../core/lib/exactJson';
import { parseJson } from '../../../core/lib/json';
import { isObject } from '../../../core/lib/fieldPath';
import { getPlatform, type ManagementApi, type Platform } from '../../../core/platforms';

type Context = IExecuteFunctions | IHookFunctions | ILoadOptionsFunctions;

const CREDENTIAL = 'agentWebhookPlatformApi';

/** A webhook as a platform's API lists it. Source: docs/platforms.md#agenticflow */
export interface PlatformWebhook extends IDataObject {
	id: string;
	name?: string;
	url?: string;
	events?: string[];
	status?: string;
}

const isRecord = (value: unknown): value is IDataObject => isObject(value);

const SECRET_FIELD = /token|secret|password|api[-_]?key/i;

/** Removes query parameters with secrets from a URL. Returns any other text unchanged. */
function removeSecretParameters(text: string): string {
	if (!/^https?:/i.test(text) || !URL.canParse(text)) return text;
	const url = new URL(text);
	const secretNames = [...url.searchParams.keys()].filter((name) => SECRET_FIELD.test(name));
	if (secretNames.length === 0) return text;
	for (const name of secretNames) url.searchParams.delete(name);
	return url.href;
}

/** Removes secrets from a platform's response at any depth, so that they never reach an item. */
export function removeSecrets<T>(value: T): T {
	if (typeof value === 'string') return removeSecretParameters(value) as T;
	if (Array.isArray(value)) return value.map(removeSecrets) as T;
	if (!isRecord(value)) return value;
	return Object.fromEntries(
		Object.entries(value)
			.filter(([name]) => !SECRET_FIELD.test(name))
			.map(([name, field]) => [name, removeSecrets(field)]),
	) as T;
}

/** Advice on what is wrong and what to do, by the status of the platform's response. */
const ADVICE: Record<string, string> = {
	'401': 'The API key is not valid. Enter a valid key in the credential.',
	'403':
		'The API key is not allowed to manage webhooks. Grant it that permission, or use another key.',
	'404': 'The webhook does not exist. It may have been deleted at the platform.',
	'429': 'The platform’s rate limit was exceeded. Try again later.',
};

/** Parses a body that n8n's helper left as text, since it parses only JSON's media type. */
const parseResponseBody = (body: unknown): unknown =>
	typeof body === 'string' ? parseJson(body)?.value : body;

/** Finds the platform's own error message. Returns an empty string if there is none. */
function findErrorMessage(body: unknown): string {
	const parsed = parseResponseBody(body);
	if (!isRecord(parsed)) return '';
	const { error, message } = parsed;
	if (isRecord(error) && typeof error.message === 'string') return error.message;
	return [error, message].find((candidate) => typeof candidate === 'string') ?? '';
}

/** Returns the platform's reason for a failed call (empty if it gives none), and what to do about it. */
export const describeFailure = (
	statusCode: number,
	body: unknown,
): { reason: string; advice: string } => ({
	reason: findErrorMessage(body),
	advice: ADVICE[String(statusCode)] ?? 'Try again later, or ask the platform’s support.',
});

const findList = (response: IDataObject, field: string): IDataObject[] | undefined => {
	const list = response[field];
	return Array.isArray(list) ? list.filter(isRecord) : undefined;
};

/** Parses the response to "List Webhooks". Returns `undefined` if the body is something else. */
export function parseWebhookList(
	body: unknown,
	{ webhooksField }: ManagementApi,
): PlatformWebhook[] | undefined {
	const json = parseResponseBody(body);
	if (!isRecord(json)) return undefined;
	return findList(json, webhooksField)?.filter(
		(webhook): webhook is PlatformWebhook => typeof webhook.id === 'string',
	);
}

/** Returns the path of one webhook, relative to the list. */
export const buildWebhookPath = (webhookId: string): string => `/${encodeURIComponent(webhookId)}`;

interface PlatformResponse {
	statusCode: number;
	body: unknown;
}

/** Calls a platform's management API with the node's credential. */
export class ManagementClient {
	private constructor(
		private readonly context: Context,
		private readonly platform: Platform,
		private readonly api: ManagementApi,
		private readonly baseUrl: string,
	) {}

	/** @throws UserError if the platform has no management API, or the credential is for another platform */
	static async create(context: Context, platformId: string): Promise<ManagementClient> {
		const nodePlatform = getPlatform(platformId);
		const { management, name } = nodePlatform;
		if (management === undefined) {
			throw new UserError(`${name} has no API for its webhooks. Choose another platform.`);
		}
		const { apiKey, baseUrl, platform } = await context.getCredentials(CREDENTIAL);
		if (platform !== platformId) {
			throw new UserError(
				`The credential is for ${getPlatform(String(platform)).name} and the node for ${name}. Choose a credential for ${name}.`,
			);
		}
		const fault = findHeaderFault('token', String(apiKey));
		if (fault !== undefined) throw new UserError(`"API Key" in the credential ${fault}`);
		const base = String(baseUrl || management.baseUrl).replace(/\/+$/, '');
		return new ManagementClient(context, nodePlatform, management, base);
	}

	/**
	 * Sends a request.
	 * @param path the part after the list of webhooks, e.g. `/wh_123/test`
	 * @returns the response's JSON object; `{}` if it has none
	 * @throws NodeApiError with the platform's reason and what to do
	 */
	async request(method: IHttpRequestMethods, path = '', body?: IDataObject): Promise<IDataObject> {
		return this.readResponse(method, path, await this.send(method, path, body));
	}

	/**
	 * Deletes a webhook, if it still exists.
	 * @throws NodeApiError as {@link request} does, except for a 404
	 */
	async deleteIfExists(webhookId: string): Promise<void> {
		const path = buildWebhookPath(webhookId);
		const response = await this.send('DELETE', path);
		if (response.statusCode !== 404) this.readResponse('DELETE', path, response);
	}

	async listWebhooks(): Promise<PlatformWebhook[]> {
		return parseWebhookList(await this.request('GET'), this.api) ?? [];
	}

	async listLogs(webhookId: string): Promise<IDataObject[]> {
		const response = await this.request('GET', `${buildWebhookPath(webhookId)}/logs`);
		return findList(response, this.api.logsField) ?? [];
	}

	/** @throws NodeOperationError if the platform cannot be reached */
	private async send(
		method: IHttpRequestMethods,
		path: string,
		body?: IDataObject,
	): Promise<PlatformResponse> {
		const call = this.context.helpers.httpRequestWithAuthentication;
		try {
			return (await call.call(this.context, CREDENTIAL, {
				method,
				url: `${this.baseUrl}${this.api.path}${path}`,
				// Written here, since n8n would round numbers that a person typed with more digits.
				...(body && {
					body: stringifyExactJson(body),
					headers: { 'Content-Type': 'application/json' },
				}),
				json: true,
				returnFullResponse: true,
				ignoreHttpStatusErrors: true,
				disableFollowRedirect: true,
				timeout: 30_000,
			})) as PlatformResponse;
		} catch (error) {
			// A NodeApiError would replace this message with n8n's own one for connection errors.
			throw new NodeOperationError(
				this.context.getNode(),
				`${this.platform.name} could not be reached at ${this.baseUrl} (${method} ${this.api.path}${path})`,
				{
					description: `${getErrorMessage(error)}. Check the base URL in the credential and this instance’s network.`,
				},
			);
		}
	}

	/** @throws NodeApiError for a status other than 2xx */
	private readResponse(
		method: IHttpRequestMethods,
		path: string,
		{ body, statusCode }: PlatformResponse,
	): IDataObject {
		if (statusCode < 200 || statusCode >= 300) {
			const { advice, reason } = describeFailure(statusCode, body);
			throw new NodeApiError(this.context.getNode(), { statusCode } as JsonObject, {
				message: `${this.platform.name} answered ${method} ${this.api.path}${path} with ${statusCode}${reason === '' ? '' : `: ${reason}`}`,
				description: advice,
				httpCode: String(statusCode),
			});
		}
		const json = parseResponseBody(body);
		return isRecord(json) ? json : {};
	}
}
