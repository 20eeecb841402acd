import { endpointLocator } from '../../../shared/properties/locators';
import { simplifyField } from '../../../shared/properties/simplify';
import { buildOutboxOperation } from '../outboxOperation';

import { chosenEndpointSubtitle, loadRegisteredChoice } from './chosenEndpoint';
import { includeStatsField, toEndpointItemsWithStats } from './deliveryStats';

export const getOperation = buildOutboxOperation({
	name: 'Get',
	action: 'Get an endpoint',
	description: 'Get an endpoint and its delivery stats',
	properties: [endpointLocator, includeStatsField, simplifyField],
	subtitle: chosenEndpointSubtitle,
	executeItem: async (outbox, context, itemIndex) => {
		const endpoint = await loadRegisteredChoice(context, outbox, itemIndex);
		return await toEndpointItemsWithStats(outbox, context, itemIndex, [endpoint]);
	},
});
