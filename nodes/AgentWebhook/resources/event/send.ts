import { randomUUID } from 'crypto';
import {
	executeFilterCondition,
	NodeApiError,
	NodeOperationError,
	type FilterValue,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type JsonObject,
} from 'n8n-workflow';

import { groupIntoBatches } from '../../../../core/batching/batching';
import { compileConditions, type ConditionResult } from '../../../../core/conditions/conditions';
import {
	deliver,
	type DeliveryReport,
	type DeliveryRules,
} from '../../../../core/delivery/deliver';
import {
	BATCH_EVENT_TYPE,
	buildBatchEnvelope,
	buildEnvelope,
	type WebhookEvent,
} from '../../../../core/delivery/envelope';
import { createPacer } from '../../../../core/delivery/pacing';
import { compileFilters } from '../../../../core/filters/filters';
import { checkEndpointUrl, printableUrl } from '../../../../core/network/endpointUrl';
import { parseStatuses } from '../../../../core/policy/outcome';
import { profileById, type PlatformProfile } from '../../../../core/profiles';
import { attemptRequest, type AttemptRequest } from '../../../shared/credentialRequest';
import { readHeaders, type HeaderParameter } from '../../../shared/headers';
import { jsonObjectParameter, listParameter } from '../../../shared/json';
import { isAgentTool, isOutputConnected } from '../../../shared/outputs';
import { cancellableWait } from '../../../shared/waiting';
import type { Operation } from '../../operation';

import { OTHER_EVENT_TYPE, properties } from './send.properties';

const DELIVERED = 0;
const FAILED = 2;

interface SendOptions {
	allowHttp?: boolean;
	backoffMultiplier?: number;
	headers?: HeaderParameter;
	maxEvents?: number;
	eventId?: string;
	excludeFields?: string;
	firstDelaySeconds?: number;
	skipTlsCheck?: boolean;
	includeFields?: string;
	jitter?: number;
	concurrency?: number;
	perSecond?: number;
	maxResponseKilobytes?: number;
	maxRetries?: number;
	maxTotalWaitSeconds?: number;
	retryStatuses?: string;
	bare?: boolean;
	timeoutSeconds?: number;
	webhookId?: string;
}

/** Where a delivery goes and how: equal for all events of a batch. */
interface Target {
	profile: PlatformProfile;
	url: string;
	printableUrl: string;
	headers: Record<string, string>;
	signed: boolean;
	bare: boolean;
	skipTlsCheck: boolean;
	timeoutMs: number;
	maxResponseBytes: number;
	webhookId: string;
	rules: DeliveryRules;
}

interface PreparedEvent {
	itemIndex: number;
	event: WebhookEvent;
	target: Target;
	/** Events with equal keys may share a delivery. */
	key: string;
	condition: ConditionResult;
}

function deliveryRules(profile: PlatformProfile, options: SendOptions): DeliveryRules {
	const own = profile.retry;
	const statuses = parseStatuses(options.retryStatuses ?? '');
	return {
		retry: {
			...own,
			maxRetries: options.maxRetries ?? own.maxRetries,
			backoffMultiplier: options.backoffMultiplier ?? own.backoffMultiplier,
			jitter: options.jitter ?? own.jitter,
			firstDelayMs:
				options.firstDelaySeconds === undefined
					? own.firstDelayMs
					: options.firstDelaySeconds * 1000,
		},
		retryStatuses: statuses.length > 0 ? statuses : profile.retryStatuses,
		maxTotalWaitMs: (options.maxTotalWaitSeconds ?? 60) * 1000,
	};
}

function ruleCondition(context: IExecuteFunctions, itemIndex: number): ConditionResult {
	const held = context.getNodeParameter('rules', itemIndex, false, { extractValue: true });
	if (held) return { met: true };
	const rules = context.getNodeParameter('rules', itemIndex) as FilterValue;
	const failing =
		rules.conditions.find(
			(condition, index) => !executeFilterCondition(condition, rules.options, { index }),
		) ?? rules.conditions[0];
	return {
		met: false,
		condition: failing
			? [failing.leftValue, failing.operator.operation, failing.rightValue]
					.map((part) => (typeof part === 'string' ? part : JSON.stringify(part)))
					.join(' ')
			: 'rules',
	};
}

