import { UserError } from 'n8n-workflow';

import { updateEndpoint } from '../../../../core/outbox/endpoint/lifecycle';
import { modifyEndpoint } from '../../../../core/outbox/endpoint/repository';
import { buildSkipTlsNotice } from '../../../shared/properties/deliveryOptions';
import { endpointLocator } from '../../../shared/properties/locators';
import { simplifyField } from '../../../shared/properties/simplify';
import { buildOutboxOperation } from '../outboxOperation';

import { chosenEndpointSubtitle, loadChosenEndpoint } from './chosenEndpoint';
import { toEndpointItem } from './endpointItem';
import {
	endpointAuthentication,
	eventTypesField,
	nameField,
	settingFields,
	urlField,
} from './endpointFields';
import { toEndpointInput, type EndpointFields } from './readEndpointFields';

export const updateOperation = buildOutboxOperation({
	name: 'Update',
	action: 'Update an endpoint',
	description: 'Change the URL, event types or settings of an endpoint',
	properties: [
		endpointLocator,
		simplifyField,
		buildSkipTlsNotice('updateFields'),
		{
			displayName: 'Update Fields',
			name: 'updateFields',
			type: 'collection',
			placeholder: 'Add field',
			default: {},
			options: [
				...endpointAuthentication,
				eventTypesField,
				nameField,
				urlField,
				...settingFields,
			].sort((a, b) => a.displayName.localeCompare(b.displayName)),
		},
	],
	subtitle: chosenEndpointSubtitle,
	executeItem: async (outbox, context, itemIndex) => {
		const fields = context.getNodeParameter('updateFields', itemIndex, {}) as EndpointFields;
		if (Object.keys(fields).length === 0) {
			throw new UserError('Nothing to change. Add a field under "Update Fields".');
		}
		const input = toEndpointInput(fields);
		const chosen = await loadChosenEndpoint(context, outbox, itemIndex);
		const endpoint = await modifyEndpoint(outbox, chosen, (latest) =>
			updateEndpoint(
				latest,
				{
					...input,
					// The fields of a custom signature scheme are among these, and stay.
					authentication: input.authentication && {
						...latest.secrets.authentication,
						...input.authentication,
					},
				},
				outbox.nowMs(),
			),
		);
		return toEndpointItem(context, itemIndex, endpoint);
	},
});
