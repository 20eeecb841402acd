import { endpointLocator } from '../../../shared/properties/locators';
import { simplifyField } from '../../../shared/properties/simplify';
import { buildOutboxOperation } from '../outboxOperation';

import { changeStatus } from './changeStatus';
import { chosenEndpointSubtitle } from './chosenEndpoint';

export const enableOperation = buildOutboxOperation({
	name: 'Enable',
	action: 'Enable an endpoint',
	description: 'Resume sending events to an endpoint',
	properties: [endpointLocator, simplifyField],
	subtitle: chosenEndpointSubtitle,
	executeItem: changeStatus('active'),
});
