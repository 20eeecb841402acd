import { deliver, type DeliveryReport } from '../../sending/deliver';

import { buildDeliveryBody, getDeliveryRules, type Endpoint } from '../endpoint/lifecycle';
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
	const body = Buffer.from(buildDeliveryBody(endpoint, [event]), 'utf8');
	const rules = getDeliveryRules(endpoint);
	const report = await deliver(
		{ ...rules, retry: { ...rules.retry, schedule: NO_RETRIES } },
		{
			...outbox,
			attempt: async () =>
				await outbox.attempt({ endpoint, key: eventId, body, nowMs: outbox.nowMs() }),
		},
	);
	return { eventId, report };
}
