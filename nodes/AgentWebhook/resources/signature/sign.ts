import { randomUUID } from 'crypto';
import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { authenticateRequest } from '../../../../core/credentials/credentialFields';
import { hasSigningScheme } from '../../../../core/platforms';
import { bodyParameter, bodyProperties } from '../../../shared/properties/bodyProperty';
import { eachItem } from '../../../shared/execution/eachItem';
import { platformProperty } from '../../../shared/properties/platformProperties';
import type { Operation } from '../operation';

const properties: INodeProperties[] = [
	platformProperty(
		'How to sign, where the credential leaves it to the node',
		(profile) => profile.scheme === undefined || hasSigningScheme(profile),
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
				description: 'The signed ID, where the scheme has one. Leave empty to have one made.',
			},
			{
				displayName: 'Put Headers in Field',
				name: 'headersField',
				type: 'string',
				default: 'signature_headers',
				placeholder: 'e.g. signature_headers',
			},
		],
	},
];

// A credential's tokens would be put on the item: only what a signature consists of may leave.
const UNSIGNED = { authentication: 'none' };

export const sign: Operation = {
	properties,
	execute: async (context) =>
		await eachItem(context, 1, 0, async (item, itemIndex) => {
			const options = context.getNodeParameter('options', itemIndex, {}) as {
				eventId?: string;
				headersField?: string;
			};
			const credential = await context.getCredentials('agentWebhookOutboundApi', itemIndex);
			const { headers } = authenticateRequest(
				{ ...credential, ...UNSIGNED },
				{
					body: await bodyParameter(context, itemIndex),
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
