import {
	UserError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import {
	checkDeliveryTime,
	checkEvent,
	type EventInput,
} from '../../../../core/outbox/dispatch/newEvents';
import type { PublishedEvent } from '../../../../core/outbox/dispatch/publish';
import type { DataCheck } from '../../../../core/outbox/eventType/eventDataCheck';
import { DEFAULT_TENANT, type OutboxEvent } from '../../../../core/outbox/model';
import { presentTenantId } from '../../../../core/outbox/tenant/presentTenant';
import { toSkippedItem, toUnsentItem } from '../../../../core/sending/resultItem';
import { openWholeOutbox } from '../../../shared/outbox/openOutbox';
import { ItemParameters } from '../../../shared/parameters/itemParameters';
import { parseList, type ListParameter } from '../../../shared/parameters/parse';
import { readRunOption } from '../../../shared/parameters/runOption';
import { readEventTypeName } from '../../../shared/properties/locators';
import { readTenant } from '../../../shared/properties/tenantProperties';
import {
	DELIVERED,
	FAILED,
	OUTPUT_LABELS,
	OutputItems,
	pairWithAllInputs,
	SKIPPED,
	toOutboxResultItem,
	WAITING,
} from '../outputItems';

import { findResponse, MAX_ANSWER_BYTES, readWaitForAnswers, toAnswer } from './answers';
import { readEventData, testItemConditions } from './itemEvent';
import { countHops, createOriginReader } from './origin';
import { publishItems, readAllTenants, type ItemEvent } from './publishItems';
import { isRetryItem, OUTBOX_STATE, STATE_FIELD } from './retryState';
import { CATALOG_SOURCE } from './sendProperties';
import { hintAtPending, hintAtWarnings } from './sendHints';
import { UnsentItems } from './unsentItems';

/** Longest time that rate limits may delay attempts within one run. */
const MAX_PACING_MS = 10_000;

/**
 * Reads the option "Endpoints".
 * @throws UserError if it is empty: the event is not to go to all of them by mistake
 */
function readEndpointIds(parameters: ItemParameters, itemIndex: number): string[] | undefined {
	const value = parameters.read('options.endpointIds', itemIndex, null) as ListParameter | null;
	if (value === null) return undefined;
	const ids = [...new Set(parseList(value))];
	if (ids.length > 0) return ids;
	throw new UserError(
		'"Endpoints" is empty. Enter the IDs of endpoints, or remove the option to send to all that are subscribed.',
	);
}

/** Reads the option "Channels"; `undefined` for an event on none. */
function readChannels(parameters: ItemParameters, itemIndex: number): string[] | undefined {
	const channels = [
		...new Set(parseList(parameters.read('options.channels', itemIndex, '') as ListParameter)),
	];
	return channels.length === 0 ? undefined : channels;
}

/** Reads the option "Deliver At". @throws InvalidDeliveryTimeError */
function readDeliveryTime(
	parameters: ItemParameters,
	itemIndex: number,
	nowMs: number,
): number | undefined {
	const time = parameters.read('options.deliverAt', itemIndex, '') as string;
	if (time === '') return undefined;
	const deliverAtMs = Date.parse(time);
	checkDeliveryTime(deliverAtMs, nowMs);
	return deliverAtMs;
}

/** Reads the option "Check Data". */
function readDataCheck(parameters: ItemParameters, itemIndex: number): DataCheck | undefined {
	const check = parameters.read('options.checkData', itemIndex, 'off') as DataCheck | 'off';
	return check === 'off' ? undefined : check;
}

/** Reads the type of an event: one of the catalog, or a name that the person typed. @throws UserError */
const readSubscribedType = (parameters: ItemParameters, itemIndex: number): string =>
	parameters.read('eventTypeSource', itemIndex, 'name') === CATALOG_SOURCE
		? readEventTypeName(parameters.context, itemIndex)
		: (parameters.read('customEventType', itemIndex) as string).trim();

/**
 * Reads the event that an item sends.
 * @returns the result item instead if its conditions are not met
 * @throws UserError for an item that comes back from Pending; as `checkEvent` and the options
 */
function readEvent(
	parameters: ItemParameters,
	item: INodeExecutionData,
	itemIndex: number,
	readOrigin: ReturnType<typeof createOriginReader>,
	nowMs: number,
): { input: EventInput } | { skipped: Record<string, unknown> } {
	if (isRetryItem(item.json)) {
		throw new UserError(
			'The item is a delivery that waits for its retry, not an event. Delivery → Deliver Due retries it, so do not connect Pending back to this node.',
		);
	}
	const data = readEventData(parameters, item, itemIndex);
	const condition = testItemConditions(parameters, itemIndex, data);
	const type = readSubscribedType(parameters, itemIndex);
	if (!condition.met) return { skipped: toSkippedItem(condition.condition, { event: type }) };
	const key = parameters.read('options.idempotencyKey', itemIndex, '') as string;
	const input = {
		type,
		data,
		idempotencyKey: key === '' ? undefined : key,
		channels: readChannels(parameters, itemIndex),
		endpointIds: readEndpointIds(parameters, itemIndex),
		deliverAtMs: readDeliveryTime(parameters, itemIndex, nowMs),
		origin: readOrigin(item, itemIndex),
		dataCheck: readDataCheck(parameters, itemIndex),
	};
	checkEvent(input);
	return { input };
}

/** Most endpoints whose conditions the item of a skipped event names. */
const MAX_UNMET = 3;

/** Says why an event has no deliveries. */
function describeSkipped({ isBatched, unmet }: PublishedEvent): string {
	if (isBatched) return 'The event was sent before; its deliveries are in batches';
	if (unmet.length === 0) return 'No endpoint is subscribed to this event';
	const reasons = unmet
		.slice(0, MAX_UNMET)
		.map(({ condition, id, name }) => `"${name || id}" needs ${condition}`);
	const others = unmet.length - reasons.length;
	return [...reasons, ...(others > 0 ? [`and ${others} more`] : [])].join('; ');
}

/** Returns the fields of an item that say which event it is about. */
const describeEvent = ({ id, tenantId, type }: OutboxEvent): IDataObject => ({
	event: type,
	event_id: id,
	...presentTenantId(tenantId),
});

/** Returns the field of an item that says how the data of an event that was sent differs from its type. */
const describeWarning = ({ dataWarning }: PublishedEvent): IDataObject =>
	dataWarning === undefined ? {} : { data_warning: dataWarning };

/** Outputs the deliveries of one event, or one item that says why there are none. */
function putEvent(
	outputs: OutputItems,
	itemIndex: number,
	published: PublishedEvent,
	asAnswers: boolean,
): void {
	const { deliveries, duplicate, event, undecided } = published;
	const pairedItem = { item: itemIndex };
	const about = describeEvent(event);
	for (const { id, name, problem } of undecided) {
		const message = `The endpoint "${name || id}" got no delivery because the outbox cannot tell whether it is subscribed to the event. ${problem} Then send the event again with the same "Idempotency Key".`;
		const details = { ...about, duplicate, endpoint_id: id, endpoint_name: name };
		const json = toUnsentItem(message, details) as IDataObject;
		outputs.put(FAILED, { json, pairedItem });
	}
	if (deliveries.length === 0 && undecided.length === 0) {
		const details = { ...about, duplicate, ...describeWarning(published) };
		const json = toSkippedItem(describeSkipped(published), details) as IDataObject;
		outputs.put(SKIPPED, { json, pairedItem });
	}
	for (const result of deliveries) {
		const { json, output } = toOutboxResultItem(result);
		const item = {
			...json,
			...about,
			duplicate: result.isEarlier,
			...describeWarning(published),
			...(output === WAITING && { [STATE_FIELD]: { ...OUTBOX_STATE } }),
		};
		const isAnswer = asAnswers && output === DELIVERED;
		outputs.put(output, {
			json: isAnswer ? toAnswer(item, findResponse(result)) : item,
			pairedItem,
		});
	}
}

/** Outputs an item for an event that no tenant gets. */
function putNotSubscribed(outputs: OutputItems, itemIndex: number, { type }: EventInput): void {
	const reason = 'No tenant has an endpoint that is subscribed to this event';
	const json = toSkippedItem(reason, { event: type, duplicate: false }) as IDataObject;
	outputs.put(SKIPPED, { json, pairedItem: { item: itemIndex } });
}

/** Outputs an item for an event that one of all tenants does not get: the others got theirs. */
function putConflict(
	outputs: OutputItems,
	itemIndex: number,
	event: OutboxEvent,
	conflict: Error,
): void {
	const json = toUnsentItem(conflict.message, describeEvent(event)) as IDataObject;
	outputs.put(FAILED, { json, pairedItem: { item: itemIndex } });
}

/** Reads the events of all items. Outputs the items that send none. */
function readEvents(
	context: IExecuteFunctions,
	outputs: OutputItems,
	unsent: UnsentItems,
	{ isForAll, nowMs }: { isForAll: boolean; nowMs: number },
): ItemEvent[] {
	const parameters = new ItemParameters(context);
	const readOrigin = createOriginReader(parameters);
	const events: ItemEvent[] = [];
	context.getInputData().forEach((item, itemIndex) => {
		try {
			const read = readEvent(parameters, item, itemIndex, readOrigin, nowMs);
			if ('input' in read) {
				const tenantId = isForAll ? DEFAULT_TENANT : readTenant(context, itemIndex);
				events.push({ itemIndex, tenantId, input: read.input });
			} else {
				const pairedItem = { item: itemIndex };
				outputs.put(SKIPPED, { json: read.skipped as IDataObject, pairedItem });
			}
		} catch (error) {
			unsent.add(itemIndex, error);
		}
	});
	return events;
}

/**
 * Sends each item's event to all registered endpoints of its tenant that subscribe to it. The events of a
 * tenant's items are written to the outbox in one call before any of them is sent.
 */
export async function sendToSubscribers(
	context: IExecuteFunctions,
): Promise<INodeExecutionData[][]> {
	const outputs = new OutputItems(context, OUTPUT_LABELS.subscribers);
	const isForAll = readAllTenants(context);
	const asAnswers = readWaitForAnswers(context);
	const outbox = await openWholeOutbox(context);
	const unsent = new UnsentItems(context);
	const events = readEvents(context, outputs, unsent, { isForAll, nowMs: outbox.nowMs() });
	const published = await publishItems(outbox, events, isForAll, {
		concurrency: readRunOption(context, 'concurrency', 50),
		maxPacingMs: MAX_PACING_MS,
		hops: countHops(context),
		...(asAnswers && { maxResponseBytes: MAX_ANSWER_BYTES }),
	});
	hintAtWarnings(context, published.sent.flat());
	hintAtPending(context, published.sent.flat());
	const conflicts = new Map<number, IDataObject>();
	published.sent.forEach((sent, index) => {
		const { input, itemIndex } = events[index];
		if (sent.length === 0) putNotSubscribed(outputs, itemIndex, input);
		for (const entry of sent) {
			const { conflict, event } = entry;
			if (conflict === undefined) putEvent(outputs, itemIndex, entry, asAnswers);
			else if (isForAll) putConflict(outputs, itemIndex, event, conflict);
			else {
				conflicts.set(itemIndex, describeEvent(event));
				unsent.add(itemIndex, conflict);
			}
		}
	});
	unsent.output((itemIndex, json) => {
		const pairedItem = { item: itemIndex };
		const { status, ...rest } = json;
		outputs.put(FAILED, { json: { status, ...conflicts.get(itemIndex), ...rest }, pairedItem });
	});
	outputs.putChanges(published.changes, pairWithAllInputs(context.getInputData().length));
	return outputs.toArray();
}
