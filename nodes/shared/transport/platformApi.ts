import { UserError, type IDataObject, type IHttpRequestMethods } from 'n8n-workflow';

import { getPlatform, type ManagementApi } from '../../../core/platforms';

import {
	isRecord,
	parseResponseBody,
	PlatformConnection,
	type Context,
} from './platformConnection';

/** A webhook as a platform's API lists it. Source: docs/platforms.md#agenticflow */
export interface PlatformWebhook extends IDataObject {
	id: string;
	name?: string;
	url?: string;
	events?: string[];
	status?: string;
}

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

const findList = (response: IDataObject, field: string): IDataObject[] | undefined => {
	const list = response[field];
	return Array.isArray(list) ? list.filter(isRecord) : undefined;
};

/** Parses the response to "List Webhooks". Returns `undefined` if the body is something else. */
function parseWebhookList(
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

/** Calls a platform's management API with the node's credential. */
export class ManagementClient {
	private constructor(
		private readonly connection: PlatformConnection,
		private readonly api: ManagementApi,
	) {}

	/** @throws UserError if the platform has no management API, or the credential is for another platform */
	static async create(context: Context, platformId: string): Promise<ManagementClient> {
		const nodePlatform = getPlatform(platformId);
		const { management, name } = nodePlatform;
		if (management === undefined) {
			throw new UserError(`${name} has no API for its webhooks. Choose another platform.`);
		}
		const readBaseUrl = (stored: string) => (stored || management.baseUrl).replace(/\/+$/, '');
		const connection = await PlatformConnection.open(context, nodePlatform, { name, readBaseUrl });
		return new ManagementClient(connection, management);
	}

	/**
	 * Sends a request.
	 * @param path the part after the list of webhooks, e.g. `/wh_123/test`
	 * @returns the response's JSON object; `{}` if it has none
	 * @throws NodeApiError with the platform's reason and what to do
	 */
	async request(method: IHttpRequestMethods, path = '', body?: IDataObject): Promise<IDataObject> {
		return await this.connection.request(method, this.api.path + path, body);
	}

	/**
	 * Deletes a webhook, if it still exists.
	 * @throws NodeApiError as {@link request} does, except for a 404
	 */
	async deleteIfExists(webhookId: string): Promise<void> {
		await this.connection.requestIfExists('DELETE', this.api.path + buildWebhookPath(webhookId));
	}

	async listWebhooks(): Promise<PlatformWebhook[]> {
		return parseWebhookList(await this.request('GET'), this.api) ?? [];
	}

	async listLogs(webhookId: string): Promise<IDataObject[]> {
		const response = await this.request('GET', `${buildWebhookPath(webhookId)}/logs`);
		return findList(response, this.api.logsField) ?? [];
	}
}
