import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import type { OutboxPorts } from '../../../core/outbox/ports';
import { eachItem, onlyOutput } from '../../shared/execution/eachItem';
import { openOutbox } from '../../shared/outbox/openOutbox';

import type { Operation } from './operation';

/** What an operation on the outbox does for one item: it makes one item of it, or several. */
export type OutboxTask = (
	outbox: OutboxPorts,
	context: IExecuteFunctions,
	itemIndex: number,
) => Promise<IDataObject | IDataObject[]>;

/** An operation that works on the outbox for each item in turn. */
export const outboxOperation = (properties: INodeProperties[], task: OutboxTask): Operation => ({
	properties,
	execute: async (context) => {
		const outbox = await openOutbox(context);
		return await eachItem(context, 1, 0, async (_, itemIndex) =>
			onlyOutput(await task(outbox, context, itemIndex)),
		);
	},
});
