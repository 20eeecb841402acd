import { randomUUID } from 'crypto';
import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { createEndpoint } from '../../../../core/outbox/endpoint/lifecycle';
import { insertEndpoint } from '../../../../core/outbox/endpoint/repository';
import { getPlatform } from '../../../../core/platforms';
import { buildSkipTlsNotice, deliveryOptions } from '../../../shared/properties/deliveryOptions';
import { hideWithoutRetries, RETRY_PARAMETERS } from '../../../shared/properties/retryProperties';
import { simplifyField } from '../../../shared/properties/simplify';
import { tenantField } from '../../../shared/properties/tenantProperties';
import { buildOutboxOperation } from '../outboxOperation';

import { revealSecret, secretNotice, toEndpointItem } from './endpointItem';
import {
	buildBatchNotice,
	catalogEventTypesField,
	endpointAuthentication,
	eventTypesField,
	HTTPS_ONLY_PLATFORMS,
	nameField,
	platformField,
	retryProperties,
	schemeFields,
	settingFields,
	signingSecretFields,
	urlField,
} from './endpointFields';
import { toEndpointInput, type EndpointFields } from './readEndpointFields';
import { requireTypedSecret } from './typedSecret';
import {
	deliverToField,
	hideForWorkflow,
	hideRequestOption,
	showForWorkflow,
	transformField,
	workflowField,
	workflowPlatformField,
} from './workflowFields';

const unsignedField: INodeProperties = {
	displayName: 'Unsigned',
	name: 'unsigned',
	type: 'boolean',
	default: false,
	description:
		'Whether to send requests without a signature. The receiver cannot tell who sent them.',
};

const ENDPOINT_FIELDS = [
	...[
		nameField,
		urlField,
		workflowField,
		platformField,
		eventTypesField,
		...endpointAuthentication,
	].map(({ name }) => name),
	...RETRY_PARAMETERS,
];

const SCHEME_FIELDS = schemeFields.filter(({ type }) => type !== 'notice').map(({ name }) => name);

/** Hides Allow Plain HTTP for platforms that accept only HTTPS. */
const hideHttpIfForbidden = (field: INodeProperties): INodeProperties =>
	field.name === 'allowHttp'
		? { ...field, displayOptions: { hide: { '/platform': HTTPS_ONLY_PLATFORMS } } }
		: field;

export const createOperation = buildOutboxOperation({
	name: 'Create',
	action: 'Create an endpoint',
	description: 'Register an endpoint and the event types to send to it',
	properties: [
		{ ...nameField, required: true },
		deliverToField,
		hideForWorkflow({ ...urlField, required: true }),
		showForWorkflow({ ...workflowField, required: true }),
		hideForWorkflow(platformField),
		workflowPlatformField,
		eventTypesField,
		...signingSecretFields.map(hideForWorkflow),
		hideForWorkflow(secretNotice),
		...schemeFields.map(hideForWorkflow),
		...endpointAuthentication.map(hideForWorkflow),
		...retryProperties,
		simplifyField,
		buildSkipTlsNotice('options'),
		buildBatchNotice('options'),
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add option',
			default: {},
			options: [
				...settingFields.map(hideHttpIfForbidden),
				catalogEventTypesField,
				hideWithoutRetries(deliveryOptions.retryStatuses),
				tenantField,
				transformField,
				unsignedField,
			]
				.map(hideRequestOption)
				.sort((a, b) => a.displayName.localeCompare(b.displayName)),
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
		const signingSecret = (readField('signingSecret') as string | undefined) ?? '';
		requireTypedSecret('Signing Secret', signingSecret, getPlatform(input.platform ?? ''));
		const endpoint = createEndpoint(
			{
				...input,
				signingSecret,
				tenantId: outbox.tenantId,
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
