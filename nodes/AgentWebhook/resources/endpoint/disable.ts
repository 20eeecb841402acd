import { endpointLocator } from '../../../shared/properties/locators';
import { simplifyField } from '../../../shared/properties/simplify';
import { buildOutboxOperation } from '../outboxOperation';

import { changeStatus } from './changeStatus';
import { chosenEndpointSubtitle } from './chosenEndpoint';

export const disableOperation = buildOutboxOperation({
	name: 'Disable',
	action: 'Disable an endpoint',
	description: 'Stop sending events to an endpoint and put its deliveries on hold for a replay',
	properties: [endpointLocator, simplifyField],
	subtitle: chosenEndpointSubtitle,
	executeItem: changeStatus('disabled'),
});
