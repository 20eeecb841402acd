import {
	NodeApiError,
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type JsonObject,
} from 'n8n-workflow';

import {
	deliver,
	type DeliveryPorts,
	type DeliveryProgress,
	type DeliveryReport,
} from '../../../../core/sending/deliver';
import { BATCH_EVENT_TYPE } from '../../../../core/event/envelope';
import { createPacer } from '../../../../core/sending/pacer';
import type { DeliveryTarget } from '../../../../core/sending/target';
import { sendAttempt } from '../../../shared/transport/sendAttempt';
import { isAgentTool, isOutputConnected } from '../../../shared/execution/connections';
import { runOption } from '../../../shared/parameters/runOption';
import { cancellableWait } from '../../../shared/transport/cancellableSleep';
import type { Operation } from '../operation';

import {
	deletePending,
	isRetryItem,
	keepPending,
	resumeDelivery,
	STATE_FIELD,
	toRetryState,
} from './retryState';
import { makeDeliveries, prepare, type Delivery, type Prepared, type Subject } from './prepare';
import { properties, TO_SUBSCRIBERS } from './sendProperties';
import { sendSubtitle, sendSubtitleNames } from './sendSubtitle';
import { sendToSubscribers } from './sendToSubscribers';

const DELIVERED = 0;
const RETRY = 1;
const FAILED = 2;

/** A delivery to be worked on in this run, and the input items that it stands for. */
interface Job {
	delivery: Delivery;
	progress: DeliveryProgress;
	/** Index of the item, and of its subject in the delivery. */
	items: Array<{ itemIndex: number; subject: Subject }>;
}

const subjectFields = (
	{ event, event_id, request }: Subject,
	target: DeliveryTarget,
): IDataObject => ({
	event_id,
	...(event === null ? { request } : { event }),
	endpoint: target.printableUrl,
});

function deliveryFields(delivery: Delivery, subject: Subject, report: DeliveryReport): IDataObject {
	const { attempts, gave_up_because, nextAttemptAtMs, response, status } = report;
	return {
		status,
		delivery_id: delivery.id,
		...subjectFields(subject, delivery.target),
		attempts: attempts as unknown as IDataObject[],
		response,
		...(gave_up_because !== null && { gave_up_because }),
		...(nextAttemptAtMs !== undefined && {
			next_attempt: attempts.length + 1,
			next_attempt_at: new Date(nextAttemptAtMs).toISOString(),
		}),
		...(delivery.isBatch && {
			batch: { event: BATCH_EVENT_TYPE, event_count: delivery.subjects.length },
		}),
	};
}

const summary = ({ attempts }: DeliveryReport): string =>
	attempts[attempts.length - 1]?.error_message ?? 'The delivery failed';

function deliveryError(
	context: IExecuteFunctions,
	delivery: Delivery,
	report: DeliveryReport,
	itemIndex: number,
): NodeApiError {
	const last = report.attempts[report.attempts.length - 1];
	return new NodeApiError(context.getNode(), report as unknown as JsonObject, {
		message: summary(report),
		description: `Delivery ${delivery.id} to ${delivery.target.printableUrl}: ${report.gave_up_because ?? ''}. Connect the output Failed, or set "On Error" in the node's settings, to go on with such items.`,
		httpCode: last?.status_code == null ? undefined : String(last.status_code),
		itemIndex,
	});
}

/** Where nothing takes a delivery on to its next attempt, it has failed, and says so. */
function withoutRetryOutput(report: DeliveryReport): DeliveryReport {
	if (report.nextAttemptAtMs === undefined) return report;
	const { nextAttemptAtMs, ...rest } = report;
	return {
		...rest,
		status: 'failed',
		gave_up_because: `The next attempt is due at ${new Date(nextAttemptAtMs).toISOString()}, which is longer than one run of the node may wait, and the output Retry is not connected: wire Retry → Wait → this node`,
	};
}

/** What the input items ask for: new deliveries, deliveries that go on, and items that end here. */
class Intake {
	private readonly due: Prepared[] = [];

	private readonly goingOn = new Map<string, Job>();

	constructor(private readonly context: IExecuteFunctions) {}

	/** @returns the result of an item that is not sent, where there is one */
	take(item: INodeExecutionData, itemIndex: number, nowMs: number): IDataObject | undefined {
		if (isRetryItem(item.json)) {
			this.goOn(item.json, itemIndex);
			return undefined;
		}
		const prepared = prepare(this.context, item, itemIndex, nowMs);
		if (prepared.condition.met) {
			this.due.push(prepared);
			return undefined;
		}
		const { condition } = prepared.condition;
		const { subject, target } = prepared;
		return { status: 'skipped', condition, ...subjectFields(subject, target) };
	}

	private goOn(json: IDataObject, itemIndex: number): void {
		const { pending, subject } = resumeDelivery(this.context, json);
		const { attempts, delivery, nextAttemptAtMs } = pending;
		const job = this.goingOn.get(delivery.id) ?? {
			delivery,
			progress: { attempts, nextAttemptAtMs },
			items: [],
		};
		this.goingOn.set(delivery.id, job);
		job.items.push({ itemIndex, subject });
	}

	/** All deliveries, once every item has been taken. */
	finish(maxEvents: number, nowMs: number): Job[] {
		const fresh = makeDeliveries(this.due, maxEvents, nowMs).map(
			({ delivery, itemIndexes }): Job => ({
				delivery,
				progress: { attempts: [] },
				items: itemIndexes.map((itemIndex, index) => ({
					itemIndex,
					subject: delivery.subjects[index],
				})),
			}),
		);
		return [...this.goingOn.values(), ...fresh];
	}
}

