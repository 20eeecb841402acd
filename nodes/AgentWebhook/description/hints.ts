import type { NodeHint } from 'n8n-workflow';

import { PLATFORMS } from '../../../core/platforms';
import { totalWaitMs } from '../../../core/sending/retryPolicy';
import { toExpression } from '../../shared/properties/expression';

interface Parameters {
	resource?: string;
	operation?: string;
	sendTo?: string;
	platform?: string;
	options?: { retrySchedule?: string; firstDelaySeconds?: number; maxTotalWaitSeconds?: number };
}

/** Total wait of each platform's retry schedule, by platform ID. */
const WAITS_MS: Record<string, number> = Object.fromEntries(
	PLATFORMS.map(({ id, retry }) => [id, totalWaitMs(retry)]),
);

/** Returns whether a send may have waits that are longer than one run may take. */
const mayLeaveOnRetry = (parameters: Parameters, waitsMs: Record<string, number>) => {
	const options = parameters.options || {};
	const schedule = options.retrySchedule || 'platform';
	const usesPlatformWaits = schedule === 'platform' && options.firstDelaySeconds === undefined;
	const maxWaitMs =
		1000 * (options.maxTotalWaitSeconds === undefined ? 60 : options.maxTotalWaitSeconds);
	return (
		parameters.resource === 'event' &&
		parameters.operation === 'send' &&
		parameters.sendTo !== 'subscribers' &&
		(usesPlatformWaits
			? waitsMs[parameters.platform || ''] > maxWaitMs
			: schedule === 'list' || schedule === 'standardWebhooks')
	);
};

const needsDeliverDue = (parameters: Parameters) =>
	parameters.resource === 'event' && parameters.sendTo === 'subscribers';

/** Hints before a run. A hint cannot see what the outputs are connected to. */
export const hints: NodeHint[] = [
	{
		type: 'info',
		location: 'outputPane',
		whenToDisplay: 'beforeExecution',
		message:
			'This retry schedule has waits that are longer than one run may take. Connect <b>Retry</b> → Wait (until <code>{{ $json.next_attempt_at }}</code>) → this node. If Retry is not connected, such deliveries are output on <b>Failed</b>.',
		displayCondition: toExpression(mayLeaveOnRetry, WAITS_MS),
	},
	{
		type: 'info',
		location: 'outputPane',
		whenToDisplay: 'beforeExecution',
		message:
			'Only <b>Delivery → Deliver Due</b> sends batches and makes retries. Run it on a Schedule Trigger in a published workflow, or failed deliveries are not retried.',
		displayCondition: toExpression(needsDeliverDue),
	},
];
