import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { HOUR_MS, isDueAgain } from '../../../../core/lib/time';
import {
	deliverDue,
	type DueLimits,
	type DueResult,
} from '../../../../core/outbox/dispatch/deliverDue';
import { SuspendedEndpoints } from '../../../../core/outbox/dispatch/suspendedEndpoints';
import { DEFAULT_RETENTION, prune } from '../../../../core/outbox/log/prune';
import type { UnreadableEndpoint } from '../../../../core/outbox/model';
import type { OutboxPorts } from '../../../../core/outbox/ports';
import { runUnlessBusy } from '../../../shared/execution/runUnlessBusy';
import { TablesFullError } from '../../../shared/outbox/dataTableSteps';
import { openWholeOutbox } from '../../../shared/outbox/openOutbox';
import { readRunOption } from '../../../shared/parameters/runOption';
import { deliveryOptions } from '../../../shared/properties/deliveryOptions';
import { buildNotice } from '../../../shared/properties/notice';
import type { Operation } from '../operation';
import { OUTPUT_LABELS, OutputItems, pairWithAllInputs } from '../outputItems';

import { alertToBacklogs, alertToFullTables } from './outboxAlerts';
import { retentionFields } from './retention';

const DEFAULT_MAX_DELIVERIES = 5000;
const DEFAULT_MAX_RUN_SECONDS = 300;
const MAX_PACING_MS = 30_000;

// If runs start faster than they end, they would pile up, each slower than the one before.
const MAX_CONCURRENT_RUNS = 2;

const properties: INodeProperties[] = [
	buildNotice(
		'scheduleNotice',
		'Run this on a Schedule Trigger, for example every minute. No other operation sends batches or makes retries.',
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
				typeOptions: { minValue: 1, numberPrecision: 0 },
				default: DEFAULT_MAX_DELIVERIES,
				description: 'Maximum number of deliveries that one run attempts. The rest stay due.',
			},
			deliveryOptions.sharedConcurrency,
			{
				displayName: 'Max Run Time (Seconds)',
				name: 'maxRunSeconds',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 3600 },
				default: DEFAULT_MAX_RUN_SECONDS,
				description: 'After this time, a run starts no more deliveries and ends',
			},
		],
	},
];

const pruneLog = async (context: IExecuteFunctions, outbox: OutboxPorts): Promise<unknown> =>
	await prune(outbox, {
		maxAgeDays: readRunOption(context, 'maxAgeDays', DEFAULT_RETENTION.maxAgeDays),
		maxDeliveries: readRunOption(context, 'maxOnRecord', DEFAULT_RETENTION.maxDeliveries),
	});

/** Prunes the log unless this node did so in the last hour. n8n stores the time with the workflow. */
async function pruneHourly(context: IExecuteFunctions, outbox: OutboxPorts): Promise<void> {
	const staticData = context.getWorkflowStaticData('node') as { prunedAtMs?: number };
	if (!isDueAgain(staticData.prunedAtMs ?? 0, outbox.nowMs(), HOUR_MS)) return;
	await pruneLog(context, outbox);
	staticData.prunedAtMs = outbox.nowMs();
}

/** Makes room in full tables at once. Rows can still be deleted from them, but not inserted. */
async function makeRoom(context: IExecuteFunctions, outbox: OutboxPorts): Promise<void> {
	await pruneLog(context, outbox).catch((error: unknown) => {
		if (!(error instanceof TablesFullError)) throw error;
	});
}

/** Says which endpoints' deliveries wait because the endpoints cannot be opened. */
function hintAtUnreadable(context: IExecuteFunctions, unreadable: UnreadableEndpoint[]): void {
	if (unreadable.length === 0) return;
	const names = unreadable.map(({ id, name }) => `"${name || id}"`).join(', ');
	context.addExecutionHints({
		location: 'outputPane',
		type: 'warning',
		message: `These endpoints cannot be opened: ${names}. Their deliveries wait. Use Endpoint → Get Many to see what is wrong with each of them.`,
	});
}

/** Says that this run delivered nothing because earlier ones are still running. */
const hintAtBusy = (context: IExecuteFunctions): void =>
	context.addExecutionHints({
		location: 'outputPane',
		message: `${MAX_CONCURRENT_RUNS} earlier runs of this node are still delivering, so this run delivered nothing.`,
	});

/** Findings of each node's runs about endpoints, in this process. */
const suspendedByNode = new Map<string, SuspendedEndpoints>();

function getSuspended(key: string): SuspendedEndpoints {
	const suspended = suspendedByNode.get(key) ?? new SuspendedEndpoints();
	suspendedByNode.set(key, suspended);
	return suspended;
}

const readLimits = (context: IExecuteFunctions): DueLimits => ({
	concurrency: readRunOption(context, 'concurrency', deliveryOptions.sharedConcurrency.default),
	maxPacingMs: MAX_PACING_MS,
	maxDeliveries: readRunOption(context, 'maxDeliveries', DEFAULT_MAX_DELIVERIES),
	maxRunMs: readRunOption(context, 'maxRunSeconds', DEFAULT_MAX_RUN_SECONDS) * 1000,
});

export const deliverDueOperation: Operation = {
	name: 'Deliver Due',
	action: 'Deliver what is due',
	description: 'Make the retries, replays and batches that are due. Run it on a Schedule Trigger.',
	properties,
	execute: async (context) => {
		const outbox = await openWholeOutbox(context);
		const outputs = new OutputItems(context, OUTPUT_LABELS.outbox);
		const limits = readLimits(context);
		let run: DueResult | undefined;
		const key = `${context.getWorkflow().id} ${context.getNode().id}`;
		const ran = await runUnlessBusy(key, MAX_CONCURRENT_RUNS, async () => {
			run = await deliverDue(outbox, { ...limits, suspended: getSuspended(key) });
			await pruneHourly(context, outbox);
		}).catch(async (error: unknown) => {
			if (!(error instanceof TablesFullError)) throw error;
			await makeRoom(context, outbox);
			alertToFullTables(context, error, outbox.nowMs(), outputs);
			return true;
		});
		if (!ran) hintAtBusy(context);
		if (run === undefined) return outputs.toArray();
		hintAtUnreadable(context, run.unreadable);
		outputs.putRun(run, pairWithAllInputs(context.getInputData().length));
		await alertToBacklogs(context, outbox, run.backlogs, limits, outputs);
		return outputs.toArray();
	},
};
