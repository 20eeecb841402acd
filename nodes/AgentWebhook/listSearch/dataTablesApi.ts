import { NodeOperationError, type IDataObject, type ILoadOptionsFunctions } from 'n8n-workflow';

import { removeUserInfo } from '../../../core/http/endpointUrl';
import { findHeaderFault } from '../../../core/http/headerValues';
import { getErrorMessage } from '../../../core/lib/errorMessage';
import { isObject } from '../../../core/lib/fieldPath';
import { DEFAULT_TENANT } from '../../../core/outbox/model';
import { NO_TALLIES } from '../../../core/outbox/store/tallyRows';
import {
	eq,
	SCHEMA_VERSION,
	TABLES,
	type Condition,
	type TableName,
} from '../../../core/outbox/store/tables';
import { parseOutboxCredential } from '../../shared/outbox/openOutbox';

/** Most rows that a list shows; the API's own maximum. */
const MAX_ROWS = 250;

const toApiFilter = ({ column, operator, value }: Condition): IDataObject => ({
	columnName: column,
	condition: operator,
	value,
});

/**
 * Returns the ID of the project that the workflow in the editor belongs to. n8n checks that the person may
 * read its tables, and keeps it for its own lists of them; `undefined` if the editor did not send it.
 */
function readProjectId(context: ILoadOptionsFunctions): string | undefined {
	const { additionalData } = context as ILoadOptionsFunctions & {
		additionalData?: { dataTableProjectId?: string };
	};
	return additionalData?.dataTableProjectId || undefined;
}

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
		const fault = findHeaderFault('token', apiKey);
		if (fault !== undefined) {
			throw new NodeOperationError(
				context.getNode(),
				`"n8n API Key" in the Outbox credential ${fault}`,
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
				`n8n’s own API could not be reached at ${removeUserInfo(this.baseUrl)}`,
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

	/**
	 * Returns the ID of a table of the workflow's project; `undefined` if there is none yet.
	 * @throws NodeOperationError if several projects have the table, and n8n does not say which one is meant
	 */
	private async findTableId(table: TableName): Promise<string | undefined> {
		const name = `${this.outboxName}_${table}_v${SCHEMA_VERSION}`;
		const tables = await this.get('', { filter: JSON.stringify({ name }), limit: MAX_ROWS });
		const projectId = readProjectId(this.context);
		const found = tables.filter(
			// n8n also returns tables whose name only contains the name, and those of other projects.
			(entry) => entry.name === name && (projectId === undefined || entry.projectId === projectId),
		);
		if (found.length > 1) {
			throw new NodeOperationError(
				this.context.getNode(),
				`${found.length} projects have an outbox with the name "${this.outboxName}"`,
				{
					description:
						'n8n did not say which project this workflow belongs to. Save the workflow and open the list again, choose "By ID" here, or give each outbox its own "Outbox Name" in the Outbox credential.',
				},
			);
		}
		return found.length === 0 ? undefined : String(found[0].id);
	}

	/**
	 * Returns the tenant in the option "Tenant"; `undefined` if an expression names it, which the editor
	 * cannot evaluate here.
	 */
	private readTenantId(): string | undefined {
		const options: unknown = this.context.getCurrentNodeParameter('options');
		const { tenant = DEFAULT_TENANT } = isObject(options) ? options : {};
		const isExpression = typeof options === 'string' || String(tenant).startsWith('=');
		return isExpression ? undefined : String(tenant);
	}

	/**
	 * Returns the newest rows of a table that belong to the chosen tenant, newest first; none if the table
	 * does not exist yet. Event types belong to all tenants.
	 * @param newestBy a column that does not change while the row's record exists
	 */
	async getRows(table: TableName, newestBy: string): Promise<IDataObject[]> {
		const id = await this.findTableId(table);
		if (id === undefined) return [];
		const tenantId = 'tenant_id' in TABLES[table] ? this.readTenantId() : undefined;
		const filters = [
			...(tenantId === undefined ? [] : [eq('tenant_id', tenantId)]),
			...(table === 'deliveries' ? NO_TALLIES : []),
		].map(toApiFilter);
		return await this.get(`/${id}/rows`, {
			sortBy: `${newestBy}:desc`,
			limit: MAX_ROWS,
			...(filters.length > 0 && { filter: JSON.stringify({ type: 'and', filters }) }),
		});
	}
}
