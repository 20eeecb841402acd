import { sendAgain } from '../../../../core/outbox/recovery/sendAgain';
import { forEachItem } from '../../../shared/execution/eachItem';
import { openOutbox } from '../../../shared/outbox/openOutbox';
import { deliveryOptions } from '../../../shared/properties/deliveryOptions';
import { endpointLocator, eventLocator, readEventId } from '../../../shared/properties/locators';
import { readTenant, tenantOptions } from '../../../shared/properties/tenantProperties';
import { chosenEndpointSubtitle, loadChosenEndpoint } from '../endpoint/chosenEndpoint';
import type { Operation } from '../operation';
import { FAILED, OUTPUT_LABELS, OutputItems } from '../outputItems';

const LIMITS = {
	concurrency: deliveryOptions.sharedConcurrency.default,
	maxPacingMs: 30_000,
};

export const sendAgainOperation: Operation = {
	name: 'Send Again',
	action: 'Send a past event again',
	description:
		'Send an event from the log to one endpoint right away, even if the endpoint is not subscribed to it',
	properties: [eventLocator, endpointLocator, tenantOptions],
	subtitle: chosenEndpointSubtitle,
	execute: async (context) => {
		const openTenant = await openOutbox(context);
		return await forEachItem(context, OUTPUT_LABELS.outbox.length, FAILED, async (_, itemIndex) => {
			const outbox = openTenant(readTenant(context, itemIndex));
			const eventId = readEventId(context, itemIndex);
			const endpoint = await loadChosenEndpoint(context, outbox, itemIndex);
			const run = await sendAgain(outbox, eventId, endpoint, LIMITS);
			const outputs = new OutputItems(context, OUTPUT_LABELS.outbox);
			outputs.putRun(run);
			return { outputs: outputs.toArray() };
		});
	},
};
