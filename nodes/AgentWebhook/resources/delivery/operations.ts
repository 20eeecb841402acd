import omit from 'lodash/omit';
import pick from 'lodash/pick';
import {
	UserError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';

import { deliverDue as deliverAllDue } from '../../../../core/outbox/dispatch/deliverDue';
import {
	findDeliveries,
	findDelivery,
	presentDelivery,
	computeStats,
	type LogQuery,
} from '../../../../core/outbox/log/query';
import type { OutboxPorts } from '../../../../core/outbox/ports';
import { replayDelivery, replayFailed } from '../../../../core/outbox/dispatch/replay';
import { DEFAULT_RETENTION, prune as pruneOutbox } from '../../../../core/outbox/log/prune';
import type { RunResult } from '../../../../core/outbox/dispatch/attemptAll';
import type { DeliveryRow } from '../../../../core/outbox/store/tables';
import { drawDeliveryChart } from '../../../../core/report/deliveryChart';
import { deliveryOptions } from '../../../shared/properties/deliveryOptions';
import { eachItem } from '../../../shared/execution/eachItem';
import { readLimit, listFields } from '../../../shared/properties/listing';
import { notice } from '../../../shared/properties/notice';
import { openOutbox } from '../../../shared/outbox/openOutbox';
import { showPicture } from './showPicture';
import { runOption } from '../../../shared/parameters/runOption';
import { runUnlessBusy } from '../../../shared/execution/runsAtOnce';
import { simplify, simplifyField } from '../../../shared/properties/simplify';
import {
	readDeliveryId,
	deliveryLocator,
	endpointById,
	eventById,
	readResourceLocator,
} from '../../../shared/properties/locators';
import type { Operation } from '../operation';
import { outboxOperation } from '../outboxOperation';

import { DELIVERED, pairWithAllInputs, OUTPUTS, outputsOf } from './resultItems';

const filters: INodeProperties = {
	displayName: 'Filters',
	name: 'filters',
	type: 'collection',
	placeholder: 'Add filter',
	default: {},
	options: [
		{
			displayName: 'Accepted After',
			name: 'since',
			type: 'dateTime',
			default: '',
			description: 'Deliveries of events that were accepted at this time or later',
		},
		{ displayName: 'Accepted Before', name: 'until', type: 'dateTime', default: '' },
		endpointById('endpointId'),
		eventById('eventId'),
		{
			displayName: 'Event Type',
			name: 'eventType',
			type: 'string',
			default: '',
			placeholder: 'e.g. order.created',
		},
		{
			displayName: 'Status',
			name: 'status',
			type: 'options',
			options: [
				{ name: 'Delivered', value: 'delivered' },
				{ name: 'Failed', value: 'failed' },
				{
					name: 'Gathering',
					value: 'gathering',
					description: 'Waiting with others for a batch',
				},
				{
					name: 'Held',
					value: 'held',
					description: 'Kept for a replay, since the endpoint is disabled',
				},
				{ name: 'Pending', value: 'pending', description: 'Waiting for its next attempt' },
				{ name: 'Sending', value: 'sending' },
			],
			default: 'failed',
		},
	],
};

/** @throws UserError for what is not a time */
function time(value: unknown, label: string): string | undefined {
	if (value === undefined || value === '') return undefined;
	const ms = Date.parse(String(value));
	if (Number.isNaN(ms)) {
		throw new UserError(`"${label}" is not a time. Write it as 2026-01-31T00:00:00Z.`);
	}
	return new Date(ms).toISOString();
}

function queryOf(context: IExecuteFunctions, itemIndex: number): LogQuery {
	const { endpointId, eventId, since, until, ...rest } = context.getNodeParameter(
		'filters',
		itemIndex,
		{},
	) as LogQuery;
	return {
		...rest,
		endpointId: readResourceLocator(endpointId).text,
		eventId: readResourceLocator(eventId).text,
		since: time(since, 'Accepted After'),
		until: time(until, 'Accepted Before'),
	};
}

const SIMPLE_FIELDS = [
	'id',
	'event',
	'event_id',
	'endpoint_id',
	'status',
	'attempts',
	'response_code',
	'accepted_at',
	'next_attempt_at',
	'error_message',
];

const present = (context: IExecuteFunctions, itemIndex: number, row: DeliveryRow): IDataObject =>
	simplify(context, itemIndex, presentDelivery(row) as IDataObject, SIMPLE_FIELDS);

export const get = outboxOperation(
	[deliveryLocator, simplifyField],
	async ({ tables }, context, itemIndex) => {
		const row = await findDelivery(tables, readDeliveryId(context, itemIndex));
		return present(context, itemIndex, row);
	},
);

export const getMany = outboxOperation(
	[...listFields, simplifyField, filters],
	async ({ tables }, context, itemIndex) => {
		const limit = readLimit(context, itemIndex);
		const rows = await findDeliveries(tables, queryOf(context, itemIndex), limit);
		return rows.map((row) => present(context, itemIndex, row));
	},
);

export const getAttempts = outboxOperation(
	[deliveryLocator],
	async ({ tables }, context, itemIndex) => {
		const row = await findDelivery(tables, readDeliveryId(context, itemIndex));
		return row.attempt_log.map((attempt) => ({
			delivery_id: row.delivery_id,
			event_id: row.event_id,
			endpoint_id: row.endpoint_id,
			...attempt,
		}));
	},
);

const chartField: INodeProperties = {
	displayName: 'Put Chart in Field',
	name: 'chartField',
	type: 'string',
	default: 'data',
	placeholder: 'e.g. data',
	description:
		'The binary field for a picture of the deliveries, failures and response times over time, as an SVG file',
};

/** What a chart's title says beside its name: the filters, except for times, which the chart shows. */
function chartTitle({ endpointId, eventId, eventType, status }: LogQuery): string {
	const about = [eventType, eventId, endpointId, status].filter(Boolean);
	return ['Delivery report', ...(about.length > 0 ? [about.join(', ')] : [])].join(': ');
}

const msOf = (time: string | undefined): number | undefined =>
	time === undefined ? undefined : Date.parse(time);

const SIMPLE_COUNTS = [
	'total_deliveries',
	'successful_deliveries',
	'failed_deliveries',
	'success_rate',
];

function simplifiedStats({
	by_day,
	by_endpoint,
	...stats
}: ReturnType<typeof computeStats>): IDataObject {
	return {
		...omit(stats, 'total_attempts'),
		by_endpoint: by_endpoint.map((part) => pick(part, ['endpoint_id', ...SIMPLE_COUNTS])),
		by_day: by_day.map((part) => pick(part, ['day', ...SIMPLE_COUNTS])),
	} as IDataObject;
}

export const getStats: Operation = {
	properties: [
		simplifyField,
		filters,
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add option',
			default: {},
			options: [chartField],
		},
	],
	execute: async (context) => {
		const { nowMs, tables } = await openOutbox(context);
		return await eachItem(context, 1, 0, async (_, itemIndex) => {
			const query = queryOf(context, itemIndex);
			const rows = await findDeliveries(tables, query);
			const stats = computeStats(rows);
			const json = context.getNodeParameter('simplify', itemIndex)
				? simplifiedStats(stats)
				: (stats as unknown as IDataObject);
			const field = context.getNodeParameter('options.chartField', itemIndex, '') as string;
			if (field === '') return { output: 0, item: { json } };
			const title = chartTitle(query);
			const chart = drawDeliveryChart(rows, {
				title,
				sinceMs: msOf(query.since),
				untilMs: msOf(query.until),
				nowMs: nowMs(),
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

const limitsOf = (context: IExecuteFunctions): { concurrency: number; maxPacingMs: number } => ({
	concurrency: runOption(context, 'concurrency', 50),
	maxPacingMs: 30_000,
});

const { maxAgeDays: maxAge, maxDeliveries: maxOnRecord } = DEFAULT_RETENTION;

const retentionFields: INodeProperties[] = [
	{
		displayName: 'Max Age (Days)',
		name: 'maxAgeDays',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: maxAge,
		description:
			'Deliveries that have ended or are held are deleted when their event was accepted longer ago. Those that wait for an attempt stay.',
	},
	{
		displayName: 'Max Deliveries on Record',
		name: 'maxOnRecord',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: maxOnRecord,
		description: 'How many deliveries stay on record at most, the newest',
	},
];

const pruneNotice: INodeProperties = notice(
	'pruneNotice',
	'What is deleted cannot be replayed any more, and an idempotency key is forgotten with its event. Deliver Due prunes as well, once an hour.',
);

const PRUNE_EVERY_MS = 3_600_000;

/** Prunes, unless the last time was not long ago. n8n keeps the time with the workflow. */
async function pruneNowAndThen(context: IExecuteFunctions, outbox: OutboxPorts): Promise<void> {
	const kept = context.getWorkflowStaticData('node') as { prunedAtMs?: number };
	if (outbox.nowMs() - (kept.prunedAtMs ?? 0) < PRUNE_EVERY_MS) return;
	await pruneOutbox(outbox, {
		maxAgeDays: runOption(context, 'maxAgeDays', maxAge),
		maxDeliveries: runOption(context, 'maxOnRecord', maxOnRecord),
	});
	kept.prunedAtMs = outbox.nowMs();
}

// A schedule that is faster than its runs would pile them up, each slower than the one before.
const MAX_RUNS_AT_ONCE = 2;

export const deliverDue: Operation = {
	properties: [
		notice(
			'scheduleNotice',
			'Run this on a Schedule Trigger, e.g. every minute: nothing else makes the retries and sends what gathers in batches.',
		),
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add option',
			default: {},
			options: [
				...retentionFields,
				{
					displayName: 'Max Deliveries per Run',
					name: 'maxDeliveries',
					type: 'number',
					typeOptions: { minValue: 1 },
					default: 5000,
					description: 'How many deliveries one run attempts at most. The others stay due.',
				},
				deliveryOptions.sharedConcurrency,
				{
					displayName: 'Max Run Time (Seconds)',
					name: 'maxRunSeconds',
					type: 'number',
					typeOptions: { minValue: 1, maxValue: 3600 },
					default: 300,
					description: 'After this, a run takes no more deliveries and ends',
				},
			],
		},
	],
	execute: async (context) => {
		const outbox = await openOutbox(context);
		let run: RunResult = { results: [], changes: [] };
		const ran = await runUnlessBusy(
			`${context.getWorkflow().id} ${context.getNode().id}`,
			MAX_RUNS_AT_ONCE,
			async () => {
				run = await deliverAllDue(outbox, {
					...limitsOf(context),
					maxDeliveries: runOption(context, 'maxDeliveries', 5000),
					maxRunMs: runOption(context, 'maxRunSeconds', 300) * 1000,
				});
				await pruneNowAndThen(context, outbox);
			},
		);
		if (!ran) {
			context.addExecutionHints({
				location: 'outputPane',
				message: `${MAX_RUNS_AT_ONCE} earlier runs of this node are still at work and take what is due: this one left it to them.`,
			});
		}
		const inputs = context.getInputData().length;
		return outputsOf(context, run).map((jsons) => pairWithAllInputs(jsons, inputs));
	},
};

export const replay: Operation = {
	properties: [deliveryLocator],
	execute: async (context) => {
		const outbox = await openOutbox(context);
		return await eachItem(context, OUTPUTS, DELIVERED, async (_, itemIndex) => {
			const id = readDeliveryId(context, itemIndex);
			const run = await replayDelivery(outbox, id, limitsOf(context));
			const outputs = outputsOf(context, run);
			return { outputs: outputs.map((jsons) => jsons.map((json) => ({ json }))) };
		});
	},
};

export const replayAllFailed = outboxOperation(
	[
		{
			displayName: 'Accepted After',
			name: 'since',
			type: 'dateTime',
			default: '',
			required: true,
			description:
				'Deliveries of events that were accepted at this time or later, and that failed or are held, become due again. "Deliver due" attempts them.',
		},
		endpointById('endpointId'),
	],
	async (outbox, context, itemIndex) => {
		const since = time(context.getNodeParameter('since', itemIndex), 'Accepted After');
		if (since === undefined) throw new UserError('"Accepted After" is empty. Fill it in.');
		const { text: endpointId } = readResourceLocator(
			context.getNodeParameter('endpointId', itemIndex),
		);
		const replayed = await replayFailed(outbox, since, endpointId || undefined);
		return { replayed_deliveries: replayed, since, endpoint_id: endpointId || null };
	},
);

export const prune = outboxOperation(
	[pruneNotice, ...retentionFields],
	async (outbox, context, itemIndex) => {
		const { deliveries, events } = await pruneOutbox(outbox, {
			maxAgeDays: context.getNodeParameter('maxAgeDays', itemIndex) as number,
			maxDeliveries: context.getNodeParameter('maxOnRecord', itemIndex) as number,
		});
		return { deleted_deliveries: deliveries, deleted_events: events };
	},
);
