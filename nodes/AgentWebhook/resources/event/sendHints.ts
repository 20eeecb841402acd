import countBy from 'lodash/countBy';
import type { IExecuteFunctions } from 'n8n-workflow';

import type { PublishedEvent } from '../../../../core/outbox/dispatch/publish';
import { isAgentTool } from '../../../shared/execution/connections';

/** Says how many events were sent although their data differs from their types. */
export function hintAtWarnings(context: IExecuteFunctions, published: PublishedEvent[]): void {
	const warned = published.filter(
		({ conflict, dataWarning }) => conflict === undefined && dataWarning !== undefined,
	);
	if (warned.length === 0) return;
	context.addExecutionHints({
		type: 'warning',
		location: 'outputPane',
		message: `Events whose data does not match their event type: ${warned.length}. They were sent; <b>data_warning</b> in their items has the reason.`,
	});
}

/** Says what makes the deliveries on Pending: no connection of this node does. */
export function hintAtPending(context: IExecuteFunctions, published: PublishedEvent[]): void {
	const causes = published.flatMap(({ deliveries, event }) =>
		deliveries.map(({ delivery: { attempts, status } }) =>
			status === 'pending' && attempts === 0 && event.deliverAt !== null ? 'scheduled' : status,
		),
	);
	const { gathering = 0, pending = 0, scheduled = 0 } = countBy(causes);
	if (gathering + pending + scheduled === 0 || isAgentTool(context)) return;
	const counts = [
		...(gathering > 0 ? [`${gathering} waiting for a batch`] : []),
		...(pending > 0 ? [`${pending} waiting for a retry`] : []),
		...(scheduled > 0 ? [`${scheduled} waiting for their time`] : []),
	];
	context.addExecutionHints({
		location: 'outputPane',
		message: `Deliveries on <b>Pending</b>: ${counts.join(', ')}. <b>Delivery → Deliver Due</b> makes them: run it on a Schedule Trigger in a published workflow.`,
	});
}
