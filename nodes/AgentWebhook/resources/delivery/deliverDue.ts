import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { deliverDue } from '../../../../core/outbox/dispatch/deliverDue';
import { DEFAULT_RETENTION, prune } from '../../../../core/outbox/log/prune';
import type { RunResult } from '../../../../core/outbox/model';
import type { OutboxPorts } from '../../../../core/outbox/ports';
import { runUnlessBusy } from '../../../shared/execution/runUnlessBusy';
import { openOutbox } from '../../../shared/outbox/openOutbox';
import { readRunOption } from '../../../shared/parameters/runOption';
import { deliveryOptions } from '../../../shared/properties/deliveryOptions';
import { buildNotice } from '../../../shared/properties/notice';
import type { Operation } from '../operation';
import { OutputItems, pairWithAllInputs } from '../outputItems';

import { retentionFields } from './retention';

const DEFAULT_MAX_DELIVERIES = 5000;
const DEFAULT_MAX_RUN_SECONDS = 300;
const MAX_PACING_MS = 30_000;
const PRUNE_INTERVAL_MS = 3_600_000;

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
				typeOptions: { minValue: 1 },
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

/** Prunes the log unless this node did so in the last hour. n8n stores the time with the workflow. */
async function pruneHourly(context: IExecuteFunctions, outbox: OutboxPorts): Promise<void> {
	const staticData = context.getWorkflowStaticData('node') as { prunedAtMs?: number };
	if (outbox.nowMs() - (staticData.prunedAtMs ?? 0) < PRUNE_INTERVAL_MS) return;
	await prune(outbox, {
		maxAgeDays: readRunOption(context, 'maxAgeDays', DEFAULT_RETENTION.maxAgeDays),
		maxDeliveries: readRunOption(context, 'maxOnRecord', DEFAULT_RETENTION.maxDeliveries),
	});
	staticData.prunedAtMs = outbox.nowMs();
}

export const deliverDueOperation: Operation = {
	name: 'Deliver Due',
	action: 'Deliver what is due',
	description: 'Attempt the deliveries that are due. Run it on a Schedule Trigger.',
	properties,
	execute: async (context) => {
		const outbox = await openOutbox(context);
		let run: RunResult = { results: [], changes: [] };
		const ran = await runUnlessBusy(
			`${context.getWorkflow().id} ${context.getNode().id}`,
			MAX_CONCURRENT_RUNS,
			async () => {
				run = await deliverDue(outbox, {
					concurrency: readRunOption(
						context,
						'concurrency',
						deliveryOptions.sharedConcurrency.default,
					),
					maxPacingMs: MAX_PACING_MS,
					maxDeliveries: readRunOption(context, 'maxDeliveries', DEFAULT_MAX_DELIVERIES),
					maxRunMs: readRunOption(context, 'maxRunSeconds', DEFAULT_MAX_RUN_SECONDS) * 1000,
				});
				await pruneHourly(context, outbox);
			},
		);
		if (!ran) {
			context.addExecutionHints({
				location: 'outputPane',
				message: `${MAX_CONCURRENT_RUNS} earlier runs of this node are still delivering, so this run delivered nothing.`,
			});
		}
		const outputs = new OutputItems(context);
		outputs.putRun(run, pairWithAllInputs(context.getInputData().length));
		return outputs.toArray();
	},
};
