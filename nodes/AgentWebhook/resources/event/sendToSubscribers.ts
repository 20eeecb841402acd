import {
	NodeOperationError,
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
	DELIVERED,
	FAILED,
	OutputItems,
	pairWithAllInputs,
	RETRY,
	toOutboxResultItem,
} from '../outputItems';

import { readEventData, testItemConditions } from './itemEvent';
import { isRetryItem, STATE_FIELD } from './retryState';

/** Longest time that rate limits may delay attempts within one run. */
const MAX_PACING_MS = 10_000;

/**
 * Reads the event that an item sends.
 * @returns the result item instead if its conditions are not met
 * @throws UserError for an item that comes back from Retry; as `checkEvent`
 */
function readEvent(
	parameters: ItemParameters,
	item: INodeExecutionData,
	itemIndex: number,
): { input: EventInput } | { skipped: Record<string, unknown> } {
	if (isRetryItem(item.json)) {
		throw new UserError(
			'The item is a delivery that waits for its retry, not an event. Delivery → Deliver Due retries it, so do not connect Retry back to this node.',
		);
	}
	const data = readEventData(parameters, item, itemIndex);
	const condition = testItemConditions(parameters, itemIndex, data);
	const type = String(parameters.read('customEventType', itemIndex) ?? '').trim();
	if (!condition.met) return { skipped: toSkippedItem(condition.condition, { event: type }) };
	const key = parameters.read('options.idempotencyKey', itemIndex, '') as string;
	const input = { type, data, idempotencyKey: key === '' ? undefined : String(key) };
	checkEvent(input);
	return { input };
}

/** Outputs the deliveries of one event, or one item that says why there are none. */
function putEvent(
	outputs: OutputItems,
	itemIndex: number,
	{ deliveries, duplicate, event }: PublishedEvent,
): void {
	const pairedItem = { item: itemIndex };
	const about = { event_id: event.id, event: event.type, duplicate };
	if (deliveries.length === 0) {
		const condition = duplicate
			? 'The event was sent before; its deliveries are in batches or have been pruned'
			: 'No endpoint is subscribed to this event';
		outputs.put(DELIVERED, { json: toSkippedItem(condition, about) as IDataObject, pairedItem });
	}
	for (const result of deliveries) {
		const { json, output } = toOutboxResultItem(result);
		outputs.put(output, {
			json: {
				...json,
				...about,
				...(output === RETRY && { [STATE_FIELD]: { outbox: true } }),
			},
			pairedItem,
		});
	}
}

/**
 * Sends each item's event to all registered endpoints that subscribe to it. The events of all items are
 * written to the outbox in one call before any of them is sent.
 */
export async function sendToSubscribers(
	context: IExecuteFunctions,
): Promise<INodeExecutionData[][]> {
	const outputs = new OutputItems(context);
	const outbox = await openOutbox(context);
	const items = context.getInputData();
	const parameters = new ItemParameters(context);
	const events: Array<{ itemIndex: number; input: EventInput }> = [];
	items.forEach((item, itemIndex) => {
		const pairedItem = { item: itemIndex };
		try {
			const read = readEvent(parameters, item, itemIndex);
			if ('input' in read) events.push({ itemIndex, input: read.input });
			else outputs.put(DELIVERED, { json: read.skipped as IDataObject, pairedItem });
		} catch (cause) {
			const error = new NodeOperationError(context.getNode(), cause as Error, { itemIndex });
			if (!context.continueOnFail() && !isAgentTool(context)) throw error;
			outputs.put(FAILED, { json: toUnsentItem(error.message) as IDataObject, pairedItem });
		}
	});
	if (events.length === 0) return outputs.toArray();
	const { changes, sent } = await publishEvents(
		outbox,
		events.map(({ input }) => input),
		{ concurrency: readRunOption(context, 'concurrency', 50), maxPacingMs: MAX_PACING_MS },
	);
	sent.forEach((event, index) => putEvent(outputs, events[index].itemIndex, event));
	outputs.putChanges(changes, pairWithAllInputs(items.length));
	return outputs.toArray();
}
