import { randomUUID } from 'crypto';
import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { authenticateRequest } from '../../../../core/credentials/outbound';
import { hasSigningScheme } from '../../../../core/platforms';
import { readBodyParameter, bodyProperties } from '../../../shared/properties/bodyProperty';
import { forEachItem } from '../../../shared/execution/eachItem';
import { buildPlatformProperty } from '../../../shared/properties/platformProperties';
import type { Operation } from '../operation';

const properties: INodeProperties[] = [
	buildPlatformProperty(
		'Platform whose signature to make, unless the credential chooses another scheme',
		(platform) => platform.scheme === undefined || hasSigningScheme(platform),
	),
	...bodyProperties,
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Event ID',
				name: 'eventId',
				type: 'string',
				default: '',
				placeholder: 'e.g. msg_2KWPBgLlAfxdpx2AI54pPJ85f4W',
				description: 'ID to sign, if the scheme has one. Leave empty to generate one.',
			},
			{
				displayName: 'Put Headers in Field',
				name: 'headersField',
				type: 'string',
				default: 'signature_headers',
				placeholder: 'e.g. signature_headers',
				description: 'Name of the output field for the signature headers',
			},
		],
	},
];

// The item gets the signature only: the credential's tokens are secrets.
const WITHOUT_AUTHENTICATION = { authentication: 'none' };

export const signOperation: Operation = {
	name: 'Sign',
	action: 'Sign a body',
	description: 'Compute the signature headers for a body that another node sends',
	properties,
	subtitle: ({ platform }, { names }) => [names.platform[platform || '']],
	execute: async (context) =>
		await forEachItem(context, 1, 0, async (item, itemIndex) => {
			const options = context.getNodeParameter('options', itemIndex, {}) as {
				eventId?: string;
				headersField?: string;
			};
			const credential = await context.getCredentials('agentWebhookOutboundApi', itemIndex);
			const { headers } = authenticateRequest(
				{ ...credential, ...WITHOUT_AUTHENTICATION },
				{
					body: await readBodyParameter(context, itemIndex),
					id: options.eventId || `msg_${randomUUID()}`,
					nowMs: Date.now(),
					platformId: context.getNodeParameter('platform', itemIndex) as string,
				},
			);
			return {
				output: 0,
				item: {
					...item,
					json: {
						...item.json,
						[options.headersField || 'signature_headers']: headers as IDataObject,
					},
				},
			};
		}),
};
