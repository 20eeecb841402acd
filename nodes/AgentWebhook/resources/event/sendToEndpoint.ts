import {
	NodeApiError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type JsonObject,
} from 'n8n-workflow';

import {
	attemptDirectDeliveries,
	toDirectResultItem,
	type DirectDelivery,
} from '../../../../core/event/directDelivery';
import type { DeliveryReport } from '../../../../core/sending/deliver';
import { isAgentTool, isOutputConnected } from '../../../shared/execution/connections';
import { readRunOption } from '../../../shared/parameters/runOption';
import { createSendingPorts } from '../../../shared/transport/sendingPorts';
import { DELIVERED, FAILED, OUTPUT_LABELS, OutputItems, SKIPPED, WAITING } from '../outputItems';

import { readWaitForAnswers, toAnswer } from './answers';
import { DeliveryCollector, type DeliveryJob } from './deliveryCollector';
import { countEarlyReturns, failWithoutWait, type EarlyReturns } from './earlyReturns';
import { failWithoutRetryOutput } from './failWithoutRetryOutput';
import { keepFinishedItems, takeFinishedItems, type FinishedItem } from './finishedItems';
import {
	deletePending,
	keepPending,
	readEarlyReturns,
	STATE_FIELD,
	toRetryState,
} from './retryState';
import { UnsentItems } from './unsentItems';

async function attemptJobs(
	context: IExecuteFunctions,
	jobs: DeliveryJob[],
): Promise<DeliveryReport[]> {
	const limits = {
		concurrency: readRunOption(context, 'concurrency', 50),
		perSecond: readRunOption(context, 'perSecond', 0),
	};
	return await attemptDirectDeliveries(jobs, createSendingPorts(context), limits);
}

const describeLastAttempt = ({ attempts }: DeliveryReport): string =>
	attempts[attempts.length - 1]?.error_message ?? 'The delivery failed';

/** Creates the error of a failed delivery. Its data is the item that would otherwise leave on Failed. */
function createDeliveryError(
	context: IExecuteFunctions,
	delivery: DirectDelivery,
	report: DeliveryReport,
	{ itemIndex, json }: { itemIndex: number; json: IDataObject },
): NodeApiError {
	const status = report.attempts[report.attempts.length - 1]?.status_code ?? null;
	return new NodeApiError(context.getNode(), json as JsonObject, {
		message: describeLastAttempt(report),
		description: `Delivery ${delivery.id} to ${delivery.target.printableUrl}: ${report.gaveUpBecause ?? ''}. To continue with such items, connect the output Failed, or set "On Error" in the node's settings.`,
		httpCode: status === null ? undefined : String(status),
		itemIndex,
	});
}

/** Puts result items on the outputs of Send, and applies the node's On Error setting. */
class EndpointResults {
	readonly outputs: OutputItems;

	readonly canRetry: boolean;

	private readonly acceptsFailures: boolean;

	private readonly asAnswers: boolean;

	private readonly finished: FinishedItem[] = [];

