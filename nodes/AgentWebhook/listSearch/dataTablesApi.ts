import { NodeOperationError, type IDataObject, type ILoadOptionsFunctions } from 'n8n-workflow';

import { getErrorMessage } from '../../../core/lib/errorMessage';
import { SCHEMA_VERSION, type TableName } from '../../../core/outbox/store/tables';
import { parseOutboxCredential } from '../../shared/outbox/openOutbox';

/** Most rows that a list shows; the API's own maximum. */
const MAX_ROWS = 250;

/**
 * Reads the outbox's tables for the editor's lists. There, n8n's Data Tables can only be read over its
 * public API, which needs an API key: https://docs.n8n.io/api/
 */
export class DataTablesApi {
	private constructor(
		private readonly context: ILoadOptionsFunctions,
		private readonly outboxName: string,
		private readonly baseUrl: string,
		private readonly apiKey: string,
	) {}

	/** @throws NodeOperationError if the credential has no API key */
	static async open(context: ILoadOptionsFunctions): Promise<DataTablesApi> {
		const fields = await context.getCredentials('agentWebhookOutboxApi');
		const apiKey = String(fields.n8nApiKey ?? '').trim();
		if (apiKey === '') {
			throw new NodeOperationError(
				context.getNode(),
				'The list needs an n8n API key in the Outbox credential',
				{
					description:
						'Create one in n8n under Settings → n8n API, or choose "By ID" here. Only these lists use the key.',
				},
			);
		}
		const url = String(fields.n8nUrl ?? '').trim() || context.getInstanceBaseUrl();
		const baseUrl = `${url.replace(/\/+$/, '')}/api/v1/data-tables`;
		return new DataTablesApi(context, parseOutboxCredential(fields).name, baseUrl, apiKey);
	}

	private async get(path: string, qs: IDataObject): Promise<IDataObject[]> {
		const request = this.context.helpers.httpRequest({
			url: `${this.baseUrl}${path}`,
			qs,
			headers: { 'X-N8N-API-KEY': this.apiKey },
			json: true,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			timeout: 30_000,
		}) as Promise<{ statusCode: number; body: { data?: IDataObject[]; message?: string } }>;
		const { body, statusCode } = await request.catch((error: unknown) => {
			throw new NodeOperationError(
				this.context.getNode(),
				`n8n’s own API could not be reached at ${this.baseUrl}`,
				{
					description: `${getErrorMessage(error)}. Enter the URL at which n8n reaches itself under "n8n URL" in the Outbox credential.`,
				},
			);
		});
		if (statusCode === 200 && Array.isArray(body.data)) return body.data;
		throw new NodeOperationError(
			this.context.getNode(),
			`n8n’s own API answered with ${statusCode}${body.message ? `: ${body.message}` : ''}`,
			{
				description:
					'Check the n8n API key in the Outbox credential. It needs permission to list data tables and to read their rows.',
			},
		);
	}

	/** Returns the newest rows of a table, newest first; none if the table does not exist yet. */
	async getRows(table: TableName): Promise<IDataObject[]> {
		const name = `${this.outboxName}_${table}_v${SCHEMA_VERSION}`;
		const tables = await this.get('', { filter: JSON.stringify({ name }), limit: MAX_ROWS });
		const rows = tables
			// n8n also returns tables whose name only contains the name.
			.filter((found) => found.name === name)
			.map(async ({ id }) => {
				const order = { sortBy: 'createdAt:desc', limit: MAX_ROWS };
				return await this.get(`/${String(id)}/rows`, order);
			});
		return (await Promise.all(rows)).flat();
	}
}
