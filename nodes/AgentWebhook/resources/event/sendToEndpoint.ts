import { randomUUID } from 'crypto';
import {
	NodeApiError,
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type JsonObject,
} from 'n8n-workflow';

import {
	attemptDirectDeliveries,
	buildDirectDeliveries,
	createPendingEvent,
	toDirectResultItem,
	toDirectSkippedItem,
	toEventRef,
	type DirectDelivery,
	type EventRef,
	type PendingEvent,
} from '../../../../core/event/directDelivery';
import { toIsoTime } from '../../../../core/lib/time';
import type { DeliveryProgress, DeliveryReport } from '../../../../core/sending/deliver';
import { toUnsentItem } from '../../../../core/sending/resultItem';
import { isAgentTool, isOutputConnected } from '../../../shared/execution/connections';
import { ItemParameters } from '../../../shared/parameters/itemParameters';
import { readRunOption } from '../../../shared/parameters/runOption';
import { createSendingPorts } from '../../../shared/transport/sendingPorts';
import { DELIVERED, FAILED, OutputItems, RETRY } from '../outputItems';

import { readEventType, readRequestData, testItemConditions } from './itemEvent';
import {
	deletePending,
	isRetryItem,
	keepPending,
	resumeDelivery,
	STATE_FIELD,
	toRetryState,
} from './retryState';
import { SendSettingsReader } from './sendSettingsReader';

/** A delivery to attempt in this run, with the input items that it answers. */
interface DeliveryJob {
	delivery: DirectDelivery;
	progress: DeliveryProgress;
	items: Array<{ itemIndex: number; ref: EventRef }>;
}

/** Collects what the input items ask for: new events, and deliveries that come back from Retry. */
class DeliveryCollector {
	private readonly pending: Array<PendingEvent & { itemIndex: number }> = [];

	private readonly resumed = new Map<string, DeliveryJob>();

	private readonly parameters: ItemParameters;

	private readonly settingsReader: SendSettingsReader;

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly nowMs: number,
	) {
		this.parameters = new ItemParameters(context);
		this.settingsReader = new SendSettingsReader(this.parameters);
	}

	/** @returns the result item if the event is not sent, since its conditions are not met */
	add(item: INodeExecutionData, itemIndex: number): IDataObject | undefined {
		if (isRetryItem(item.json)) {
			this.resume(item.json, itemIndex);
			return undefined;
		}
		const { parameters } = this;
		const { eventId, settings } = this.settingsReader.read(itemIndex);
		const { kind, target } = settings;
		const data = readRequestData(parameters, kind, item, itemIndex);
		const condition = testItemConditions(parameters, itemIndex, data);
		const type = kind.events ? readEventType(parameters, kind.events.types, itemIndex) : null;
		const ref = toEventRef(settings, eventId ?? `evt_${randomUUID()}`, type);
		if (!condition.met) {
			return toDirectSkippedItem(condition.condition, ref, target) as IDataObject;
		}
		this.pending.push({ ...createPendingEvent(settings, ref, data, this.nowMs), itemIndex });
		return undefined;
	}

	private resume(json: IDataObject, itemIndex: number): void {
		const { pending, ref } = resumeDelivery(this.context, json);
		const { attempts, delivery, nextAttemptAtMs } = pending;
		const job = this.resumed.get(delivery.id) ?? {
			delivery,
			progress: { attempts, nextAttemptAtMs },
			items: [],
		};
		this.resumed.set(delivery.id, job);
		job.items.push({ itemIndex, ref });
	}

	/** Builds all deliveries, after every item was added. */
	build(maxEvents: number): DeliveryJob[] {
		const deliveries = buildDirectDeliveries(this.pending, maxEvents, {
			newId: randomUUID,
			nowMs: this.nowMs,
		});
		const started = deliveries.map(
			({ delivery, events }): DeliveryJob => ({
				delivery,
				progress: { attempts: [] },
				items: events.map(({ itemIndex, ref }) => ({ itemIndex, ref })),
			}),
		);
		return [...this.resumed.values(), ...started];
	}
}

async function attemptJobs(
	context: IExecuteFunctions,
	jobs: DeliveryJob[],
): Promise<DeliveryReport[]> {
	const limits = {
		concurrency: readRunOption(context, 'concurrency', 50),
		perSecond: readRunOption(context, 'perSecond', 0),
	};
	const credential = jobs.some(({ delivery }) => delivery.target.signed)
		? await context.getCredentials('agentWebhookOutboundApi')
		: undefined;
	return await attemptDirectDeliveries(jobs, createSendingPorts(context), limits, credential);
}

