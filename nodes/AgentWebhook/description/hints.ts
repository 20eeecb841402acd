import type { NodeHint } from 'n8n-workflow';

import { totalWaitMs } from '../../../core/sending/retryPolicy';
import { PLATFORMS } from '../../../core/platforms';
import { expressionOf } from '../../shared/properties/expression';

interface Parameters {
	resource?: string;
	operation?: string;
	sendTo?: string;
	platform?: string;
	options?: { retrySchedule?: string; firstDelaySeconds?: number; maxTotalWaitSeconds?: number };
}

// n8n writes this function's source into an expression: it may use nothing from outside.
const mayLeaveOnRetry = (parameters: Parameters, waitsMs: Record<string, number>) => {
	const options = parameters.options || {};
	const schedule = options.retrySchedule || 'platform';
	const own = schedule === 'platform' && options.firstDelaySeconds === undefined;
	const budgetMs =
		1000 * (options.maxTotalWaitSeconds === undefined ? 60 : options.maxTotalWaitSeconds);
	return (
		parameters.resource === 'event' &&
		parameters.operation === 'send' &&
		parameters.sendTo !== 'subscribers' &&
		(own
			? waitsMs[parameters.platform || ''] > budgetMs
			: schedule === 'list' || schedule === 'standardWebhooks')
	);
};

const waitsForDeliverDue = (parameters: Parameters) =>
	parameters.resource === 'event' && parameters.sendTo === 'subscribers';

const WAITS_MS: Record<string, number> = Object.fromEntries(
	PLATFORMS.map(({ id, retry }) => [id, totalWaitMs(retry)]),
);

/** Said before a run. n8n does not tell a hint what the outputs are connected to. */
export const hints: NodeHint[] = [
	{
		type: 'info',
		location: 'outputPane',
		whenToDisplay: 'beforeExecution',
		message:
			'This retry schedule has waits that are longer than one run may last. Wire <b>Retry</b> → Wait (until <code>{{ $json.next_attempt_at }}</code>) → this node. Where Retry is not connected, such deliveries leave on <b>Failed</b>.',
		displayCondition: expressionOf(mayLeaveOnRetry, WAITS_MS),
	},
	{
		type: 'info',
		location: 'outputPane',
		whenToDisplay: 'beforeExecution',
		message:
			'Retries and batches are sent by <b>Delivery → Deliver Due</b> alone. Where no published workflow runs it on a Schedule Trigger, a delivery that fails is not tried again.',
		displayCondition: expressionOf(waitsForDeliverDue),
	},
];
