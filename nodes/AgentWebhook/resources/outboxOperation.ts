import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { OutboxPorts, TenantPorts } from '../../../core/outbox/ports';
import { forEachItem, toSingleOutput } from '../../shared/execution/eachItem';
import { openOutbox, openWholeOutbox } from '../../shared/outbox/openOutbox';
import { readTenant } from '../../shared/properties/tenantProperties';

import type { Operation } from './operation';

/** Works on one input item, and returns the output items that it makes of it. */
export type OutboxTask<Ports extends OutboxPorts = TenantPorts> = (
	outbox: Ports,
	context: IExecuteFunctions,
	itemIndex: number,
) => Promise<IDataObject | IDataObject[]>;

interface OutboxOperation<Ports extends OutboxPorts> extends Omit<Operation, 'execute'> {
	executeItem: OutboxTask<Ports>;
}

/**
 * Returns an operation that works on each input item in turn, with the part of the outbox that belongs to the
 * item's tenant.
 */
export const buildOutboxOperation = ({
	executeItem,
	...operation
}: OutboxOperation<TenantPorts>): Operation => ({
	...operation,
	execute: async (context) => {
		const openTenant = await openOutbox(context);
		return await forEachItem(context, 1, 0, async (_, itemIndex) => {
			const outbox = openTenant(readTenant(context, itemIndex));
			return toSingleOutput(await executeItem(outbox, context, itemIndex));
		});
	},
});

/** Returns an operation that works on each input item in turn, with the outbox of all tenants. */
export const buildWholeOutboxOperation = ({
	executeItem,
	...operation
}: OutboxOperation<OutboxPorts>): Operation => ({
	...operation,
	execute: async (context) => {
		const outbox = await openWholeOutbox(context);
		return await forEachItem(context, 1, 0, async (_, itemIndex) =>
			toSingleOutput(await executeItem(outbox, context, itemIndex)),
		);
	},
});
