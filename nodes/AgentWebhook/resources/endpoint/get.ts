import { endpointLocator } from '../../../shared/properties/locators';
import { simplifyField } from '../../../shared/properties/simplify';
import { tenantOptions } from '../../../shared/properties/tenantProperties';
import { buildOutboxOperation } from '../outboxOperation';

import { chosenEndpointSubtitle, loadCountedChoice, loadRegisteredChoice } from './chosenEndpoint';
import { includeStatsField, toCountedItem } from './deliveryStats';
import { toEndpointItem } from './endpointItem';

export const getOperation = buildOutboxOperation({
	name: 'Get',
	action: 'Get an endpoint',
	description: 'Get an endpoint and its delivery stats',
	properties: [endpointLocator, includeStatsField, simplifyField, tenantOptions],
	subtitle: chosenEndpointSubtitle,
	executeItem: async (outbox, context, itemIndex) => {
		if (!context.getNodeParameter('includeStats', itemIndex)) {
			const endpoint = await loadRegisteredChoice(context, outbox, itemIndex);
			return toEndpointItem(context, itemIndex, endpoint);
		}
		return toCountedItem(context, itemIndex, await loadCountedChoice(context, outbox, itemIndex));
	},
});
