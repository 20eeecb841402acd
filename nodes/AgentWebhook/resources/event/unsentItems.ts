import type { IDataObject, IExecuteFunctions, NodeOperationError } from 'n8n-workflow';

import { IdempotencyConflictError } from '../../../../core/event/sameEvent';
import { EventDataError } from '../../../../core/outbox/eventType/eventDataCheck';
import { toUnsentItem } from '../../../../core/sending/resultItem';
import { isAgentTool } from '../../../shared/execution/connections';
import { toNodeError } from '../../../shared/execution/nodeError';

/**
 * The items of a run that cannot be sent. Each fails separately: one sender's mistake must not stop
 * the events of others.
 */
export class UnsentItems {
	private readonly errors = new Map<number, { error: NodeOperationError; code?: string }>();

	constructor(private readonly context: IExecuteFunctions) {}

	add(itemIndex: number, cause: unknown): void {
		const error = toNodeError(this.context, cause, itemIndex);
		const hasCode = cause instanceof IdempotencyConflictError || cause instanceof EventDataError;
		this.errors.set(itemIndex, { error, ...(hasCode && { code: cause.code }) });
	}

	/**
	 * Outputs the items that cannot be sent.
	 * @param put outputs an item on Failed; the message is also in its JSON
	 * @throws NodeOperationError for the first of them if no item can be sent, unless the workflow continues
	 * on errors: the mistake is then in the node
	 */
	output(put: (itemIndex: number, json: IDataObject, message: string) => void): void {
		const [first] = this.errors.values();
		if (first === undefined) return;
		const { context } = this;
		const continuesOnFail = context.continueOnFail() || isAgentTool(context);
		if (!continuesOnFail) {
			if (this.errors.size === context.getInputData().length) throw first.error;
			context.addExecutionHints({
				type: 'warning',
				location: 'outputPane',
				message: `Items that could not be sent: ${this.errors.size}. They were output on <b>Failed</b> with the reason. All other items were processed.`,
			});
		}
		for (const [itemIndex, { code, error }] of this.errors) {
			const json = { ...toUnsentItem(error.message), ...(code !== undefined && { code }) };
			put(itemIndex, json as IDataObject, error.message);
		}
	}
}