	private readonly failures: Array<{ error: NodeApiError; itemIndex: number; eventId: string }> =
		[];

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly items: INodeExecutionData[],
	) {
		const isTool = isAgentTool(context);
		this.outputs = new OutputItems(context, OUTPUT_LABELS.endpoint);
		this.asAnswers = readWaitForAnswers(context);
		this.canRetry = !isTool && isOutputConnected(context, WAITING);
		this.acceptsFailures = context.continueOnFail() || isTool || isOutputConnected(context, FAILED);
	}

	put(output: number, itemIndex: number, json: IDataObject): void {
		const { binary } = this.items[itemIndex];
		this.outputs.put(output, { json, ...(binary && { binary }), pairedItem: { item: itemIndex } });
		this.finished.push({ itemIndex, output, json });
	}

	/** n8n moves an item to its error output only if `error` and `details` are its only fields. */
	putFailed(itemIndex: number, json: IDataObject, message: string): void {
		const usesErrorOutput = this.context.getNode().onError === 'continueErrorOutput';
		this.put(FAILED, itemIndex, usesErrorOutput ? { error: message, details: json } : json);
	}

	private putDelivered(itemIndex: number, json: IDataObject, { response }: DeliveryReport): void {
		this.put(DELIVERED, itemIndex, this.asAnswers ? toAnswer(json, response) : json);
	}

	/** Counts how often a delivery has come back from Retry at once, and fails it if that does not end. */
	private checkLoop(
		{ delivery, items, progress }: DeliveryJob,
		report: DeliveryReport,
	): { early?: EarlyReturns; report: DeliveryReport } {
		if (report.nextAttemptAtMs === undefined) return { report };
		const returned = {
			attemptsBefore: progress.attempts.length,
			eventIds: items.map(({ ref }) => ref.event_id),
			early:
				progress.nextAttemptAtMs === undefined
					? undefined
					: readEarlyReturns(this.context, delivery.id),
		};
		const early = countEarlyReturns(returned, report, Date.now());
		return { early, report: failWithoutWait(report, early) };
	}

	/** Puts one item for each event of a delivery, and keeps the delivery if it is to be retried. */
	putDelivery(job: DeliveryJob, sent: DeliveryReport): void {
		const { delivery, items, progress } = job;
		const { early, report } = this.checkLoop(job, sent);
		const { attempts, nextAttemptAtMs } = report;
		const pending =
			nextAttemptAtMs === undefined ? undefined : { delivery, attempts, nextAttemptAtMs, early };
		const hasFailed = report.status === 'failed';
		const stopsNode = hasFailed && !this.acceptsFailures;
		if (pending !== undefined) keepPending(this.context, pending);
		else if (progress.nextAttemptAtMs !== undefined && !stopsNode) {
			deletePending(this.context, delivery.id);
		}
		for (const { itemIndex, ref } of items) {
			const json = toDirectResultItem(delivery, ref, report) as IDataObject;
			if (stopsNode) {
				const error = createDeliveryError(this.context, delivery, report, { itemIndex, json });
				this.failures.push({ error, itemIndex, eventId: ref.event_id });
				continue;
			}
			if (pending) json[STATE_FIELD] = { ...toRetryState(pending, ref.event_id) };
			if (hasFailed) this.putFailed(itemIndex, json, describeLastAttempt(report));
			else if (pending) this.put(WAITING, itemIndex, json);
			else this.putDelivered(itemIndex, json, report);
		}
	}

	/** @throws NodeApiError for the first failed delivery, unless the workflow continues on errors */
	throwFailure(): void {
		const [first] = this.failures;
		if (first === undefined) return;
		const failed = this.failures.map(({ eventId, itemIndex }) => [itemIndex, eventId]);
		keepFinishedItems(this.context, {
			finished: this.finished,
			eventIds: Object.fromEntries(failed) as Record<number, string>,
		});
		throw first.error;
	}
}

/** Reads the items that are not finished: skipped ones get their result, others become deliveries. */
async function collectItems(
	context: IExecuteFunctions,
	items: INodeExecutionData[],
	results: EndpointResults,
): Promise<DeliveryCollector> {
	const { eventIds, finished } = takeFinishedItems(context);
	for (const { itemIndex, json, output } of finished) results.put(output, itemIndex, json);
	const finishedIndexes = new Set(finished.map(({ itemIndex }) => itemIndex));
	const collector = new DeliveryCollector(context, Date.now(), eventIds);
	const unsent = new UnsentItems(context);
	items.forEach((item, itemIndex) => {
		if (finishedIndexes.has(itemIndex)) return;
		try {
			const skipped = collector.add(item, itemIndex);
			if (skipped !== undefined) results.put(SKIPPED, itemIndex, skipped);
		} catch (error) {
			unsent.add(itemIndex, error);
		}
	});
	await collector.readCredentials((itemIndex, error) => unsent.add(itemIndex, error));
	unsent.output((itemIndex, json, message) => {
		results.putFailed(itemIndex, json, message);
	});
	return collector;
}

/**
 * Sends each item's event to the URL in its parameters, as one delivery or in batches. Deliveries that
 * come back from Retry are attempted again.
 * @returns the items of Delivered, Retry, Failed and Skipped: one for each input item
 * @throws NodeOperationError if no item can be sent, NodeApiError for the first failed delivery, unless the
 * workflow continues on errors
 * @example
 * // In: { order_id: 7 }. Out, on Delivered:
 * // { status: 'delivered', event: 'order.created', attempts: 1, response_code: 200, attempt_log: [ … ] }
 * return await sendToEndpoint(context);
 */
export async function sendToEndpoint(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const items = context.getInputData();
	const results = new EndpointResults(context, items);
	const collector = await collectItems(context, items, results);
	const jobs = collector.build(readRunOption(context, 'maxEvents', 1));
	const reports = await attemptJobs(context, jobs);
	const finished = results.canRetry ? reports : failWithoutRetryOutput(context, reports);
	jobs.forEach((job, index) => results.putDelivery(job, finished[index]));
	results.throwFailure();
	return results.outputs.toSortedArray();
}
