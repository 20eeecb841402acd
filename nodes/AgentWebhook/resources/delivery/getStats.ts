import omit from 'lodash/omit';
import pick from 'lodash/pick';
import {
	UserError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';

import { createTimeZone } from '../../../../core/lib/timeZone';
import { loadCounts } from '../../../../core/outbox/log/counts';
import type { LogQuery } from '../../../../core/outbox/log/query';
import { computeStats } from '../../../../core/outbox/log/stats';
import { drawDeliveryChart } from '../../../../core/report/deliveryChart';
import { forEachItem } from '../../../shared/execution/eachItem';
import { openOutbox } from '../../../shared/outbox/openOutbox';
import { simplifyField } from '../../../shared/properties/simplify';
import { readTenant, tenantOptions } from '../../../shared/properties/tenantProperties';
import type { Operation } from '../operation';

import { filters, readLogQuery } from './logFilters';
import { showPicture } from './showPicture';

const chartFields: INodeProperties[] = [
	{
		displayName: 'Draw Chart',
		name: 'drawChart',
		type: 'boolean',
		default: false,
		description:
			'Whether to draw deliveries, failures and response times over time, and to show the picture with the output',
	},
	{
		displayName: 'Put Chart in Field',
		name: 'chartField',
		type: 'string',
		default: 'data',
		required: true,
		placeholder: 'e.g. data',
		displayOptions: { show: { drawChart: [true] } },
		hint: 'Name of the binary field for the chart, an SVG file',
	},
	{
		displayName: 'Break Chart Down By',
		name: 'chartBreakdown',
		type: 'options',
		options: [
			{ name: 'Endpoint', value: 'endpoint', description: 'Add a bar for each endpoint' },
			{ name: 'Nothing', value: 'none', description: 'Draw deliveries over time only' },
			{ name: 'Tenant', value: 'tenant', description: 'Add a bar for each tenant' },
		],
		default: 'none',
		displayOptions: { show: { drawChart: [true] } },
	},
];

/** Returns a chart's title with the filters, except for times: the chart's axis shows them. */
function formatChartTitle({ endpointId, eventId, eventType, statuses = [] }: LogQuery): string {
	const details = [eventType, eventId, endpointId, ...statuses].filter(Boolean);
	return ['Delivery report', ...(details.length > 0 ? [details.join(', ')] : [])].join(': ');
}

const parseTime = (time: string | undefined): number | undefined =>
	time === undefined ? undefined : Date.parse(time);

const SIMPLE_COUNTS = [
	'total_deliveries',
	'successful_deliveries',
	'failed_deliveries',
	'success_rate',
];

function simplifyStats({
	by_day,
	by_endpoint,
	by_tenant,
	...stats
}: ReturnType<typeof computeStats>): IDataObject {
	return {
		...omit(stats, 'total_attempts'),
		by_endpoint: by_endpoint.map((part) =>
			pick(part, ['endpoint_name', ...SIMPLE_COUNTS, 'endpoint_id']),
		),
		by_day: by_day.map((part) => pick(part, ['day', ...SIMPLE_COUNTS])),
		...(by_tenant && {
			by_tenant: by_tenant.map((part) => pick(part, [...SIMPLE_COUNTS, 'tenant_id'])),
		}),
	} as IDataObject;
}

/** Says that deliveries are missing from the counts. */
const hintAtPruned = (context: IExecuteFunctions): void =>
	context.addExecutionHints({
		location: 'outputPane',
		message:
			'With these filters, only deliveries that are still in the log are counted. Use no other filters than Endpoint and times on a quarter of an hour to also count those that were pruned.',
	});

export const getStatsOperation: Operation = {
	name: 'Get Stats',
	action: 'Get delivery stats',
	description:
		'Count deliveries by endpoint and by day, in the workflow’s timezone, with success rate and response times, also of those that were pruned',
	properties: [...chartFields, simplifyField, filters, tenantOptions],
	subtitle: ({ filters: chosen }) => [...[chosen?.status].flat(), chosen?.eventType],
	execute: async (context) => {
		const openTenant = await openOutbox(context);
		return await forEachItem(context, 1, 0, async (_, itemIndex) => {
			const outbox = openTenant(readTenant(context, itemIndex));
			const zone = createTimeZone(context.getTimezone());
			const query = readLogQuery(context, itemIndex);
			const { includesPruned, parts } = await loadCounts(outbox, query);
			if (!includesPruned) hintAtPruned(context);
			const stats = computeStats(parts, zone);
			const json = context.getNodeParameter('simplify', itemIndex)
				? simplifyStats(stats)
				: (stats as unknown as IDataObject);
			if (!context.getNodeParameter('drawChart', itemIndex)) return { output: 0, item: { json } };
			const field = (context.getNodeParameter('chartField', itemIndex) as string).trim();
			if (field === '') {
				throw new UserError('"Put Chart in Field" is empty. Enter a name, e.g. data.');
			}
			const title = formatChartTitle(query);
			const breakdown = context.getNodeParameter('chartBreakdown', itemIndex, 'none') as
				| 'none'
				| 'endpoint'
				| 'tenant';
			const chart = drawDeliveryChart(parts, {
				title,
				sinceMs: parseTime(query.since),
				untilMs: parseTime(query.until),
				nowMs: outbox.nowMs(),
				zone,
				breakdown: breakdown === 'none' ? undefined : breakdown,
			});
			const file = await context.helpers.prepareBinaryData(
				Buffer.from(chart, 'utf8'),
				'delivery-report.svg',
				'image/svg+xml',
			);
			showPicture(context, file, title);
			return { output: 0, item: { json, binary: { [field]: file } } };
		});
	},
};
