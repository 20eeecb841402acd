import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { checkEvent, type EventInput } from '../../../../core/outbox/dispatch/newEvents';
import { publishEvents } from '../../../../core/outbox/dispatch/publish';
import { itemParameter } from '../../../shared/parameters/itemParameter';
import { openOutbox } from '../../../shared/outbox/openOutbox';
import { isAgentTool } from '../../../shared/execution/connections';
import { runOption } from '../../../shared/parameters/runOption';
import {
	changeItem,
	DELIVERED,
	ENDPOINT_CHANGED,
	FAILED,
	pairWithAllInputs,
	OUTPUTS,
	resultItem,
	RETRY,
} from '../delivery/resultItems';

import { isRetryItem, STATE_FIELD } from './retryState';
import { eventData, testConditions } from './prepare';

/** Reads what an item sends, or which of its conditions does not hold. */
function inputOf(
	context: IExecuteFunctions,
	item: INodeExecutionData,
	itemIndex: number,
): { input: EventInput } | { unmet: string } {
	if (isRetryItem(item.json)) {
		throw new Error(
			'The item stands for a delivery that waits for its retry, not for an event. Deliveries of the outbox are attempted by Delivery → Deliver Due: do not wire Retry back.',
		);
	}
	const data = eventData(context, item, itemIndex);
	const condition = testConditions(context, itemIndex, data);
	if (!condition.met) return { unmet: condition.condition };
	const key = itemParameter(context, 'options.idempotencyKey', itemIndex, '') as string;
	const type = itemParameter(context, 'customEventType', itemIndex) as string;
	const input = { type: type.trim(), data, idempotencyKey: key === '' ? undefined : String(key) };
	checkEvent(input);
	return { input };
}

/** Sends to all endpoints of the outbox that are subscribed. All items are put on record in one call. */
export async function sendToSubscribers(
	context: IExecuteFunctions,
): Promise<INodeExecutionData[][]> {
	const outputs = Array.from({ length: OUTPUTS }, (): INodeExecutionData[] => []);
	const asTool = isAgentTool(context);
	const put = (output: number, itemIndex: number, json: IDataObject): void => {
		const target = asTool ? DELIVERED : output;
		outputs[target].push({ json, pairedItem: { item: itemIndex } });
	};
	const outbox = await openOutbox(context);
	const items = context.getInputData();
	const inputs: Array<{ itemIndex: number; input: EventInput }> = [];
	items.forEach((item, itemIndex) => {
		try {
			const read = inputOf(context, item, itemIndex);
			if ('input' in read) inputs.push({ itemIndex, input: read.input });
			else put(DELIVERED, itemIndex, { status: 'skipped', condition: read.unmet });
		} catch (cause) {
			const error = new NodeOperationError(context.getNode(), cause as Error, { itemIndex });
			if (!context.continueOnFail() && !asTool) throw error;
			put(FAILED, itemIndex, { status: 'failed', error_message: error.message });
		}
	});
	if (inputs.length === 0) return outputs;

	const { changes, sent } = await publishEvents(
		outbox,
		inputs.map(({ input }) => input),
		{
			concurrency: runOption(context, 'concurrency', 50),
			maxPacingMs: 10_000,
		},
	);
	sent.forEach(({ deliveries, duplicate, event }, index) => {
		const { itemIndex } = inputs[index];
		if (deliveries.length === 0) {
			put(DELIVERED, itemIndex, {
				status: 'skipped',
				condition: duplicate
					? 'The event was sent before; its deliveries are in batches, or not on record any more'
					: 'No endpoint is subscribed to this event',
				event_id: event.id,
				event: event.type,
				duplicate,
			});
		}
		for (const result of deliveries) {
			const { json, output } = resultItem(result);
			// Of a batch each event in it has an item: the events beside it are others' items.
			delete json.event_ids;
			put(output, itemIndex, {
				...json,
				event_id: event.id,
				event: event.type,
				duplicate,
				...(output === RETRY && { [STATE_FIELD]: { outbox: true } }),
			});
		}
	});
	outputs[asTool ? DELIVERED : ENDPOINT_CHANGED].push(
		...pairWithAllInputs(changes.map(changeItem), items.length),
	);
	return outputs;
}
