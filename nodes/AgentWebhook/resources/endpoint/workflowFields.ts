import type { INodeProperties } from 'n8n-workflow';

import { CLIENT_TLS_FIELDS } from '../../../../core/credentials/clientTls';
import { OWN_ENDPOINT_PLATFORM } from '../../../shared/properties/deliveryOptions';
import { readResourceLocator } from '../../../shared/properties/locators';

/** The parameters of endpoints that name a workflow in this n8n. */

const WORKFLOW = 'workflow';

export const deliverToField: INodeProperties = {
	displayName: 'Deliver To',
	name: 'deliverTo',
	type: 'options',
	noDataExpression: true,
	options: [
		{ name: 'URL', value: 'url', description: 'Send events as signed requests' },
		{
			name: 'Workflow',
			value: WORKFLOW,
			description: 'Start a workflow in this n8n with the events',
		},
	],
	default: 'url',
};

export const workflowField: INodeProperties = {
	displayName: 'Workflow',
	name: 'workflowId',
	type: 'workflowSelector',
	default: '',
	description:
		'Published workflow that starts with "When Executed by Another Workflow". It gets one item for each event.',
};

export const transformField: INodeProperties = {
	displayName: 'Transform With Workflow',
	name: 'transformWorkflowId',
	type: 'workflowSelector',
	default: '',
	description:
		'Published workflow that makes the bodies of the requests. It gets one item for each delivery, and must return one item with the field <code>body</code> for each. To stop using it, update the endpoint with this field empty.',
};

/** Shows a parameter only for an endpoint that is a workflow. */
export const showForWorkflow = (field: INodeProperties): INodeProperties => ({
	...field,
	displayOptions: {
		...field.displayOptions,
		show: { ...field.displayOptions?.show, '/deliverTo': [WORKFLOW] },
	},
});

/** Hides a parameter that is about requests for an endpoint that is a workflow. */
export const hideForWorkflow = (field: INodeProperties): INodeProperties => ({
	...field,
	displayOptions: {
		...field.displayOptions,
		hide: { ...field.displayOptions?.hide, '/deliverTo': [WORKFLOW] },
	},
});

/** The platform of a workflow: it decides about retries, and which API may show the endpoint. */
export const workflowPlatformField: INodeProperties = showForWorkflow({
	displayName: 'Platform',
	name: 'platform',
	type: 'hidden',
	default: OWN_ENDPOINT_PLATFORM,
});

/** Names of the options that are about requests. */
const REQUEST_OPTIONS = new Set([
	...CLIENT_TLS_FIELDS,
	'allowHttp',
	'allowInternal',
	'cloudEventMode',
	'eventSource',
	'headers',
	'retryStatuses',
	'skipTlsCheck',
	'transformWorkflowId',
	'unsigned',
]);

/** Hides an option for an endpoint that is a workflow, if it is about requests. */
export const hideRequestOption = (option: INodeProperties): INodeProperties =>
	REQUEST_OPTIONS.has(option.name) ? hideForWorkflow(option) : option;

/** Reads the choice of a workflow. @returns its ID, or an empty text if none is chosen */
export const readWorkflowChoice = (value: unknown): string => readResourceLocator(value).text;
