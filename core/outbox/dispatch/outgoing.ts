import type { AttemptResult } from '../../sending/attemptOutcome';
import type { DeliveryTarget } from '../../sending/target';
import { toDeliveryTarget } from '../endpoint/endpointTarget';
import { isWorkflowEndpoint } from '../endpoint/workflowAddress';
import type { AttemptJob, RunLimits } from '../model';

import { buildUsualContent, type EndpointTransform } from './transform';

/** Content of a delivery's attempt. */
export interface OutgoingDelivery {
	target: DeliveryTarget;
	delivery: { id: string; attempt: number; hops: number };
	key: string;
	body: Buffer;
	contentHeaders: Record<string, string>;
	/** The result of the attempt if there is nothing to send. */
	failure?: AttemptResult;
}

/** Workflows of endpoints that an event may go through, one after another, before they are taken for a loop. */
const MAX_HOPS = 5;

/** Result of an attempt in a loop: it is not retried, so that the loop ends. */
const LOOP: AttemptResult = {
	kind: 'error',
	code: 'INVALID_REQUEST',
	message: `The event went through ${MAX_HOPS} workflows of endpoints, one after another, so they probably send to each other in a loop. Let the workflow send an event type that its own endpoint does not get.`,
};

/**
 * Builds what a delivery's attempts send.
 * @throws InvalidPathError, InvalidDelaysError, InvalidStatusesError if the endpoint was edited by hand
 */
export function buildOutgoing(
	job: AttemptJob,
	{ hops = 0, maxResponseBytes }: RunLimits,
): OutgoingDelivery {
	const { delivery, endpoint } = job;
	const { attempts, batchedEventIds, eventId, id } = delivery;
	const { body, headers } = buildUsualContent(endpoint, job);
	const callsWorkflow =
		isWorkflowEndpoint(endpoint) || endpoint.secrets.transformWorkflowId !== undefined;
	const isLoop = hops >= MAX_HOPS && callsWorkflow;
	return {
		...(isLoop && { failure: LOOP }),
		target: { ...toDeliveryTarget(endpoint), ...(maxResponseBytes && { maxResponseBytes }) },
		delivery: { id, attempt: attempts + 1, hops: hops + 1 },
		key: batchedEventIds === null ? eventId : id,
		body: Buffer.from(body, 'utf8'),
		contentHeaders: headers,
	};
}

/**
 * Replaces a delivery's body by the one that a workflow makes, unless nothing is to be sent.
 * @throws only when the execution is cancelled
 */
export async function transformOutgoing(
	outgoing: OutgoingDelivery,
	transform: EndpointTransform,
): Promise<OutgoingDelivery> {
	if (outgoing.failure !== undefined) return outgoing;
	const content = await transform.take(outgoing.delivery.id);
	return 'failure' in content
		? { ...outgoing, failure: content.failure }
		: { ...outgoing, body: Buffer.from(content.body, 'utf8'), contentHeaders: content.headers };
}