function testConditions(
	context: IExecuteFunctions,
	itemIndex: number,
	data: Record<string, unknown>,
): ConditionResult {
	const source = context.getNodeParameter('conditionSource', itemIndex) as string;
	if (source === 'rules') return ruleCondition(context, itemIndex);
	if (source !== 'json') return { met: true };
	const conditions = jsonObjectParameter(
		context.getNodeParameter('conditions', itemIndex),
		'Conditions',
	);
	return compileConditions(conditions ?? {})(data);
}

function eventTypeOf(
	context: IExecuteFunctions,
	profile: PlatformProfile,
	itemIndex: number,
): string {
	const listed =
		profile.events.length > 0
			? (context.getNodeParameter('eventType', itemIndex) as string)
			: OTHER_EVENT_TYPE;
	const type =
		listed === OTHER_EVENT_TYPE
			? (context.getNodeParameter('customEventType', itemIndex) as string).trim()
			: listed;
	if (type === '')
		throw new Error('"Event Type Name" is empty. Name the event, e.g. order.created.');
	return type;
}

function prepare(
	context: IExecuteFunctions,
	item: INodeExecutionData,
	itemIndex: number,
	nowMs: number,
): PreparedEvent {
	const profile = profileById(context.getNodeParameter('platform', itemIndex) as string);
	const options = context.getNodeParameter('options', itemIndex, {}) as SendOptions;
	const url = checkEndpointUrl(context.getNodeParameter('url', itemIndex) as string, {
		allowHttp: options.allowHttp ?? false,
	});
	const data =
		context.getNodeParameter('dataSource', itemIndex) === 'item'
			? item.json
			: (jsonObjectParameter(context.getNodeParameter('data', itemIndex), 'Data (JSON)') ?? {});
	const filter = compileFilters({
		include_fields: listParameter(options.includeFields),
		exclude_fields: listParameter(options.excludeFields),
	});
	const webhookId =
		options.webhookId || `wh_${context.getWorkflow().id ?? ''}_${context.getNode().id}`;
	const target: Target = {
		profile,
		url: url.href,
		printableUrl: printableUrl(url),
		headers: readHeaders(options.headers),
		signed: context.getNodeParameter('useCredential', itemIndex) as boolean,
		bare: options.bare ?? false,
		skipTlsCheck: options.skipTlsCheck ?? false,
		timeoutMs: Math.min(
			options.timeoutSeconds === undefined ? profile.timeoutMs : options.timeoutSeconds * 1000,
			300_000,
		),
		maxResponseBytes: (options.maxResponseKilobytes ?? 16) * 1024,
		webhookId,
		rules: deliveryRules(profile, options),
	};
	return {
		itemIndex,
		event: {
			id: options.eventId || `evt_${randomUUID()}`,
			type: eventTypeOf(context, profile, itemIndex),
			timeMs: nowMs,
			webhookId,
			data: filter(data),
		},
		target,
		key: JSON.stringify({ ...target, profile: profile.id }),
		condition: testConditions(context, itemIndex, data),
	};
}

interface Delivery {
	id: string;
	/** What the receiver recognises a repeated delivery by: the event's id, or the batch's. */
	key: string;
	body: Buffer;
	target: Target;
	events: PreparedEvent[];
	isBatch: boolean;
}

function makeDelivery(events: PreparedEvent[], isBatch: boolean, nowMs: number): Delivery {
	const id = `dlv_${randomUUID()}`;
	const [{ event, target }] = events;
	const { profile, bare, webhookId } = target;
	const batched = events.map((prepared) => prepared.event);
	const content = bare
		? isBatch
			? batched.map(({ data }) => data)
			: event.data
		: isBatch
			? buildBatchEnvelope(profile, { id, timeMs: nowMs, webhookId }, batched)
			: buildEnvelope(profile, event);
	return {
		id,
		key: isBatch ? id : event.id,
		body: Buffer.from(JSON.stringify(content), 'utf8'),
		target,
		events,
		isBatch,
	};
}

/** One attempt at a delivery, signed for the moment at which it is made. */
function attemptOf(
	{ body, key, target }: Delivery,
	credential: AttemptRequest['credential'],
): AttemptRequest {
	const { headers, maxResponseBytes, profile, signed, skipTlsCheck, timeoutMs, url } = target;
	return {
		url,
		headers: { 'Content-Type': 'application/json', ...headers },
		body,
		timeoutMs,
		skipTlsCheck,
		maxResponseBytes,
		credential,
		...(signed && { signing: { platformId: profile.id, id: key, nowMs: Date.now() } }),
	};
}

