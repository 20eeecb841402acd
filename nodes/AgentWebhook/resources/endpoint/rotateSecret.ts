import type { IDataObject } from 'n8n-workflow';

import { rotateEndpointSecret } from '../../../../core/outbox/endpoint/lifecycle';
import { presentEndpoint } from '../../../../core/outbox/endpoint/presentEndpoint';
import { modifyEndpoint } from '../../../../core/outbox/endpoint/repository';
import { endpointLocator } from '../../../shared/properties/locators';
import { simplifyField } from '../../../shared/properties/simplify';
import { tenantOptions } from '../../../shared/properties/tenantProperties';
import { buildOutboxOperation } from '../outboxOperation';

import { chosenEndpointSubtitle, loadChosenEndpoint } from './chosenEndpoint';
import { revealSecret, secretNotice, toEndpointItem } from './endpointItem';
import { signingSecretField } from './endpointFields';
import { requireTypedSecret } from './typedSecret';

const SECONDS_PER_HOUR = 3600;

export const rotateSecretOperation = buildOutboxOperation({
	name: 'Rotate Secret',
	action: 'Rotate the secret of an endpoint',
	description: 'Replace the signing secret of an endpoint; the old one stays valid for a time',
	properties: [
		endpointLocator,
		secretNotice,
		{ ...signingSecretField, displayName: 'New Signing Secret' },
		{
			displayName: 'Old Secret Stays Valid for (Hours)',
			name: 'overlapHours',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 720 },
			default: 24,
			description:
				'Both secrets sign until then, so that the endpoint’s owner has time to switch. If the scheme allows only one signature, the header has the old secret’s, and a second header whose name ends in -2 has the new one’s.',
		},
		simplifyField,
		tenantOptions,
	],
	subtitle: chosenEndpointSubtitle,
	executeItem: async (outbox, context, itemIndex) => {
		const secret = context.getNodeParameter('signingSecret', itemIndex) as string;
		const hours = context.getNodeParameter('overlapHours', itemIndex) as number;
		const chosen = await loadChosenEndpoint(context, outbox, itemIndex);
		requireTypedSecret('New Signing Secret', secret, chosen.platform);
		const endpoint = await modifyEndpoint(outbox, chosen, (latest) =>
			rotateEndpointSecret(latest, secret, hours * SECONDS_PER_HOUR, outbox.nowMs()),
		);
		const { signing_secrets } = presentEndpoint(endpoint) as IDataObject;
		return toEndpointItem(context, itemIndex, endpoint, {
			signing_secrets,
			...revealSecret(endpoint),
		});
	},
});
