import type { INodeProperties } from 'n8n-workflow';

import { EVENT_KIND, PLATFORMS } from '../../../core/platforms';

import { showForEvents } from './showForEvents';

const register: INodeProperties = {
	displayName: 'Register at the Platform',
	name: 'register',
	type: 'boolean',
	noDataExpression: true,
	default: false,
	description:
		'Whether to create the webhook at the platform when the workflow is published, and delete it when the workflow is unpublished',
};

const withManagement = PLATFORMS.filter(({ management }) => management !== undefined);
const withRegistration = PLATFORMS.filter(({ registration }) => registration !== undefined);

/** n8n loads the server's event types when the list is opened. */
const LOADED_TYPES: INodeProperties['typeOptions'] = {
	loadOptionsMethod: 'getServerEventTypes',
	loadOptionsDependsOn: ['platform'],
};

/** The list of the event types of a server. */
const subscribedTypes: INodeProperties = {
	displayName: 'Event Types to Register For',
	name: 'subscribedTypes',
	type: 'multiOptions',
	noDataExpression: true,
	typeOptions: LOADED_TYPES,
	options: [],
	default: [],
	description: 'Event types that the server sends. Leave empty for all.',
	hint: 'The list comes from the server in the Platform Account credential',
};

/** The parameters for the registration of the trigger's URL. */
export const registerProperties: INodeProperties[] = [
	{
		...register,
		displayOptions: {
			show: { platform: withManagement.map(({ id }) => id), requestKind: [EVENT_KIND] },
		},
	},
	...showForEvents(withRegistration).flatMap((displayOptions) => [
		{
			...register,
			description:
				'Whether to create an endpoint at a server that speaks Svix’s API when the workflow is published, and delete it when the workflow is unpublished. The server gets the signing secret of the Receiving credential.',
			displayOptions,
		},
		{
			...subscribedTypes,
			displayOptions: { show: { ...displayOptions?.show, register: [true] } },
		},
	]),
];
