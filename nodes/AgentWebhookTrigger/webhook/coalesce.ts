import { sleep, type INodeExecutionData, type IWebhookFunctions } from 'n8n-workflow';

import { EVENT_KIND } from '../../../core/platforms';
import { RequestCoalescer, type BurstRole } from '../../../core/receiving/coalescer';

import { captureResponse, type CapturedResponse } from './captureResponse';
import { readTriggerParameter, type TriggerParameters } from './triggerParameters';

/**
 * The bursts of all triggers in this process. Under the expression engine `vm`, n8n uses about 9 MB for
 * each request until it is answered, so open requests are limited.
 */
const coalescer = new RequestCoalescer<INodeExecutionData, CapturedResponse>({
	maxItems: 50,
	maxOpenRequests: 100,
});

/** The longest time beyond its window that a burst waits for the previous one to be answered. */
const MAX_EXTENSION_MS = 1000;

/** Returns how long a burst collects requests, in ms; 0 if requests are not combined. */
export function getCombineWindowMs(
	context: IWebhookFunctions,
	{ options, requestKind }: TriggerParameters,
): number {
	// Other response modes answer each request from its own items; a person who listens expects one event.
	const canCombine =
		requestKind === EVENT_KIND &&
		readTriggerParameter(context, 'responseMode') === 'onReceived' &&
		context.getMode() !== 'manual';
	return canCombine ? (options.combineWindowMs ?? 0) : 0;
}

/**
 * Joins the trigger's open burst, or opens one.
 * @returns as leader the items to start an execution with; as follower the response to send
 */
export async function joinBurst(
	context: IWebhookFunctions,
	item: INodeExecutionData,
	windowMs: number,
): Promise<BurstRole<INodeExecutionData, CapturedResponse>> {
	const key = `${context.getWorkflow().id ?? ''} ${context.getNode().id}`;
	const burst = await coalescer.join(key, item, {
		window: async () => await sleep(windowMs),
		extension: async () => await sleep(MAX_EXTENSION_MS),
	});
	if (burst.role === 'leader') captureResponse(context.getResponseObject(), burst.complete);
	return burst;
}
