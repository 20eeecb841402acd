import { endpointLocator } from '../../../shared/properties/locators';
import { simplifyField } from '../../../shared/properties/simplify';
import { tenantOptions } from '../../../shared/properties/tenantProperties';
import { buildOutboxOperation } from '../outboxOperation';

import { changeStatus } from './changeStatus';
import { chosenEndpointSubtitle } from './chosenEndpoint';

export const disableOperation = buildOutboxOperation({
	name: 'Disable',
	action: 'Disable an endpoint',
	description: 'Stop sending events to an endpoint and put its deliveries on hold for a replay',
	properties: [endpointLocator, simplifyField, tenantOptions],
	subtitle: chosenEndpointSubtitle,
	executeItem: changeStatus('disabled'),
});
