import { endpointLocator } from '../../../shared/properties/locators';
import { simplifyField } from '../../../shared/properties/simplify';
import { tenantOptions } from '../../../shared/properties/tenantProperties';
import { buildOutboxOperation } from '../outboxOperation';

import { changeStatus } from './changeStatus';
import { chosenEndpointSubtitle } from './chosenEndpoint';

export const enableOperation = buildOutboxOperation({
	name: 'Enable',
	action: 'Enable an endpoint',
	description: 'Resume sending events to an endpoint that is paused or disabled',
	properties: [endpointLocator, simplifyField, tenantOptions],
	subtitle: chosenEndpointSubtitle,
	executeItem: changeStatus('active'),
});
