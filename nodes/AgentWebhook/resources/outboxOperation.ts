import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { OutboxPorts } from '../../../core/outbox/ports';
import { forEachItem, toSingleOutput } from '../../shared/execution/eachItem';
import { openOutbox } from '../../shared/outbox/openOutbox';

import type { Operation } from './operation';

/** Works on one input item, and returns the output items that it makes of it. */
export type OutboxTask = (
	outbox: OutboxPorts,
	context: IExecuteFunctions,
	itemIndex: number,
) => Promise<IDataObject | IDataObject[]>;

interface OutboxOperation extends Omit<Operation, 'execute'> {
	executeItem: OutboxTask;
}

/** Returns an operation that opens the outbox once and works on each input item in turn. */
export const buildOutboxOperation = ({
	executeItem,
	...operation
}: OutboxOperation): Operation => ({
	...operation,
	execute: async (context) => {
		const outbox = await openOutbox(context);
		return await forEachItem(context, 1, 0, async (_, itemIndex) =>
			toSingleOutput(await executeItem(outbox, context, itemIndex)),
		);
	},
});
