import { randomUUID } from 'crypto';
import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { createEndpoint } from '../../../../core/outbox/endpoint/lifecycle';
import { insertEndpoint } from '../../../../core/outbox/endpoint/repository';
import { buildSkipTlsNotice } from '../../../shared/properties/deliveryOptions';
import { simplifyField } from '../../../shared/properties/simplify';
import { buildOutboxOperation } from '../outboxOperation';

import { revealSecret, secretNotice, toEndpointItem } from './endpointItem';
import {
	endpointAuthentication,
	eventTypesField,
	nameField,
	platformField,
	schemeFields,
	settingFields,
	signingSecretField,
	urlField,
} from './endpointFields';
import { toEndpointInput, type EndpointFields } from './readEndpointFields';

const unsignedField: INodeProperties = {
	displayName: 'Unsigned',
	name: 'unsigned',
	type: 'boolean',
	default: false,
	description:
		'Whether to send requests without a signature. The receiver cannot tell who sent them.',
};

const ENDPOINT_FIELDS = [
	nameField,
	urlField,
	platformField,
	eventTypesField,
	...endpointAuthentication,
].map(({ name }) => name);

const SCHEME_FIELDS = schemeFields.map(({ name }) => name);

export const createOperation = buildOutboxOperation({
	name: 'Create',
	action: 'Create an endpoint',
	description: 'Register an endpoint and the event types to send to it',
	properties: [
		secretNotice,
		{ ...nameField, required: true },
		{ ...urlField, required: true },
		platformField,
		eventTypesField,
		signingSecretField,
		...schemeFields,
		...endpointAuthentication,
		simplifyField,
		buildSkipTlsNotice('options'),
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add option',
			default: {},
			options: [...settingFields, unsignedField],
		},
	],
	subtitle: ({ endpointName }) => (/^ep_/.test(endpointName || '') ? [] : [endpointName]),
	executeItem: async (outbox, context, itemIndex) => {
		// Fields that the chosen platform or authentication does not use are not displayed, and not set.
		const readField = (name: string): unknown =>
			context.getNodeParameter(name, itemIndex, null) ?? undefined;
		const readFields = (names: string[]): Record<string, unknown> =>
			Object.fromEntries(names.map((name) => [name, readField(name)]));

		const { unsigned, ...options } = readField('options') as EndpointFields & {
			unsigned?: boolean;
		};
		const input = toEndpointInput({ ...options, ...readFields(ENDPOINT_FIELDS) });
		const scheme = Object.fromEntries(
			Object.entries(readFields(SCHEME_FIELDS)).filter(([, value]) => value !== undefined),
		) as IDataObject;
		const endpoint = createEndpoint(
			{
				...input,
				signingSecret: readField('signingSecret') as string,
				authentication: {
					...input.authentication,
					...(Object.keys(scheme).length > 0 && {
						...scheme,
						signatureScheme: 'custom',
						toleranceSeconds: 300,
					}),
					...(unsigned && { signatureScheme: 'none' }),
				},
			},
			`ep_${randomUUID()}`,
			outbox.nowMs(),
		);
		await insertEndpoint(outbox, endpoint);
		return toEndpointItem(context, itemIndex, endpoint, revealSecret(endpoint));
	},
});
