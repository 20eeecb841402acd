import sumBy from 'lodash/sumBy';

import { parseBigNumbersAsText } from '../../lib/exactJson';
import { countJsonBytes } from '../../lib/jsonValue';
import type { AttemptResult } from '../../sending/attemptOutcome';
import { readTransformOutput, type TransformedBody } from '../../sending/transformOutput';
import { BATCH_EVENT_TYPE, type DeliveryContent } from '../../event/envelope';
import { buildEndpointContent, getTimeoutMs, toEventItems } from '../endpoint/endpointTarget';
import type { Delivery, Endpoint, EventContent } from '../model';
import type { OutboxPorts } from '../ports';

/**
 * Makes the bodies of an endpoint's deliveries with a workflow of the outbox's owner: one call for all that a run
 * attempts, unless they are many.
 */

/** A delivery whose body a workflow makes. */
export interface Transformable {
	delivery: Pick<Delivery, 'id' | 'attempts' | 'acceptedAt' | 'batchedEventIds'>;
	events: Array<EventContent & { isTest?: boolean }>;
}

export type TransformedContent = DeliveryContent | { failure: AttemptResult };

/** Limits of one call, so that a workflow gets no more than n8n can hold. */
const MAX_CALL_BYTES = 4 * 1_048_576;
const MAX_CALL_DELIVERIES = 500;

const toFailure = (message: string, executionId?: string): TransformedContent => ({
	failure: { kind: 'error', code: 'TRANSFORM_FAILED', message, executionId },
});

/** Builds what is sent without a workflow that makes the body. @throws InvalidPathError */
export function buildUsualContent(
	endpoint: Endpoint,
	{ delivery: { acceptedAt, batchedEventIds, id }, events }: Transformable,
): DeliveryContent {
	const batch = batchedEventIds === null ? undefined : { id, acceptedAt };
	return buildEndpointContent(endpoint, events, batch);
}

/** Returns the item of a delivery. */
function toItem(
	endpoint: Endpoint,
	{ delivery, events }: Transformable,
	{ body }: DeliveryContent,
	hops: number,
): Record<string, unknown> {
	const items = toEventItems(endpoint, events);
	const [first] = items;
	return {
		...(delivery.batchedEventIds === null
			? first
			: {
					event: BATCH_EVENT_TYPE,
					event_time: delivery.acceptedAt,
					duplicate_key: delivery.id,
					events: items,
				}),
		delivery_id: delivery.id,
		attempt: delivery.attempts + 1,
		hops,
		endpoint_id: endpoint.id,
		endpoint_name: endpoint.name,
		body: parseBigNumbersAsText(body)?.value ?? body,
	};
}

/** Splits deliveries into calls, in order. */
function splitIntoCalls(transformables: Transformable[]): Transformable[][] {
	const calls: Transformable[][] = [];
	let bytes = 0;
	for (const transformable of transformables) {
		const size = sumBy(transformable.events, ({ data }) => countJsonBytes(data));
		const last = calls[calls.length - 1];
		const fits = last && last.length < MAX_CALL_DELIVERIES && bytes + size <= MAX_CALL_BYTES;
		if (fits) last.push(transformable);
		else calls.push([transformable]);
		bytes = fits ? bytes + size : size;
	}
	return calls;
}

/** Returns what is sent: with the headers of the usual body, unless the new one has another type. */
function toContent(
	transformed: TransformedBody,
	usualHeaders: Record<string, string>,
	executionId: string | undefined,
): TransformedContent {
	if ('fault' in transformed) return toFailure(transformed.fault, executionId);
	const { body, headers, keepsHeaders } = transformed;
	return { body, headers: keepsHeaders ? { ...usualHeaders, ...headers } : headers };
}

/** The bodies of one endpoint's deliveries in a run. */
export class EndpointTransform {
	private readonly calls = new Map<string, () => Promise<Map<string, TransformedContent>>>();

	/**
	 * @param workflowId the workflow that makes the bodies
	 * @param transformables all that the run is to attempt, in order
	 * @param hops the workflows that their events will have come through
	 */
	constructor(
		private readonly ports: Pick<OutboxPorts, 'runWorkflow' | 'nowMs'>,
		private readonly endpoint: Endpoint,
		private readonly workflowId: string,
		transformables: Transformable[],
		private readonly hops = 1,
	) {
		for (const call of splitIntoCalls(transformables)) {
			let pending: Promise<Map<string, TransformedContent>> | undefined;
			const make = async () => await (pending ??= this.run(call));
			for (const { delivery } of call) this.calls.set(delivery.id, make);
		}
	}

	/**
	 * Returns the content of a delivery. The first delivery of a call makes it.
	 * @returns the failure of the delivery's attempt instead, if there is none
	 * @throws only when the execution is cancelled
	 */
	async take(deliveryId: string): Promise<TransformedContent> {
		const make = this.calls.get(deliveryId);
		if (make === undefined)
			return toFailure('The delivery was not given to the transform workflow');
		const contents = await make();
		const content = contents.get(deliveryId);
		// A large body is not kept for longer than its attempt.
		contents.delete(deliveryId);
		return content ?? toFailure('The transform workflow returned nothing for this delivery');
	}

	private async run(call: Transformable[]): Promise<Map<string, TransformedContent>> {
		const { endpoint } = this;
		const withContent = call.map((transformable) => ({
			transformable,
			content: buildUsualContent(endpoint, transformable),
		}));
		const usualHeaders = withContent.map(({ content }) => content.headers);
		const run = await this.ports.runWorkflow({
			workflowId: this.workflowId,
			items: withContent.map(({ content, transformable }) =>
				toItem(endpoint, transformable, content, this.hops),
			),
			timeoutMs: getTimeoutMs(endpoint),
		});
		const failWith = (message: string): Map<string, TransformedContent> =>
			new Map(call.map(({ delivery }) => [delivery.id, toFailure(message, run.executionId)]));
		if (run.kind === 'failed') return failWith(`The transform workflow failed: ${run.message}`);
		if (run.isWaiting) {
			return failWith(
				'The transform workflow waits, so it returned no bodies. Remove its Wait node, or any other node that waits.',
			);
		}
		const ids = call.map(({ delivery }) => delivery.id);
		const bodies = readTransformOutput(run.items, ids);
		return new Map(
			ids.flatMap((id, index) => {
				const body = bodies.get(id);
				return body === undefined
					? []
					: [[id, toContent(body, usualHeaders[index], run.executionId)]];
			}),
		);
	}
}
