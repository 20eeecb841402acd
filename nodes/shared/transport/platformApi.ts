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

import { getErrorMessage } from '../../../core/lib/errorMessage';
import { parseJson } from '../../../core/lib/json';
import { isObject } from '../../../core/lib/fieldPath';
import { getPlatform, type ManagementApi, type Platform } from '../../../core/platforms';

type Context = IExecuteFunctions | IHookFunctions | ILoadOptionsFunctions;

const CREDENTIAL = 'agentWebhookPlatformApi';

/** A webhook as AgenticFlow's page shows it, "List Webhooks". */
export interface PlatformWebhook extends IDataObject {
	id: string;
	name?: string;
	url?: string;
	events?: string[];
	status?: string;
}

const isRecord = (value: unknown): value is IDataObject => isObject(value);

const SECRET_FIELD = /token|secret|password|api[-_]?key/i;

/** A URL without the parameters that a caller proves itself with; any other text as it is. */
function withoutSecretParameters(text: string): string {
	if (!/^https?:/i.test(text) || !URL.canParse(text)) return text;
	const url = new URL(text);
	const secret = [...url.searchParams.keys()].filter((name) => SECRET_FIELD.test(name));
	if (secret.length === 0) return text;
	for (const name of secret) url.searchParams.delete(name);
	return url.href;
}

/** What the platform tells of a webhook, without the secrets in it: they must not reach an item. */
export function withoutSecrets<T>(value: T): T {
	if (typeof value === 'string') return withoutSecretParameters(value) as T;
	if (Array.isArray(value)) return value.map(withoutSecrets) as T;
	if (!isRecord(value)) return value;
	return Object.fromEntries(
		Object.entries(value)
			.filter(([name]) => !SECRET_FIELD.test(name))
			.map(([name, field]) => [name, withoutSecrets(field)]),
	) as T;
}

/** What went wrong and what would mend it, by the platform's status. */
const ADVICE: Record<string, string> = {
	'401': 'The API key is not valid. Put a valid one into the credential.',
	'403': 'The API key may not manage webhooks. Give it the right to, or use another one.',
	'404': 'There is no such webhook. It may have been deleted at the platform.',
	'429': 'The platform asks for fewer requests. Try again later.',
};

/** What n8n's helper made of an answer: it leaves a body as text where its media type is not JSON's. */
const jsonOf = (body: unknown): unknown =>
	typeof body === 'string' ? parseJson(body)?.value : body;

/** The platform's own words, where it has any, in the form of its page's "Error Response". */
function reasonOf(body: unknown): string {
	const parsed = jsonOf(body);
	if (!isRecord(parsed)) return '';
	const { error, message } = parsed;
	if (isRecord(error) && typeof error.message === 'string') return error.message;
	return [error, message].find((text) => typeof text === 'string') ?? '';
}

/** What a platform says of a failure, and what would mend it. */
export const failureOf = (
	statusCode: number,
	body: unknown,
): { reason: string; advice: string } => ({
	reason: reasonOf(body),
	advice: ADVICE[String(statusCode)] ?? 'Try again later, or ask the platform.',
});

const listIn = (answer: IDataObject, field: string): IDataObject[] | undefined => {
	const list = answer[field];
	return Array.isArray(list) ? list.filter(isRecord) : undefined;
};

/** The webhooks in an answer to the request for all of them; `undefined` where it is no such answer. */
export function webhooksIn(
	body: unknown,
	{ webhooksField }: ManagementApi,
): PlatformWebhook[] | undefined {
	const json = jsonOf(body);
	if (!isRecord(json)) return undefined;
	return listIn(json, webhooksField)?.filter(
		(webhook): webhook is PlatformWebhook => typeof webhook.id === 'string',
	);
}

/** The management API of a platform, called with the credential. */
export class ManagementClient {
	private constructor(
		private readonly context: Context,
		private readonly profile: Platform,
		private readonly api: ManagementApi,
		private readonly baseUrl: string,
	) {}

	/** @throws UserError where the platform has no such API, or the credential is for another one */
	static async of(context: Context, platformId: string): Promise<ManagementClient> {
		const profile = getPlatform(platformId);
		if (profile.management === undefined) {
			throw new UserError(`${profile.name} has no API for its webhooks.`);
		}
		const { platform, baseUrl } = await context.getCredentials(CREDENTIAL);
		if (platform !== platformId) {
			throw new UserError(
				`The credential is for ${getPlatform(String(platform)).name} and the node for ${profile.name}. Choose a credential for ${profile.name}.`,
			);
		}
		const base = String(baseUrl || profile.management.baseUrl).replace(/\/+$/, '');
		return new ManagementClient(context, profile, profile.management, base);
	}

	/**
	 * @param path below the list of webhooks, e.g. `/wh_123/test`
	 * @returns the answer's JSON; `{}` where it has none
	 * @throws NodeApiError that says what the platform answered, and what to do
	 */
	async request(
		method: IHttpRequestMethods,
		path = '',
		body?: IDataObject,
		missingIsFine = false,
	): Promise<IDataObject> {
		const what = `${method} ${this.api.path}${path}`;
		const call = this.context.helpers.httpRequestWithAuthentication;
		let response: { statusCode: number; body: unknown };
		try {
			response = (await call.call(this.context, CREDENTIAL, {
				method,
				url: `${this.baseUrl}${this.api.path}${path}`,
				...(body && { body }),
				json: true,
				returnFullResponse: true,
				ignoreHttpStatusErrors: true,
				disableFollowRedirect: true,
				timeout: 30_000,
			})) as { statusCode: number; body: unknown };
		} catch (error) {
			// Not a NodeApiError: it would put n8n's words for the connection's fault in place of these.
			throw new NodeOperationError(
				this.context.getNode(),
				`${this.profile.name} could not be reached at ${this.baseUrl} (${what})`,
				{
					description: `${getErrorMessage(error)}. Check the base URL in the credential and this instance’s network.`,
				},
			);
		}
		const { statusCode } = response;
		if (statusCode === 404 && missingIsFine) return {};
		if (statusCode < 200 || statusCode >= 300) {
			const { advice, reason } = failureOf(statusCode, response.body);
			throw new NodeApiError(this.context.getNode(), { statusCode } as JsonObject, {
				message: `${this.profile.name} answered ${what} with ${statusCode}${reason === '' ? '' : `: ${reason}`}`,
				description: advice,
				httpCode: String(statusCode),
			});
		}
		const json = jsonOf(response.body);
		return isRecord(json) ? json : {};
	}

	async webhooks(): Promise<PlatformWebhook[]> {
		return webhooksIn(await this.request('GET'), this.api) ?? [];
	}

	async logs(webhookId: string): Promise<IDataObject[]> {
		return listIn(await this.request('GET', `${pathOf(webhookId)}/logs`), this.api.logsField) ?? [];
	}
}

/** The path of one webhook below the list. */
export const pathOf = (webhookId: string): string => `/${encodeURIComponent(webhookId)}`;
