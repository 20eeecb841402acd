import {
	NodeOperationError,
	type IDataObject,
	type ILoadOptionsFunctions,
	type INodeListSearchItems,
	type INodeListSearchResult,
} from 'n8n-workflow';

import { getErrorMessage } from '../../../core/lib/errorMessage';
import { SCHEMA_VERSION, type TableName } from '../../../core/outbox/store/tables';

import { outboxSettings } from '../../shared/outbox/openOutbox';

/**
 * What the editor's lists of the outbox show. n8n opens its Data Tables to the editor's lookups over its
 * public API alone, so these need an API key, and nothing else does.
 */

/** How many rows a list looks into, the newest; the API's own maximum. */
const MAX_ROWS = 250;

class N8nApi {
	private constructor(
		private readonly context: ILoadOptionsFunctions,
		private readonly outbox: string,
		private readonly base: string,
		private readonly apiKey: string,
	) {}

	/** @throws NodeOperationError where the credential has no API key */
	static async of(context: ILoadOptionsFunctions): Promise<N8nApi> {
		const fields = await context.getCredentials('agentWebhookOutboxApi');
		const apiKey = String(fields.n8nApiKey ?? '').trim();
		if (apiKey === '') {
			throw new NodeOperationError(
				context.getNode(),
				'The list needs an n8n API key in the Outbox credential',
				{
					description:
						'Make one in n8n under Settings → n8n API, or choose "By ID" here. Nothing but this list uses the key.',
				},
			);
		}
		const url = String(fields.n8nUrl ?? '').trim() || context.getInstanceBaseUrl();
		const base = `${url.replace(/\/+$/, '')}/api/v1/data-tables`;
		return new N8nApi(context, outboxSettings(fields).name, base, apiKey);
	}

	private async get(path: string, qs: IDataObject): Promise<IDataObject[]> {
		const [answer] = await Promise.allSettled([
			this.context.helpers.httpRequest({
				url: `${this.base}${path}`,
				qs,
				headers: { 'X-N8N-API-KEY': this.apiKey },
				json: true,
				returnFullResponse: true,
				ignoreHttpStatusErrors: true,
				disableFollowRedirect: true,
				timeout: 30_000,
			}) as Promise<{ statusCode: number; body: { data?: IDataObject[]; message?: string } }>,
		]);
		if (answer.status === 'rejected') {
			throw new NodeOperationError(
				this.context.getNode(),
				`n8n’s own API could not be reached at ${this.base}`,
				{
					description: `${getErrorMessage(answer.reason)}. Put the address under which n8n reaches itself into the Outbox credential, under "n8n URL".`,
				},
			);
		}
		const { body, statusCode } = answer.value;
		if (statusCode === 200 && Array.isArray(body.data)) return body.data;
		throw new NodeOperationError(
			this.context.getNode(),
			`n8n’s own API answered with ${statusCode}${body.message ? `: ${body.message}` : ''}`,
			{
				description:
					'Check the n8n API key in the Outbox credential: it needs the rights to list data tables and to read their rows.',
			},
		);
	}

	/** The newest rows of one of the outbox's tables; none where nothing was ever put in. */
	async rows(table: TableName): Promise<IDataObject[]> {
		const name = `${this.outbox}_${table}_v${SCHEMA_VERSION}`;
		const tables = await this.get('', { filter: JSON.stringify({ name }), limit: MAX_ROWS });
		const pages = tables
			// n8n takes a part of a name for the name.
			.filter((found) => found.name === name)
			.map(async ({ id }) => {
				const order = { sortBy: 'createdAt:desc', limit: MAX_ROWS };
				return await this.get(`/${String(id)}/rows`, order);
			});
		return (await Promise.all(pages)).flat();
	}
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A time as lists show it. */
const minute = (time: unknown): string => text(time).slice(0, 16).replace('T', ' ');

/** Those entries whose name or value holds what a person typed. */
const found = (items: INodeListSearchItems[], filter = ''): INodeListSearchResult => ({
	results: items.filter(({ name, value }) =>
		`${name} ${value}`.toLowerCase().includes(filter.toLowerCase()),
	),
});

/** The outbox's endpoints, by name. */
export async function searchEndpoints(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const rows = await (await N8nApi.of(this)).rows('endpoints');
	const items = rows.map((row) => ({
		name: `${text(row.name)} (${row.status === 'disabled' ? 'disabled, ' : ''}${text(row.url)})`,
		value: text(row.endpoint_id),
	}));
	return found(
		items.sort((a, b) => a.name.localeCompare(b.name)),
		filter,
	);
}

/** The outbox's newest deliveries. */
export async function searchDeliveries(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const api = await N8nApi.of(this);
	const [endpoints, deliveries] = await Promise.all([
		api.rows('endpoints'),
		api.rows('deliveries'),
	]);
	const names = new Map(endpoints.map((row) => [row.endpoint_id, text(row.name)]));
	const items = new Map(
		// A delivery may have two rows for a moment: the newer one counts, and comes first.
		deliveries.reverse().map((row) => [
			row.delivery_id,
			{
				name: `${text(row.event_type)} → ${names.get(row.endpoint_id) ?? text(row.endpoint_id)}: ${text(row.status)}, ${minute(row.accepted_at)}`,
				value: text(row.delivery_id),
			},
		]),
	);
	return found([...items.values()].reverse(), filter);
}

/** The outbox's newest events. */
export async function searchEvents(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const rows = await (await N8nApi.of(this)).rows('events');
	const items = rows.map((row) => ({
		name: `${text(row.event_type)}, ${minute(row.accepted_at)} (${text(row.event_id)})`,
		value: text(row.event_id),
	}));
	return found(items, filter);
}