/** Tells whoever watches what a delivery waits for while it waits inside this run. */
function announce(context: IExecuteFunctions, { id, target }: Delivery): DeliveryPorts['onWait'] {
	return (nextAttempt, atMs) => {
		const text = `Attempt ${nextAttempt} of delivery ${id} to ${target.printableUrl} is due at ${new Date(atMs).toISOString()}`;
		context.logger.info(text);
		context.sendMessageToUI(text);
	};
}

/** Works on all deliveries at once, within the node's limits. */
async function work(context: IExecuteFunctions, jobs: Job[]): Promise<DeliveryReport[]> {
	const credential = jobs.some(({ delivery }) => delivery.target.signed)
		? await context.getCredentials('agentWebhookOutboundApi')
		: undefined;
	const ports = { wait: cancellableWait(context), nowMs: () => Date.now() };
	const paced = createPacer(
		{
			concurrency: runOption(context, 'concurrency', 50),
			perSecond: runOption(context, 'perSecond', 0),
		},
		ports,
	);
	return await Promise.all(
		jobs.map(async ({ delivery, progress }) => {
			const { key, target } = delivery;
			const body = Buffer.from(delivery.body, 'utf8');
			const attempt = async () =>
				await paced(
					async () =>
						await sendAttempt(context, { target, key, body, nowMs: Date.now(), credential }),
				);
			const onWait = announce(context, delivery);
			return await deliver(
				target.rules,
				{ ...ports, random: Math.random, attempt, onWait },
				progress,
			);
		}),
	);
}

const itemIndexOf = ({ pairedItem }: INodeExecutionData): number =>
	typeof pairedItem === 'object' && !Array.isArray(pairedItem) ? pairedItem.item : 0;

/** The outputs' order: as the items came in, and on Retry the one that is due first before others. */
function sortOutputs(outputs: INodeExecutionData[][]): void {
	const dueAt = ({ json }: INodeExecutionData): string => String(json.next_attempt_at ?? '');
	for (const output of outputs) {
		output.sort((a, b) => dueAt(a).localeCompare(dueAt(b)) || itemIndexOf(a) - itemIndexOf(b));
	}
}

async function sendToEndpoint(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const items = context.getInputData();
	const results: INodeExecutionData[][] = [[], [], []];
	const nowMs = Date.now();
	// An agent's tool is read from its first output alone.
	const asTool = isAgentTool(context);
	const failedOutput = asTool ? DELIVERED : FAILED;
	const goesOn = context.continueOnFail() || asTool || isOutputConnected(context, FAILED);
	const canRetry = !asTool && isOutputConnected(context, RETRY);
	// n8n takes an item to its error output by these fields; one with `error` set would lose all others.
	const failedJson = (json: IDataObject, message: string): IDataObject =>
		context.getNode().onError === 'continueErrorOutput' ? { error: message, details: json } : json;
	const put = (output: number, itemIndex: number, json: IDataObject): void => {
		const { binary } = items[itemIndex];
		results[output].push({ json, ...(binary && { binary }), pairedItem: { item: itemIndex } });
	};

	const intake = new Intake(context);
	items.forEach((item, itemIndex) => {
		try {
			const unsent = intake.take(item, itemIndex, nowMs);
			if (unsent !== undefined) put(DELIVERED, itemIndex, unsent);
		} catch (cause) {
			const error = new NodeOperationError(context.getNode(), cause as Error, { itemIndex });
			if (!context.continueOnFail() && !asTool) throw error;
			const json = {
				status: 'failed',
				attempts: [],
				response: null,
				gave_up_because: error.message,
			};
			put(failedOutput, itemIndex, failedJson(json, error.message));
		}
	});

	const jobs = intake.finish(runOption(context, 'maxEvents', 1), nowMs);
	const ended = await work(context, jobs);
	const reports = canRetry ? ended : ended.map(withoutRetryOutput);
	if (!canRetry && ended.some(({ status }) => status === 'retrying')) {
		context.addExecutionHints({
			type: 'warning',
			location: 'outputPane',
			message:
				'Deliveries that could have been retried later left on <b>Failed</b>, since <b>Retry</b> is not connected. Wire Retry → Wait → this node.',
		});
	}
	jobs.forEach(({ delivery, items: own, progress }, index) => {
		const report = reports[index];
		const { attempts, nextAttemptAtMs } = report;
		const pending =
			nextAttemptAtMs === undefined ? undefined : { delivery, attempts, nextAttemptAtMs };
		if (pending !== undefined) keepPending(context, pending);
		else if (progress.nextAttemptAtMs !== undefined) deletePending(context, delivery.id);
		const failed = report.status === 'failed';
		for (const { itemIndex, subject } of own) {
			if (failed && !goesOn) throw deliveryError(context, delivery, report, itemIndex);
			const json: IDataObject = {
				...deliveryFields(delivery, subject, report),
				...(pending && { [STATE_FIELD]: { ...toRetryState(pending, subject.event_id) } }),
			};
			if (failed) put(failedOutput, itemIndex, failedJson(json, summary(report)));
			else put(pending ? RETRY : DELIVERED, itemIndex, json);
		}
	});
	sortOutputs(results);
	return results;
}

export const sendOperation: Operation = {
	name: 'Send',
	action: 'Send an event',
	description: 'Send signed events to one endpoint or to all subscribed endpoints',
	properties,
	subtitle: sendSubtitle,
	subtitleNames: sendSubtitleNames,
	execute: async (context) =>
		context.getNodeParameter('sendTo', 0) === TO_SUBSCRIBERS
			? await sendToSubscribers(context)
			: await sendToEndpoint(context),
};
