import { endpointLocator } from '../../../shared/properties/locators';
import { simplifyField } from '../../../shared/properties/simplify';
import { tenantOptions } from '../../../shared/properties/tenantProperties';
import { buildOutboxOperation } from '../outboxOperation';

import { changeStatus } from './changeStatus';
import { chosenEndpointSubtitle } from './chosenEndpoint';

export const pauseOperation = buildOutboxOperation({
	name: 'Pause',
	action: 'Pause an endpoint',
	description:
		'Stop sending events to an endpoint temporarily. Its deliveries wait until it is enabled.',
	properties: [endpointLocator, simplifyField, tenantOptions],
	subtitle: chosenEndpointSubtitle,
	executeItem: changeStatus('paused'),
});
