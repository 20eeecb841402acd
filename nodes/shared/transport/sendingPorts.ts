import type { IExecuteFunctions } from 'n8n-workflow';

import { AccessTokenKeeper, withAccessTokens } from '../../../core/credentials/accessTokens';
import { toSingleLine } from '../../../core/lib/singleLine';
import type { SendingPorts } from '../../../core/sending/deliver';
import { withWorkflows } from '../../../core/sending/workflowRun';

import { cancellableWait } from './cancellableWait';
import { runWorkflow } from './runWorkflow';
import { sendAttempt } from './sendAttempt';

const getNowMs = (): number => Date.now();

/** Keeps access tokens between executions: an execution of Deliver Due would otherwise get new ones each time. */
const accessTokens = new AccessTokenKeeper(getNowMs);

/**
 * Provides core's sending engine with what it needs from n8n: requests, waits, a clock and a line in the
 * log.
 */
export function createSendingPorts(context: IExecuteFunctions): SendingPorts {
	const run: SendingPorts['runWorkflow'] = async (call) => await runWorkflow(context, call);
	const request: SendingPorts['attempt'] = async (attempt) => await sendAttempt(context, attempt);
	return {
		attempt: withWorkflows(withAccessTokens(request, accessTokens, getNowMs), run),
		runWorkflow: run,
		announce: (text) => {
			const line = toSingleLine(text);
			context.logger.info(line);
			context.sendMessageToUI(line);
		},
		wait: cancellableWait(context),
		nowMs: getNowMs,
		random: Math.random,
	};
}
