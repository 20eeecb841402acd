import { deliver, type DeliveryReport } from '../../sending/deliver';

import {
	buildEndpointBody,
	getEndpointCredential,
	toDeliveryTarget,
	type Endpoint,
} from '../endpoint/lifecycle';
import type { OutboxPorts } from '../ports';
import { toIsoTime } from '../../lib/time';

const NO_RETRIES = { kind: 'list' as const, delaysMs: [] };

/**
 * Sends an endpoint an event of its own, once; it is not put on record.
 * @param type checked before
 */
export async function sendTestEvent(
	outbox: OutboxPorts,
	endpoint: Endpoint,
	type: string,
	data: Record<string, unknown>,
): Promise<{ eventId: string; report: DeliveryReport }> {
	const eventId = `evt_${outbox.newId()}`;
	const event = { id: eventId, type, acceptedAt: toIsoTime(outbox.nowMs()), data };
	const body = Buffer.from(buildEndpointBody(endpoint, [event]), 'utf8');
	const target = toDeliveryTarget(endpoint);
	const { rules } = target;
	const report = await deliver(
		{ ...rules, retry: { ...rules.retry, schedule: NO_RETRIES } },
		{
			...outbox,
			attempt: async () => {
				const nowMs = outbox.nowMs();
				const credential = getEndpointCredential(endpoint, nowMs);
				return await outbox.attempt({ target, key: eventId, body, nowMs, credential });
			},
		},
	);
	return { eventId, report };
}
