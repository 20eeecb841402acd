import { sleep, type INodeExecutionData, type IWebhookFunctions } from 'n8n-workflow';

import { EVENT_KIND } from '../../../core/platforms';
import { RequestCoalescer, type BurstRole } from '../../../core/receiving/coalescer';

import { readTriggerParameter, type TriggerParameters } from './triggerParameters';

/** The response that the leader of a burst gets, and its followers too. */
export interface CapturedResponse {
	statusCode: number;
	contentType: string | undefined;
	/** The bytes sent, if they were sent in one piece. */
	body: string | Buffer | undefined;
}

type Response = ReturnType<IWebhookFunctions['getResponseObject']>;

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
 * Calls `onAnswered`, maybe twice, when the response was sent, or would have been if the caller had not
 * disconnected: n8n continues without them, and its response shows whether it accepted the request.
 */
function captureResponse(
	response: Response,
	onAnswered: (captured: CapturedResponse) => void,
): void {
	let body: CapturedResponse['body'];
	let isAnswered = false;
	let isDisconnected = response.destroyed;
	const report = () => {
		const contentType = response.getHeader('content-type');
		onAnswered({
			statusCode: response.statusCode,
			contentType: typeof contentType === 'string' ? contentType : undefined,
			body,
		});
	};
	const end = response.end.bind(response) as (...parameters: unknown[]) => Response;
	response.end = (...parameters: unknown[]) => {
		const [chunk] = parameters;
		if (typeof chunk === 'string' || Buffer.isBuffer(chunk)) body = chunk;
		isAnswered = true;
		const ended = end(...parameters);
		if (isDisconnected) report();
		return ended;
	};
	response.once('finish', report);
	response.once('close', () => {
		isDisconnected = true;
		if (isAnswered) report();
	});
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
