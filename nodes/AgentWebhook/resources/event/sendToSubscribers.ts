import countBy from 'lodash/countBy';
import {
	UserError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { checkEvent, type EventInput } from '../../../../core/outbox/dispatch/newEvents';
import { publishEvents, type PublishedEvent } from '../../../../core/outbox/dispatch/publish';
import { toSkippedItem, toUnsentItem } from '../../../../core/sending/resultItem';
import { isAgentTool } from '../../../shared/execution/connections';
import { openOutbox } from '../../../shared/outbox/openOutbox';
import { ItemParameters } from '../../../shared/parameters/itemParameters';
import { readRunOption } from '../../../shared/parameters/runOption';
import {
	FAILED,
	OUTPUT_LABELS,
	OutputItems,
	pairWithAllInputs,
	SKIPPED,
	toOutboxResultItem,
	WAITING,
} from '../outputItems';

import { readEventData, testItemConditions } from './itemEvent';
import { isRetryItem, OUTBOX_STATE, STATE_FIELD } from './retryState';
import { UnsentItems } from './unsentItems';

/** Longest time that rate limits may delay attempts within one run. */
const MAX_PACING_MS = 10_000;

/**
 * Reads the event that an item sends.
 * @returns the result item instead if its conditions are not met
 * @throws UserError for an item that comes back from Pending; as `checkEvent`
 */
function readEvent(
	parameters: ItemParameters,
	item: INodeExecutionData,
	itemIndex: number,
): { input: EventInput } | { skipped: Record<string, unknown> } {
	if (isRetryItem(item.json)) {
		throw new UserError(
			'The item is a delivery that waits for its retry, not an event. Delivery → Deliver Due retries it, so do not connect Pending back to this node.',
		);
	}
	const data = readEventData(parameters, item, itemIndex);
	const condition = testItemConditions(parameters, itemIndex, data);
	const type = (parameters.read('customEventType', itemIndex) as string).trim();
	if (!condition.met) return { skipped: toSkippedItem(condition.condition, { event: type }) };
	const key = parameters.read('options.idempotencyKey', itemIndex, '') as string;
	const input = { type, data, idempotencyKey: key === '' ? undefined : key };
	checkEvent(input);
	return { input };
}

/** Most endpoints whose conditions the item of a skipped event names. */
const MAX_UNMET = 3;

/** Says why an event has no deliveries. */
function describeSkipped({ unmet, wasTaken }: PublishedEvent): string {
	if (wasTaken) {
		return 'The event was sent before; its deliveries are in batches or have been pruned';
	}
	if (unmet.length === 0) return 'No endpoint is subscribed to this event';
	const reasons = unmet
		.slice(0, MAX_UNMET)
		.map(({ condition, id, name }) => `"${name || id}" needs ${condition}`);
	const others = unmet.length - reasons.length;
	return [...reasons, ...(others > 0 ? [`and ${others} more`] : [])].join('; ');
}

/** Outputs the deliveries of one event, or one item that says why there are none. */
function putEvent(outputs: OutputItems, itemIndex: number, published: PublishedEvent): void {
	const { deliveries, duplicate, event, undecided } = published;
	const pairedItem = { item: itemIndex };
	const about = { event: event.type, event_id: event.id };
	for (const { id, name, problem } of undecided) {
		const message = `The endpoint "${name || id}" got no delivery because the outbox cannot tell whether it is subscribed to the event. ${problem} Then send the event again with the same "Idempotency Key".`;
		const details = { ...about, duplicate, endpoint_id: id, endpoint_name: name };
		const json = toUnsentItem(message, details) as IDataObject;
		outputs.put(FAILED, { json, pairedItem });
	}
	if (deliveries.length === 0 && undecided.length === 0) {
		const details = { ...about, duplicate };
		const json = toSkippedItem(describeSkipped(published), details) as IDataObject;
		outputs.put(SKIPPED, { json, pairedItem });
	}
	for (const result of deliveries) {
		const { json, output } = toOutboxResultItem(result);
		outputs.put(output, {
			json: {
				...json,
				...about,
				duplicate: result.isEarlier,
				...(output === WAITING && { [STATE_FIELD]: { ...OUTBOX_STATE } }),
			},
			pairedItem,
		});
	}
}

/** Says what makes the deliveries on Pending, which no connection of this node does. */
function hintAtPending(context: IExecuteFunctions, published: PublishedEvent[]): void {
	const statuses = published.flatMap(({ deliveries }) =>
		deliveries.map(({ delivery }) => delivery.status),
	);
	const { gathering = 0, pending = 0 } = countBy(statuses);
	if (gathering + pending === 0 || isAgentTool(context)) return;
	const counts = [
		...(gathering > 0 ? [`${gathering} waiting for a batch`] : []),
		...(pending > 0 ? [`${pending} waiting for a retry`] : []),
	];
	context.addExecutionHints({
		location: 'outputPane',
		message: `Deliveries on <b>Pending</b>: ${counts.join(', ')}. <b>Delivery → Deliver Due</b> makes them: run it on a Schedule Trigger in a published workflow.`,
	});
}

/**
 * Sends each item's event to all registered endpoints that subscribe to it. The events of all items are
 * written to the outbox in one call before any of them is sent.
 */
export async function sendToSubscribers(
	context: IExecuteFunctions,
): Promise<INodeExecutionData[][]> {
	const outputs = new OutputItems(context, OUTPUT_LABELS.subscribers);
	const outbox = await openOutbox(context);
	const items = context.getInputData();
	const parameters = new ItemParameters(context);
	const events: Array<{ itemIndex: number; input: EventInput }> = [];
	const unsent = new UnsentItems(context);
	items.forEach((item, itemIndex) => {
		try {
			const read = readEvent(parameters, item, itemIndex);
			if ('input' in read) events.push({ itemIndex, input: read.input });
			else {
				const pairedItem = { item: itemIndex };
				outputs.put(SKIPPED, { json: read.skipped as IDataObject, pairedItem });
			}
		} catch (error) {
			unsent.add(itemIndex, error);
		}
	});
	const published = await publishEvents(
		outbox,
		events.map(({ input }) => input),
		{ concurrency: readRunOption(context, 'concurrency', 50), maxPacingMs: MAX_PACING_MS },
	);
	hintAtPending(context, published.sent);
	const conflicts = new Map<number, IDataObject>();
	published.sent.forEach((sent, index) => {
		const { itemIndex } = events[index];
		const { conflict, event } = sent;
		if (conflict === undefined) return putEvent(outputs, itemIndex, sent);
		conflicts.set(itemIndex, { event: event.type, event_id: event.id });
		unsent.add(itemIndex, conflict);
	});
	unsent.output((itemIndex, json) => {
		const pairedItem = { item: itemIndex };
		const { status, ...rest } = json;
		outputs.put(FAILED, { json: { status, ...conflicts.get(itemIndex), ...rest }, pairedItem });
	});
	outputs.putChanges(published.changes, pairWithAllInputs(items.length));
	return outputs.toArray();
}
