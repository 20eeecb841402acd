import type { IExecuteFunctions } from 'n8n-workflow';

import { toIsoTime } from '../../../../core/lib/time';
import type { DeliveryReport } from '../../../../core/sending/deliver';
import { isAgentTool } from '../../../shared/execution/connections';

const CONNECT_RETRY = ', and the output Retry is not connected. Connect Retry → Wait → this node';
const CHOOSE_SHORTER =
	'. A tool of an AI agent cannot wait longer, so choose a shorter "Retry Schedule"';

/**
 * Fails the deliveries that would have to wait, since no node brings them back for their next attempt. A hint
 * in the editor says what to connect; a tool of an AI agent has no outputs, so it gets none.
 */
export function failWithoutRetryOutput(
	context: IExecuteFunctions,
	reports: DeliveryReport[],
): DeliveryReport[] {
	const isTool = isAgentTool(context);
	if (!isTool && reports.some(({ nextAttemptAtMs }) => nextAttemptAtMs !== undefined)) {
		context.addExecutionHints({
			type: 'warning',
			location: 'outputPane',
			message:
				'Some deliveries failed although they could be retried later, because <b>Retry</b> is not connected. Connect Retry → Wait (resume at the specified time <code>{{ $json.next_attempt_at }}</code>) → this node.',
		});
	}
	return reports.map((report): DeliveryReport => {
		if (report.nextAttemptAtMs === undefined) return report;
		const { nextAttemptAtMs, ...rest } = report;
		return {
			...rest,
			status: 'failed',
			gaveUpBecause: `The next attempt is due at ${toIsoTime(nextAttemptAtMs)}, later than this run may wait${isTool ? CHOOSE_SHORTER : CONNECT_RETRY}`,
		};
	});
}