/** Fails a delivery that would have to wait, since no node brings it back for its next attempt. */
function failWithoutRetryOutput(report: DeliveryReport): DeliveryReport {
	if (report.nextAttemptAtMs === undefined) return report;
	const { nextAttemptAtMs, ...rest } = report;
	return {
		...rest,
		status: 'failed',
		gaveUpBecause: `The next attempt is due at ${toIsoTime(nextAttemptAtMs)}, later than this run may wait, and the output Retry is not connected. Connect Retry → Wait → this node`,
	};
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

	private readonly continuesOnFail: boolean;

	private readonly acceptsFailures: boolean;

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly items: INodeExecutionData[],
	) {
		const isTool = isAgentTool(context);
		this.outputs = new OutputItems(context, FAILED + 1);
		this.canRetry = !isTool && isOutputConnected(context, RETRY);
		this.continuesOnFail = context.continueOnFail() || isTool;
		this.acceptsFailures = this.continuesOnFail || isOutputConnected(context, FAILED);
	}

	put(output: number, itemIndex: number, json: IDataObject): void {
		const { binary } = this.items[itemIndex];
		this.outputs.put(output, { json, ...(binary && { binary }), pairedItem: { item: itemIndex } });
	}

	/** n8n moves an item to its error output only if `error` and `details` are its only fields. */
	private putFailed(itemIndex: number, json: IDataObject, message: string): void {
		const usesErrorOutput = this.context.getNode().onError === 'continueErrorOutput';
		this.put(FAILED, itemIndex, usesErrorOutput ? { error: message, details: json } : json);
	}

	/** @throws NodeOperationError unless the workflow continues on errors */
	putUnsent(itemIndex: number, cause: unknown): void {
		const error = new NodeOperationError(this.context.getNode(), cause as Error, { itemIndex });
		if (!this.continuesOnFail) throw error;
		this.putFailed(itemIndex, toUnsentItem(error.message) as IDataObject, error.message);
	}

	/**
	 * Puts one item for each event of a delivery, and keeps the delivery if it is to be retried.
	 * @throws NodeApiError for a failed delivery, unless the workflow continues on errors
	 */
	putDelivery({ delivery, items, progress }: DeliveryJob, report: DeliveryReport): void {
		const { attempts, nextAttemptAtMs } = report;
		const pending =
			nextAttemptAtMs === undefined ? undefined : { delivery, attempts, nextAttemptAtMs };
		if (pending !== undefined) keepPending(this.context, pending);
		else if (progress.nextAttemptAtMs !== undefined) deletePending(this.context, delivery.id);
		const hasFailed = report.status === 'failed';
		for (const { itemIndex, ref } of items) {
			const json = toDirectResultItem(delivery, ref, report) as IDataObject;
			if (hasFailed && !this.acceptsFailures) {
				throw createDeliveryError(this.context, delivery, report, { itemIndex, json });
			}
			if (pending) json[STATE_FIELD] = { ...toRetryState(pending, ref.event_id) };
			if (hasFailed) this.putFailed(itemIndex, json, describeLastAttempt(report));
			else this.put(pending ? RETRY : DELIVERED, itemIndex, json);
		}
	}
}

/**
 * Sends each item's event to the URL in its parameters, as one delivery or in batches. Deliveries that
 * come back from Retry are attempted again.
 * @returns the items of Delivered, Retry and Failed: one for each input item
 * @throws NodeOperationError, NodeApiError for the first failure, unless the workflow continues on errors
 * @example
 * // In: { order_id: 7 }. Out, on Delivered:
 * // { status: 'delivered', event: 'order.created', attempts: 1, response_code: 200, attempt_log: [ … ] }
 * return await sendToEndpoint(context);
 */
export async function sendToEndpoint(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const items = context.getInputData();
	const results = new EndpointResults(context, items);
	const collector = new DeliveryCollector(context, Date.now());
	items.forEach((item, itemIndex) => {
		try {
			const skipped = collector.add(item, itemIndex);
			if (skipped !== undefined) results.put(DELIVERED, itemIndex, skipped);
		} catch (error) {
			results.putUnsent(itemIndex, error);
		}
	});
	const jobs = collector.build(readRunOption(context, 'maxEvents', 1));
	const reports = await attemptJobs(context, jobs);
	if (!results.canRetry && reports.some(({ status }) => status === 'retrying')) {
		context.addExecutionHints({
			type: 'warning',
			location: 'outputPane',
			message:
				'Some deliveries were output on <b>Failed</b> although they could be retried later, because <b>Retry</b> is not connected. Connect Retry → Wait → this node.',
		});
	}
	jobs.forEach((job, index) => {
		const report = reports[index];
		results.putDelivery(job, results.canRetry ? report : failWithoutRetryOutput(report));
	});
	return results.outputs.toSortedArray();
}
