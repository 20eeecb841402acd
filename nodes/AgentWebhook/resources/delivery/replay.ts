import { replayDelivery } from '../../../../core/outbox/dispatch/replay';
import { forEachItem } from '../../../shared/execution/eachItem';
import { openOutbox } from '../../../shared/outbox/openOutbox';
import { deliveryOptions } from '../../../shared/properties/deliveryOptions';
import { deliveryLocator, readDeliveryId } from '../../../shared/properties/locators';
import { readTenant, tenantOptions } from '../../../shared/properties/tenantProperties';
import type { Operation } from '../operation';
import { FAILED, OUTPUT_LABELS, OutputItems } from '../outputItems';

const LIMITS = {
	concurrency: deliveryOptions.sharedConcurrency.default,
	maxPacingMs: 30_000,
};

export const replayOperation: Operation = {
	name: 'Replay',
	action: 'Replay a delivery',
	description: 'Attempt a delivery again right away',
	properties: [deliveryLocator, tenantOptions],
	execute: async (context) => {
		const openTenant = await openOutbox(context);
		return await forEachItem(context, OUTPUT_LABELS.outbox.length, FAILED, async (_, itemIndex) => {
			const outbox = openTenant(readTenant(context, itemIndex));
			const run = await replayDelivery(outbox, readDeliveryId(context, itemIndex), LIMITS);
			const outputs = new OutputItems(context, OUTPUT_LABELS.outbox);
			outputs.putRun(run);
			return { outputs: outputs.toArray() };
		});
	},
};