function resultItem(
	prepared: PreparedEvent,
	fields: IDataObject,
	input: INodeExecutionData,
): INodeExecutionData {
	return {
		json: {
			...fields,
			event_id: prepared.event.id,
			event: prepared.event.type,
			endpoint: prepared.target.printableUrl,
		},
		...(input.binary && { binary: input.binary }),
		pairedItem: { item: prepared.itemIndex },
	};
}

function deliveryFields(delivery: Delivery, report: DeliveryReport): IDataObject {
	return {
		status: report.status,
		delivery_id: delivery.id,
		attempts: report.attempts as unknown as IDataObject[],
		response: report.response,
		...(report.gave_up_because !== null && { gave_up_because: report.gave_up_because }),
		...(delivery.isBatch && {
			batch: { event: BATCH_EVENT_TYPE, event_count: delivery.events.length },
		}),
	};
}

const summary = (report: DeliveryReport): string =>
	report.attempts[report.attempts.length - 1]?.error_message ?? 'The delivery failed';

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

async function execute(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const items = context.getInputData();
	const results: INodeExecutionData[][] = [[], [], []];
	const nowMs = Date.now();
	// An agent's tool is read from its first output alone.
	const asTool = isAgentTool(context);
	const failedOutput = asTool ? DELIVERED : FAILED;
	const goesOn = context.continueOnFail() || asTool || isOutputConnected(context, FAILED);
	// n8n takes an item to its error output by these fields; one with `error` set would lose all others.
	const failedJson = (json: IDataObject, message: string): IDataObject =>
		context.getNode().onError === 'continueErrorOutput' ? { error: message, details: json } : json;

	const due: PreparedEvent[] = [];
	items.forEach((item, itemIndex) => {
		let prepared: PreparedEvent;
		try {
			prepared = prepare(context, item, itemIndex, nowMs);
		} catch (cause) {
			const error = new NodeOperationError(context.getNode(), cause as Error, { itemIndex });
			if (!context.continueOnFail() && !asTool) throw error;
			results[failedOutput].push({
				json: failedJson(
					{ status: 'failed', attempts: [], response: null, gave_up_because: error.message },
					error.message,
				),
				pairedItem: { item: itemIndex },
			});
			return;
		}
		const { condition } = prepared;
		if (condition.met) {
			due.push(prepared);
			return;
		}
		const fields = { status: 'skipped', condition: condition.condition };
		results[DELIVERED].push(resultItem(prepared, fields, item));
	});

	const limits = context.getNodeParameter('options', 0, {}) as SendOptions;
	const maxEvents = limits.maxEvents ?? 1;
	const credential = due.some(({ target }) => target.signed)
		? await context.getCredentials('agentWebhookOutboundApi')
		: undefined;
	const wait = cancellableWait(context);
	const ports = { wait, nowMs: () => Date.now() };
	const paced = createPacer(
		{ concurrency: limits.concurrency ?? 50, perSecond: limits.perSecond ?? 0 },
		ports,
	);
	const deliveries = groupIntoBatches(due, maxEvents, ({ key }) => key).map((events) =>
		makeDelivery(events, maxEvents > 1, nowMs),
	);
	const reports = await Promise.all(
		deliveries.map(async (delivery) => {
			const { rules, timeoutMs } = delivery.target;
			const attempt = async () =>
				await paced(
					async () =>
						await attemptRequest(context, attemptOf(delivery, credential), wait(timeoutMs)),
				);
			return await deliver(rules, { ...ports, random: Math.random, attempt });
		}),
	);

	deliveries.forEach((delivery, index) => {
		const report = reports[index];
		const failed = report.status === 'failed';
		const fields = deliveryFields(delivery, report);
		for (const prepared of delivery.events) {
			const { itemIndex } = prepared;
			if (failed && !goesOn) throw deliveryError(context, delivery, report, itemIndex);
			const item = resultItem(prepared, fields, items[itemIndex]);
			if (failed) item.json = failedJson(item.json, summary(report));
			results[failed ? failedOutput : DELIVERED].push(item);
		}
	});

	const position = ({ pairedItem }: INodeExecutionData): number =>
		typeof pairedItem === 'object' && !Array.isArray(pairedItem) ? pairedItem.item : 0;
	for (const output of results) output.sort((a, b) => position(a) - position(b));
	return results;
}

export const send: Operation = { properties, execute };
