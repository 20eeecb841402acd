import mapValues from 'lodash/mapValues';
import type { NodeHint } from 'n8n-workflow';

import { PLATFORMS } from '../../../core/platforms';
import { RETRY_PRESETS, totalWaitMs } from '../../../core/sending/retryPolicy';
import { toExpression } from '../../shared/properties/expression';

interface Parameters {
	resource?: string;
	operation?: string;
	sendTo?: string;
	url?: string;
	platform?: string;
	/** n8n adds it if the node is a tool of an AI agent. */
	descriptionType?: string;
	retrySchedule?: string;
	retryDelays?: string;
	firstDelaySeconds?: number;
	backoffMultiplier?: number;
	maxDelaySeconds?: number;
	maxRetries?: number;
	options?: { maxTotalWaitSeconds?: number };
}

/** Total waits of the platforms' schedules, by platform ID, and of the presets, by option value. */
const WAITS_MS: Record<string, number> = {
	...Object.fromEntries(PLATFORMS.map(({ id, retry }) => [id, totalWaitMs(retry)])),
	...mapValues(RETRY_PRESETS, totalWaitMs),
	none: 0,
};

/** Returns whether a send, once its endpoint is entered, may have waits longer than one run may take. */
const mayLeaveOnRetry = (parameters: Parameters, waitsMs: Record<string, number>) => {
	const { maxTotalWaitSeconds: limit = 60 } = parameters.options || {};
	const sumExponentialWaits = () => {
		const { backoffMultiplier = 2, firstDelaySeconds = 1, maxRetries = 3 } = parameters;
		const { maxDelaySeconds = 3600 } = parameters;
		let sum = 0;
		for (let retry = 0; retry < maxRetries && sum <= limit; retry += 1) {
			sum += Math.min(firstDelaySeconds * backoffMultiplier ** retry, maxDelaySeconds);
		}
		return sum;
	};
	const sumListedWaits = () => {
		const list = String(parameters.retryDelays || '');
		const numbers: string[] = list.match(/[\d.]+/g) || [];
		const isLong = /\d\s*[mhdw]/i.test(list);
		return isLong ? Infinity : numbers.reduce((sum, number) => sum + Number(number), 0);
	};
	const { retrySchedule: schedule = 'platform' } = parameters;
	const sumWaits = () => {
		if (schedule === 'exponential') return sumExponentialWaits();
		if (schedule === 'list') return sumListedWaits();
		return waitsMs[schedule === 'platform' ? parameters.platform || '' : schedule] / 1000;
	};
	return (
		parameters.resource === 'event' &&
		parameters.operation === 'send' &&
		parameters.sendTo !== 'subscribers' &&
		Boolean(parameters.url) &&
		parameters.descriptionType === undefined &&
		sumWaits() > limit
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
			'This retry schedule has waits that are longer than one run may take. Connect the output <b>Retry</b> → Wait (resume at the specified time <code>{{ $json.next_attempt_at }}</code>) → this node, or deliveries with such a wait are output on <b>Failed</b>.',
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
