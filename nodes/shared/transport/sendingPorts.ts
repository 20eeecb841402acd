import type { IExecuteFunctions } from 'n8n-workflow';

import { toSingleLine } from '../../../core/lib/singleLine';
import type { SendingPorts } from '../../../core/sending/deliver';

import { cancellableWait } from './cancellableWait';
import { sendAttempt } from './sendAttempt';

/**
 * Provides core's sending engine with what it needs from n8n: requests, waits, a clock and a line in the
 * log.
 */
export const createSendingPorts = (context: IExecuteFunctions): SendingPorts => ({
	attempt: async (attempt) => await sendAttempt(context, attempt),
	announce: (text) => {
		const line = toSingleLine(text);
		context.logger.info(line);
		context.sendMessageToUI(line);
	},
	wait: cancellableWait(context),
	nowMs: () => Date.now(),
	random: Math.random,
});
