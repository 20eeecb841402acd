import { recoverMissing } from '../../../../core/outbox/recovery/recoverMissing';
import { endpointLocator } from '../../../shared/properties/locators';
import { buildNotice } from '../../../shared/properties/notice';
import { buildOutboxOperation } from '../outboxOperation';
import {
	eventTypesField,
	previewField,
	readEventTypes,
	readFilters,
	readRecoveryLimits,
	readSince,
	recoveryOptions,
	sinceField,
	toRecoveryItem,
	untilField,
} from '../recovery';

import { chosenEndpointSubtitle, loadChosenEndpoint } from './chosenEndpoint';

export const recoverMissingOperation = buildOutboxOperation({
	name: 'Recover Missing',
	action: 'Recover missing events of an endpoint',
	description:
		'Queue past events that the endpoint would get now and never got, e.g. from before it was created',
	properties: [
		buildNotice(
			'recoverNotice',
			'This only queues deliveries. Delivery → Deliver Due sends them the next time it runs.',
		),
		endpointLocator,
		previewField,
		sinceField,
		{
			displayName: 'Filters',
			name: 'filters',
			type: 'collection',
			placeholder: 'Add filter',
			default: {},
			options: [untilField, eventTypesField],
		},
		recoveryOptions,
	],
	subtitle: chosenEndpointSubtitle,
	executeItem: async (outbox, context, itemIndex) => {
		const filters = readFilters(context, itemIndex);
		const limits = readRecoveryLimits(context, itemIndex);
		const span = {
			since: readSince(context, itemIndex),
			until: filters.until as string | undefined,
		};
		const { id: endpointId } = await loadChosenEndpoint(context, outbox, itemIndex);
		const selection = { ...span, endpointId, eventTypes: readEventTypes(filters) };
		const report = await recoverMissing(outbox, selection, limits);
		return toRecoveryItem(context, limits, report, span);
	},
});
