import { randomUUID } from 'crypto';
import isEqual from 'lodash/isEqual';
import {
	executeFilterCondition,
	type FilterValue,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { splitIntoBatches } from '../../../../core/event/batch';
import { compileConditions, type ConditionResult } from '../../../../core/event/conditions';
import type { DeliveryRules, DeliveryTarget } from '../../../../core/sending/target';
import {
	buildDeliveryBody,
	getEventFormat,
	type EventFormat,
} from '../../../../core/event/envelope';
import type { WebhookEvent } from '../../../../core/event/event';
import { compileFieldFilters } from '../../../../core/event/fieldFilter';
import { checkEndpointUrl, toPrintableUrl } from '../../../../core/http/endpointUrl';
import { parseStatuses } from '../../../../core/sending/attemptOutcome';
import { chooseRetryPolicy, type RetrySettings } from '../../../../core/sending/retrySettings';
import {
	EVENT_KIND,
	getPlatform,
	getRequestKind,
	type Platform,
	type RequestKind,
	type PlatformRequest,
} from '../../../../core/platforms';
import { validate } from '../../../../core/http/validateBody';
import { readHeaders, type HeaderParameter } from '../../../shared/properties/headersProperty';
import { itemParameter } from '../../../shared/parameters/itemParameter';
import { jsonObjectParameter, listParameter } from '../../../shared/parameters/parse';

import { fieldParameter, OTHER_EVENT_TYPE } from './sendProperties';

interface SendOptions {
	allowHttp?: boolean;
	backoffMultiplier?: number;
	headers?: HeaderParameter;
	eventId?: string;
	excludeFields?: string;
	firstDelaySeconds?: number;
	skipTlsCheck?: boolean;
	includeFields?: string;
	jitter?: number;
	maxDelaySeconds?: number;
	maxResponseKilobytes?: number;
	maxRetries?: number;
	maxRetryAfterSeconds?: number;
	maxTotalWaitSeconds?: number;
	retryDelays?: string;
	retrySchedule?: RetrySettings['schedule'];
	retryStatuses?: string;
	bare?: boolean;
	timeoutSeconds?: number;
	webhookId?: string;
	webhookName?: string;
}

/** What a result item says that was sent. */
export interface Subject {
	event_id: string;
	/** An event's type; `null` for a request of another kind. */
	event: string | null;
	request: string;
}

/** One delivery, in the middle of its attempts or before them: plain data. */
export interface Delivery {
	id: string;
	/** What the receiver recognises a repeated delivery by: the event's ID, or the batch's. */
	key: string;
	/** The bytes, as UTF-8: they are JSON. */
	body: string;
	target: DeliveryTarget;
	subjects: Subject[];
	isBatch: boolean;
}

/** An item's event or request before it becomes part of a delivery. */
export interface Prepared {
	itemIndex: number;
	subject: Subject;
	target: DeliveryTarget;
	event: WebhookEvent;
	/** How the event looks; absent where the data alone is sent. */
	format: EventFormat | undefined;
	/** Items with equal keys may share a delivery. */
	key: string;
	condition: ConditionResult;
}

function deliveryRules(profile: Platform, options: SendOptions): DeliveryRules {
	const statuses = parseStatuses(options.retryStatuses ?? '');
	return {
		retry: chooseRetryPolicy(profile.retry, {
			schedule: options.retrySchedule,
			delays: options.retryDelays,
			firstDelaySeconds: options.firstDelaySeconds,
			backoffMultiplier: options.backoffMultiplier,
			maxDelaySeconds: options.maxDelaySeconds,
			jitter: options.jitter,
			maxRetries: options.maxRetries,
			maxRetryAfterSeconds: options.maxRetryAfterSeconds,
		}),
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

/** Whether the item's own conditions hold for what it sends. */
export function testConditions(
	context: IExecuteFunctions,
	itemIndex: number,
	data: Record<string, unknown>,
): ConditionResult {
	const source = itemParameter(context, 'conditionSource', itemIndex) as string;
	if (source === 'rules') return ruleCondition(context, itemIndex);
	if (source !== 'json') return { met: true };
	const conditions = jsonObjectParameter(
		itemParameter(context, 'conditions', itemIndex),
		'Conditions',
	);
	return compileConditions(conditions ?? {})(data);
}

function eventTypeOf(
	context: IExecuteFunctions,
	types: Array<{ value: string }>,
	itemIndex: number,
): string {
	const listed =
		types.length > 0
			? (itemParameter(context, 'eventType', itemIndex) as string)
			: OTHER_EVENT_TYPE;
	const type =
		listed === OTHER_EVENT_TYPE
			? (itemParameter(context, 'customEventType', itemIndex) as string).trim()
			: listed;
	if (type === '')
		throw new Error('"Event Type Name" is empty. Name the event, e.g. order.created.');
	return type;
}

/** A request's fields, as the person filled them in. Those that are empty stay away. */
function fieldData(
	context: IExecuteFunctions,
	{ fields }: PlatformRequest,
	itemIndex: number,
): Record<string, unknown> {
	const additional = itemParameter(context, 'additionalFields', itemIndex, {}) as Record<
		string,
		unknown
	>;
	return Object.fromEntries(
		fields.flatMap(({ displayName, name, required, type }): Array<[string, unknown]> => {
			const parameter = fieldParameter(name);
			const value = required ? itemParameter(context, parameter, itemIndex) : additional[parameter];
			if (value === undefined || value === '') return [];
			return [[name, type === 'json' ? jsonObjectParameter(value, displayName) : value]];
		}),
	);
}

/** An event's data: the item's, or what the person wrote. */
export function eventData(
	context: IExecuteFunctions,
	item: INodeExecutionData,
	itemIndex: number,
): Record<string, unknown> {
	const source = itemParameter(context, 'dataSource', itemIndex) as string;
	if (source === 'item') return item.json;
	return jsonObjectParameter(itemParameter(context, 'data', itemIndex), 'Data (JSON)') ?? {};
}

function dataOf(
	context: IExecuteFunctions,
	kind: RequestKind,
	item: INodeExecutionData,
	itemIndex: number,
): Record<string, unknown> {
	const fromFields = itemParameter(context, 'dataSource', itemIndex) === 'fields';
	return fromFields && kind.request
		? fieldData(context, kind.request, itemIndex)
		: eventData(context, item, itemIndex);
}

/** @throws where a platform would refuse the request, with what it would say */
function assertTakes(profile: Platform, kind: RequestKind, data: unknown): void {
	if (kind.request === undefined) return;
	const validation = validate(kind.request.schema, data);
	if (validation.valid) return;
	const { expected, received } = validation.details;
	throw new Error(
		`${profile.name} would refuse this ${kind.name.toLowerCase()}: ${validation.message} (expected ${expected}, found ${received}).`,
	);
}

/** What does not depend on an item's data. */
interface Plan {
	kind: RequestKind;
	options: SendOptions;
	filter: (data: Record<string, unknown>) => Record<string, unknown>;
	profile: Platform;
	target: DeliveryTarget;
	webhook: WebhookEvent['webhook'];
	format: EventFormat | undefined;
	key: string;
}

/** The parameters that a plan is made from. */
interface PlanParameters {
	options: SendOptions;
	platform: string;
	requestKind: string;
	signed: boolean;
	url: string;
}

function makePlan(
	context: IExecuteFunctions,
	{ options, platform, requestKind: kindId, signed, url: address }: PlanParameters,
): Plan {
	const profile = getPlatform(platform);
	const kind = getRequestKind(profile, kindId);
	const url = checkEndpointUrl(address, {
		allowHttp: options.allowHttp ?? false,
		// The owner of the workflow writes it, as in n8n's own HTTP Request node.
		allowInternal: true,
		...(profile.httpsOnly && { httpsOnlyFor: profile.name }),
	});
	const filter = compileFieldFilters({
		include_fields: listParameter(options.includeFields),
		exclude_fields: listParameter(options.excludeFields),
	});
	const workflow = context.getWorkflow();
	const webhook = {
		id: options.webhookId || `wh_${workflow.id ?? ''}_${context.getNode().id}`,
		name: options.webhookName || (workflow.name ?? ''),
	};
	const target: DeliveryTarget = {
		platformId: profile.id,
		url: url.href,
		printableUrl: toPrintableUrl(url),
		headers: readHeaders(options.headers),
		signed,
		unsignedAllowed: !kind.authentication.methods.includes('signature'),
		skipTlsCheck: options.skipTlsCheck ?? false,
		timeoutMs: Math.min(
			options.timeoutSeconds === undefined ? profile.timeoutMs : options.timeoutSeconds * 1000,
			300_000,
		),
		maxResponseBytes: (options.maxResponseKilobytes ?? 16) * 1024,
		rules: deliveryRules(profile, options),
	};
	return {
		kind,
		options,
		filter,
		profile,
		target,
		webhook,
		format: options.bare ? undefined : getEventFormat(kind.events),
		key: JSON.stringify({ ...target, webhook, kind: kind.id }),
	};
}

const lastPlans = new WeakMap<IExecuteFunctions, { parameters: PlanParameters; plan: Plan }>();

/** An item's plan: the one of the item before where the parameters are the same. */
function planOf(context: IExecuteFunctions, itemIndex: number): Plan {
	const parameters: PlanParameters = {
		options: itemParameter(context, 'options', itemIndex, {}) as SendOptions,
		platform: itemParameter(context, 'platform', itemIndex) as string,
		requestKind: itemParameter(context, 'requestKind', itemIndex, EVENT_KIND) as string,
		signed: itemParameter(context, 'useCredential', itemIndex) as boolean,
		url: itemParameter(context, 'url', itemIndex) as string,
	};
	const last = lastPlans.get(context);
	if (last !== undefined && isEqual(last.parameters, parameters)) return last.plan;
	const plan = makePlan(context, parameters);
	lastPlans.set(context, { parameters, plan });
	return plan;
}

/**
 * Reads what is to be sent for an item, and where to.
 * @throws with a message for the workflow's owner, where the parameters cannot be read
 */
export function prepare(
	context: IExecuteFunctions,
	item: INodeExecutionData,
	itemIndex: number,
	nowMs: number,
): Prepared {
	const plan = planOf(context, itemIndex);
	const { format, key, kind, options, target, webhook } = plan;
	const data = dataOf(context, kind, item, itemIndex);
	const filtered = plan.filter(data);
	const condition = testConditions(context, itemIndex, data);
	if (condition.met) assertTakes(plan.profile, kind, filtered);
	const type = kind.events ? eventTypeOf(context, kind.events.types, itemIndex) : null;
	const id = options.eventId || `evt_${randomUUID()}`;
	return {
		itemIndex,
		subject: { event_id: id, event: type, request: kind.id },
		target,
		event: { id, type: type ?? kind.id, timeMs: nowMs, webhook, data: filtered },
		format,
		key,
		condition,
	};
}

/**
 * Puts events into deliveries: one each, or batches of at most `maxEvents` to one endpoint. Requests of
 * other kinds have no form for batches.
 * @returns each delivery with the items that it stands for
 */
export function makeDeliveries(
	due: Prepared[],
	maxEvents: number,
	nowMs: number,
): Array<{ delivery: Delivery; itemIndexes: number[] }> {
	const batches = splitIntoBatches(
		due,
		{ maxEvents },
		{
			keyOf: ({ key, subject, itemIndex }) => (subject.event === null ? `alone ${itemIndex}` : key),
		},
	);
	return batches.map((prepared) => {
		const id = `dlv_${randomUUID()}`;
		const [{ event, format, subject, target }] = prepared;
		const isBatch = maxEvents > 1 && subject.event !== null;
		return {
			delivery: {
				id,
				key: isBatch ? id : event.id,
				body: buildDeliveryBody(
					format,
					prepared.map((one) => one.event),
					isBatch ? { id, timeMs: nowMs } : undefined,
				),
				target,
				subjects: prepared.map((one) => one.subject),
				isBatch,
			},
			itemIndexes: prepared.map(({ itemIndex }) => itemIndex),
		};
	});
}
