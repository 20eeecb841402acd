import partition from 'lodash/partition';
import uniq from 'lodash/uniq';
import type { INodeProperties } from 'n8n-workflow';

import {
	API_KIND,
	getPlatform,
	MANAGEMENT_KIND,
	PLATFORMS,
	SERVED_KINDS,
	type Evidence,
	type Platform,
} from '../../../core/platforms';
import { buildNotice } from '../../shared/properties/notice';
import {
	buildPlatformProperty,
	buildRequestKindProperties,
} from '../../shared/properties/platformProperties';
import { setupNotices } from '../../shared/properties/setupNotices';

import { AS_THE_PLATFORM } from '../webhook/triggerParameters';
import { authenticationNotices, responseNotices } from './notices';
import { conditionProperties, options, simplifyItems } from './options';
import { registerProperties } from './registerProperties';
import { showForEvents } from './showForEvents';

/** Returns the trigger's action for a platform, which n8n's node creator lists: only a signature verifies. */
function getAction({ events, name, triggerAction }: Platform): string {
	const { methods = ['signature'] } = events?.authentication ?? {};
	const article = /^[AEIO]/.test(name) ? 'an' : 'a';
	if (triggerAction !== undefined) return triggerAction;
	if (methods.includes('signature')) return `On a verified ${name} webhook`;
	return methods.length === 1
		? `On ${article} ${name} webhook with its token`
		: `On ${article} ${name} webhook`;
}

const EVIDENCE_TEXTS: Record<Evidence, string> = {
	'official library': 'tested with its own library',
	'official page': 'built from its documentation',
	'official vector': 'tested with a request that it published',
};

/** Describes a platform's authentication, and how it is known. */
const describePlatform = ({ description, evidence }: Platform): string =>
	evidence === undefined ? description : `${description} (${EVIDENCE_TEXTS[evidence]})`;

const platform = buildPlatformProperty(
	'The platform that sends the requests, which determines their format and signature',
);

/** With this label and an action for each option, n8n's node creator lists one trigger per platform. */
const triggerOn: INodeProperties = {
	...platform,
	displayName: 'Trigger On',
	options: platform.options?.map((option) => {
		if (!('value' in option)) return option;
		const chosen = getPlatform(String(option.value));
		return { ...option, description: describePlatform(chosen), action: getAction(chosen) };
	}),
	default: 'custom',
};

const [LISTED, UNLISTED] = partition(
	PLATFORMS.filter(({ events }) => events !== undefined),
	({ events }) => (events?.types.length ?? 0) > 0,
);

/** n8n loads the chosen platform's event types when its list is opened, because all lists at once would be long. */
const LOADED_TYPES: INodeProperties['typeOptions'] = {
	loadOptionsMethod: 'getEventTypes',
	loadOptionsDependsOn: ['platform'],
};

/** The list of the chosen platform's event types. */
const eventTypesList: INodeProperties = {
	displayName: 'Event Types',
	name: 'events',
	type: 'multiOptions',
	noDataExpression: true,
	typeOptions: LOADED_TYPES,
	// With an empty list, the editor clears the types of the platform chosen before; without one, it keeps them.
	options: [],
	default: [],
	description: 'Event types that start the workflow. Leave empty for all.',
};

/** A text field for event types of any name, below the list if the platform has one. */
const buildEventTypesField = (displayName: string, use: string): INodeProperties => ({
	displayName,
	name: 'eventTypes',
	type: 'string',
	default: '',
	placeholder: 'e.g. order.created, invoice.*',
	description: `Comma-separated event types ${use}. A * matches any text, e.g. order.* or *.failed. Case does not matter. Events of other types are answered 200 and start no execution.`,
});

const otherEventTypes = buildEventTypesField(
	'Other Event Types',
	'in addition to those chosen above',
);
const anyEventTypes = buildEventTypesField(
	'Event Types',
	'that start the workflow. Leave empty for all',
);

