import { randomUUID } from 'crypto';
import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { authenticateRequest } from '../../../../core/credentials/outbound';
import { hasSigningScheme, type Platform } from '../../../../core/platforms';
import { readBodyParameter, bodyProperties } from '../../../shared/properties/bodyProperty';
import { forEachItem } from '../../../shared/execution/eachItem';
import { OWN_ENDPOINT_PLATFORM } from '../../../shared/properties/deliveryOptions';
import { buildPlatformProperty } from '../../../shared/properties/platformProperties';
import { secretNotice } from '../../../shared/properties/setupNotices';
import type { Operation } from '../operation';

const canBeChosen = (platform: Platform): boolean =>
	platform.scheme === undefined || hasSigningScheme(platform);

const properties: INodeProperties[] = [
	{
		...buildPlatformProperty(
			'Platform whose signature to make, unless the credential chooses another scheme',
			canBeChosen,
		),
		default: OWN_ENDPOINT_PLATFORM,
	},
	secretNotice,
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
			{
				displayName: 'Request Method',
				name: 'requestMethod',
				type: 'string',
				default: 'POST',
				placeholder: 'e.g. POST',
				description: 'Method of the request, for schemes that sign it',
			},
			{
				displayName: 'Request URL',
				name: 'requestUrl',
				type: 'string',
				default: '',
				placeholder: 'e.g. https://api.example.com/hooks?page=1',
				description:
					'URL that the other node calls, with its query, for schemes that sign it. If the signature belongs into the URL, the output has it in signature_parameters.',
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
				requestMethod?: string;
				requestUrl?: string;
			};
			const credential = await context.getCredentials('agentWebhookOutboundApi', itemIndex);
			const { headers, query } = authenticateRequest(
				{ ...credential, ...WITHOUT_AUTHENTICATION },
				{
					body: await readBodyParameter(context, itemIndex),
					id: options.eventId || `msg_${randomUUID()}`,
					nowMs: Date.now(),
					platformId: context.getNodeParameter('platform', itemIndex) as string,
					...(options.requestUrl && {
						request: { method: options.requestMethod || 'POST', url: options.requestUrl },
					}),
				},
			);
			return {
				output: 0,
				item: {
					...item,
					json: {
						...item.json,
						[options.headersField || 'signature_headers']: headers as IDataObject,
						...(Object.keys(query).length > 0 && { signature_parameters: query as IDataObject }),
					},
				},
			};
		}),
};
