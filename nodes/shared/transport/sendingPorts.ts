import type { IExecuteFunctions } from 'n8n-workflow';

import { AccessTokenKeeper, withAccessTokens } from '../../../core/credentials/accessTokens';
import { toSingleLine } from '../../../core/lib/singleLine';
import type { SendingPorts } from '../../../core/sending/deliver';

import { cancellableWait } from './cancellableWait';
import { sendAttempt } from './sendAttempt';

const getNowMs = (): number => Date.now();

/** Keeps access tokens between executions: an execution of Deliver Due would otherwise get new ones each time. */
const accessTokens = new AccessTokenKeeper(getNowMs);

/**
 * Provides core's sending engine with what it needs from n8n: requests, waits, a clock and a line in the
 * log.
 */
export const createSendingPorts = (context: IExecuteFunctions): SendingPorts => ({
	attempt: withAccessTokens(
		async (attempt) => await sendAttempt(context, attempt),
		accessTokens,
		getNowMs,
	),
	announce: (text) => {
		const line = toSingleLine(text);
		context.logger.info(line);
		context.sendMessageToUI(line);
	},
	wait: cancellableWait(context),
	nowMs: getNowMs,
	random: Math.random,
});
