import { sleep, type INodeExecutionData, type IWebhookFunctions } from 'n8n-workflow';

import { RequestCoalescer, type Place } from '../../../core/receiving/coalescer';
import { EVENT_KIND } from '../../../core/platforms';

import type { TriggerParameters } from './rules';

/** How a request was answered. */
export interface CapturedResponse {
	statusCode: number;
	contentType: string | undefined;
	/** What was sent, where it was sent in one piece. */
	body: string | Buffer | undefined;
}

type Response = ReturnType<IWebhookFunctions['getResponseObject']>;

// Under the expression engine `vm` n8n keeps some 9 MB for each request until it is answered.
const bursts = new RequestCoalescer<INodeExecutionData, CapturedResponse>({
	maxItems: 50,
	maxHeld: 100,
});

/** A burst goes on gathering until the one before is answered, but not for longer than this beyond its window. */
const LONGEST_MS = 1000;

/** For how long a burst is gathered, in ms; 0 for not at all. */
export function combineWindowMs(
	context: IWebhookFunctions,
	{ options, requestKind }: TriggerParameters,
): number {
	// Other ways to respond answer each request by its own items; a person who listens wants one event.
	const canCombine =
		requestKind === EVENT_KIND &&
		context.getNodeParameter('responseMode') === 'onReceived' &&
		context.getMode() !== 'manual';
	return canCombine ? (options.combineWindowMs ?? 0) : 0;
}

/**
 * Calls back, maybe twice, when a response has been sent, or would have been to a caller who is gone:
 * n8n goes on without them, and whether it has taken a request is known when it answers.
 */
function onceAnswered(response: Response, callBack: (answered: CapturedResponse) => void): void {
	let body: CapturedResponse['body'];
	let isAnswered = false;
	let isGone = response.destroyed;
	const tell = () => {
		const contentType = response.getHeader('content-type');
		callBack({
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
		if (isGone) tell();
		return ended;
	};
	response.once('finish', tell);
	response.once('close', () => {
		isGone = true;
		if (isAnswered) tell();
	});
}

/**
 * Puts a request into the burst that is under way at its trigger, or begins one.
 * @returns the items to start an execution with, where it leads; how to answer, where it follows
 */
export async function joinBurst(
	context: IWebhookFunctions,
	item: INodeExecutionData,
	windowMs: number,
): Promise<Place<INodeExecutionData, CapturedResponse>> {
	const key = `${context.getWorkflow().id ?? ''} ${context.getNode().id}`;
	const place = await bursts.join(key, item, {
		window: async () => await sleep(windowMs),
		longest: async () => await sleep(LONGEST_MS),
	});
	if (place.role === 'leader') onceAnswered(context.getResponseObject(), place.settle);
	return place;
}