const eventTypesFields: INodeProperties[] = [
	...showForEvents(LISTED).flatMap((displayOptions) => [
		{ ...eventTypesList, displayOptions },
		{ ...otherEventTypes, displayOptions },
	]),
	...showForEvents(UNLISTED).map((displayOptions) => ({ ...anyEventTypes, displayOptions })),
];

const managementPaths = uniq(
	PLATFORMS.flatMap(({ management }) => (management ? [management.path] : [])),
);

/** The trigger's parameters, in the editor's order. */
export const properties: INodeProperties[] = [
	triggerOn,
	...buildRequestKindProperties(
		'Request Kind',
		'Kind of request to accept. A request without its required fields is rejected with the reason.',
	),
	...eventTypesFields,
	{
		displayName: 'Path',
		name: 'path',
		type: 'string',
		default: '',
		// Not with `noDataExpression`: n8n would then strip a leading = each time it loads the workflow, and the
		// URL would depend on who loads it. An expression is rejected when the workflow is published.
		placeholder: 'e.g. orders',
		description:
			'A readable end of the URL, e.g. webhooks/events/orders. Use letters, digits, dots, hyphens, underscores and tildes. Leave empty for a unique URL, which stays the same. A copy of this node has the same URL until you change its path.',
		hint: 'Leave empty to keep the unique URL under "Webhook URLs" above',
	},
	buildNotice(
		'managementNotice',
		`The URL above is the list of webhooks; the base URL to give to callers is the part before ${managementPaths.join(' or ')}. Connect this trigger to an Agent Webhook node with the operation Endpoint → Answer Management Request and the same Outbox credential.`,
		{ show: { requestKind: [MANAGEMENT_KIND] } },
	),
	buildNotice(
		'apiNotice',
		'The URL above without /api/v1 is the server URL for Svix’s clients; create keys with Tenant → Create API Key. Connect this trigger to an Agent Webhook node with the operation Endpoint → Answer API Request and the same Outbox credential.',
		{ show: { requestKind: [API_KIND] } },
	),
	{
		displayName: 'Authentication',
		name: 'authenticationMethods',
		type: 'multiOptions',
		noDataExpression: true,
		displayOptions: { hide: { requestKind: [API_KIND] } },
		options: [
			{
				name: 'As the Platform Asks',
				value: AS_THE_PLATFORM,
				description:
					'The platform’s signature, or whichever of its methods are on in the credential. Other methods that you choose are also required.',
			},
			{
				name: 'Basic',
				value: 'basic',
				description: 'A user and password in the Authorization header',
			},
			{
				name: 'Bearer Token',
				value: 'bearer',
				description: 'A token in the Authorization header',
			},
			{
				name: 'Body Token',
				value: 'bodyToken',
				description: 'A token in a field of the body, which the credential names',
			},
			{
				name: 'Header Token',
				value: 'headerToken',
				description: 'A token in a header that the credential names',
			},
			{
				name: 'Signature',
				value: 'signature',
				description: 'A signature over the body, made with a shared secret',
			},
			{ name: 'URL Token', value: 'urlToken', description: 'A token in the URL, as ?token=' },
		],
		default: ['platform'],
		description:
			'How callers must authenticate. If you choose several, callers must pass all of them.',
	},
	// Below Authentication, which they depend on: above it, n8n would read each of them twice.
	...setupNotices,
	...authenticationNotices,
	...registerProperties,
	...conditionProperties,
	{
		displayName: 'Respond',
		name: 'responseMode',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'Immediately',
				value: 'onReceived',
				description: 'As soon as the execution has started, as the platform expects it',
			},
			{
				name: 'Using the Agent Webhook Node',
				value: 'responseNode',
				description: 'With its operation Webhook → Respond, later in this workflow',
			},
			{
				name: 'When Last Node Finishes',
				value: 'lastNode',
				description: 'With the output of the last node',
			},
		],
		default: 'onReceived',
		description: 'When to answer an accepted request, and with what',
		displayOptions: { hide: { requestKind: SERVED_KINDS } },
	},
	...responseNotices,
	simplifyItems,
	options,
];
