import type { INodeProperties } from 'n8n-workflow';

import { API_KIND, EVENT_KIND, PLATFORMS, SERVED_KINDS } from '../../../core/platforms';
import type { Platform } from '../../../core/platforms/platform';
import { signsUrl as signsUrlInScheme } from '../../../core/signing/schemeFacts';
import { bigNumbersOption } from '../../shared/properties/bigNumbersOption';
import { buildConditionProperties } from '../../shared/properties/conditionProperties';
import { simplifyField } from '../../shared/properties/simplify';

import { DEFAULT_MAX_REQUESTS } from '../webhook/triggerParameters';

import { bodyFormats, describedByUser, eventPlaces } from './describedOptions';
import { portalOption } from './portalOption';
import { dataSchemas, publicEventTypes } from './schemaOptions';

/** Matches a choice of at least one method. */
const ANY_METHOD = { _cnd: { exists: true } } as const;

const notForServed = { hide: { '/requestKind': SERVED_KINDS } };

const notForApi = { hide: { '/requestKind': [API_KIND] } };

const listIds = (isIncluded: (platform: Platform) => boolean): string[] =>
	PLATFORMS.filter(isIncluded).map(({ id }) => id);

/** Returns whether a platform signs the URL, or may do so because the credential names its scheme. */
const signsUrl = ({ scheme }: Platform): boolean =>
	scheme === undefined || signsUrlInScheme(scheme);

const hasSchema = ({ events }: Platform): boolean => events?.schema !== undefined;

/** Conditions on which a request starts the workflow. */
export const conditionProperties: INodeProperties[] = buildConditionProperties(
	{
		choice:
			'When to start the workflow. Requests that don’t meet the conditions are answered 200 and start nothing.',
		json: 'Conditions in AgenticFlow’s format, tested on the event’s data, or on the body of another request',
		rules:
			'Rules read the whole item, e.g. {{ $json.data.amount }} or {{ $json.headers["x-shop"] }}, also with "Simplify"',
	},
	{ hide: { requestKind: SERVED_KINDS } },
);

/** Chooses between the fields that most workflows need and all of them. */
export const simplifyItems: INodeProperties = {
	...simplifyField,
	hint: 'Turn it off to also get the whole body, headers, query, source address and signature',
	displayOptions: { hide: { requestKind: SERVED_KINDS } },
};

/** The trigger's optional parameters. */
export const options: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [
		{
			displayName: 'Accept Again',
			name: 'acceptAgain',
			type: 'string',
			displayOptions: notForApi,
			default: '',
			placeholder: 'e.g. evt_1NG8Du2eZvKYlo2C',
			description:
				'Duplicate keys of deliveries to accept once more, separated by spaces. Copy them from the duplicate_key field of items, publish the workflow, then let the sender deliver again. To accept all deliveries again, leave this empty, and unpublish and publish the workflow.',
		},
		{
			displayName: 'Allowed Addresses',
			name: 'allowedAddresses',
			type: 'string',
			default: '',
			placeholder: 'e.g. 203.0.113.7, 198.51.100.0/24',
			description:
				'Comma-separated IP addresses and CIDR ranges that may call. Behind a reverse proxy, set N8N_PROXY_HOPS; otherwise every caller has the proxy’s address.',
		},
		{
			displayName: 'Allowed Platforms’ Addresses',
			name: 'allowedPlatformAddresses',
			type: 'multiOptions',
			options: PLATFORMS.filter(({ sourceAddresses }) => sourceAddresses.length > 0).map(
				({ id, name, sourceAddresses }) => ({
					name,
					value: id,
					description: sourceAddresses.join(', '),
				}),
			),
			default: [],
			description: 'Platforms whose published IP addresses may call',
		},
		{
			displayName: 'Authentication Required',
			name: 'require',
			type: 'options',
			displayOptions: { ...notForApi, show: { '/authenticationMethods': [ANY_METHOD] } },
			options: [
				{ name: 'All Chosen Methods', value: 'all' },
				{ name: 'Any Chosen Method', value: 'any' },
			],
			default: 'all',
			description: 'How many of the chosen methods a caller must pass',
		},
		bigNumbersOption,
		bodyFormats,
		{
			displayName: 'Combine Bursts Within (Milliseconds)',
			name: 'combineWindowMs',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 2000 },
			displayOptions: {
				show: { '/requestKind': [EVENT_KIND], '/responseMode': ['onReceived'] },
			},
			default: 25,
			description:
				'Combines events that arrive within this time into one execution, up to 50 items. Callers are answered once n8n has accepted the whole group.',
		},
		{
			displayName: 'Count as Received',
			name: 'receivedWhen',
			type: 'options',
			displayOptions: {
				...notForServed,
				show: { '/responseMode': ['onReceived', 'lastNode'] },
			},
			options: [
				{
					name: 'Answered',
					value: 'answered',
					description: 'As soon as the delivery was answered with success',
				},
				{
					name: 'Finished With Success',
					value: 'finished',
					description:
						'When the workflow has finished with success. Callers wait until then. If the workflow fails, they get 500 and can deliver again.',
				},
			],
			default: 'answered',
			description: 'When duplicates of a delivery no longer start an execution',
		},
		{ ...dataSchemas, displayOptions: describedByUser },
		{
			displayName: 'Duplicate Key',
			name: 'duplicateKey',
			type: 'string',
			displayOptions: notForApi,
			default: '',
			placeholder: 'e.g. header.X-Request-ID, body.order.number',
			description:
				'Comma-separated places of the event’s ID, or of other values that a delivery and its duplicates have in common: header.Name, body.field, query.name, or digest for the whole body. If a header is not signed, a signed request with the same body is also a duplicate. Leave empty for the platform’s own key.',
		},
		{
			displayName: 'Duplicate Window (Minutes)',
			name: 'duplicateWindowMinutes',
			type: 'number',
			displayOptions: notForApi,
			typeOptions: { minValue: 0, maxValue: 10080 },
			default: 1440,
			description:
				'How long duplicates are recognized: they are answered 200 and start no execution. Without this option, it is a day, or as long as the platform retries or a replay is in time, up to a week. Set to 0 to turn this off. Duplicates are remembered in one n8n process, until it restarts.',
			hint: 'If a duplicate must never be processed twice, add n8n’s Remove Duplicates node after the trigger and compare duplicate_key',
		},
		...eventPlaces,
		{
			displayName: 'HTTPS Only',
			name: 'httpsOnly',
			type: 'boolean',
			default: false,
			description:
				'Whether to reject plain HTTP, as the trusted proxy reports it. Without this option the platform’s own rule applies. Behind a reverse proxy, set N8N_PROXY_HOPS.',
		},
		{
			displayName: 'Max Body Size (KB)',
			name: 'maxBodyKilobytes',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 10240,
			description:
				'Larger bodies are answered 413. n8n’s own limit, N8N_PAYLOAD_SIZE_MAX (16 MB by default), applies first.',
		},
		{
			displayName: 'Max Requests per Minute',
			name: 'maxRequestsPerMinute',
			type: 'number',
			typeOptions: { minValue: 1, numberPrecision: 0 },
			displayOptions: { show: { '/requestKind': [API_KIND] } },
			default: DEFAULT_MAX_REQUESTS,
			description:
				'How many requests each key may make in a minute. More are answered 429. Requests are counted in one n8n process.',
		},
		{
			displayName: 'Output Rejected Requests',
			name: 'outputRefused',
			type: 'boolean',
			displayOptions: notForApi,
			default: false,
			description:
				'Whether to send rejected requests to a second output with their reason, for logs and alerts. Each of them then starts an execution, so anyone who knows the URL can start many.',
		},
		portalOption,
		{ ...publicEventTypes, displayOptions: { show: { '/requestKind': [API_KIND] } } },
		{
			displayName: 'Public URL',
			name: 'publicUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://n8n.example.com/webhook/webhooks/events/orders',
			displayOptions: { show: { '/platform': listIds(signsUrl) } },
			description:
				'This webhook’s production URL as the sender knows it, for senders that sign it (HubSpot, Twilio). Test requests may have webhook-test in place of webhook. Leave empty for the URLs that n8n shows.',
		},
		{
			displayName: 'Put Raw Body in Field',
			name: 'rawBodyField',
			type: 'string',
			default: '',
			placeholder: 'e.g. data',
			displayOptions: notForServed,
			description:
				'Name of the binary field for the body’s bytes as they arrived. Leave empty for none.',
		},
		{
			displayName: 'Response Code',
			name: 'responseCode',
			type: 'number',
			displayOptions: {
				...notForServed,
				show: { '/responseMode': ['onReceived', 'lastNode'] },
			},
			typeOptions: { minValue: 200, maxValue: 299, numberPrecision: 0 },
			default: 200,
			description:
				'HTTP status of the response to an accepted request. Without this option, it is the platform’s own, usually 200.',
		},
		{
			displayName: 'Response Data',
			name: 'responseData',
			type: 'options',
			displayOptions: { ...notForServed, show: { '/responseMode': ['lastNode'] } },
			options: [
				{ name: 'All Entries', value: 'allEntries' },
				{ name: 'First Entry JSON', value: 'firstEntryJson' },
				{ name: 'No Data', value: 'noData' },
			],
			default: 'firstEntryJson',
			description: 'Which of the last node’s items to respond with',
		},
		{
			displayName: 'Timestamp Tolerance (Seconds)',
			name: 'toleranceSeconds',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 300,
			description:
				'How far a signed timestamp may differ from this instance’s clock, in both directions. Replaces the platform’s own tolerance.',
		},
		{
			displayName: 'Validate Events',
			name: 'validateEvents',
			type: 'boolean',
			displayOptions: { show: { '/platform': listIds(hasSchema), '/requestKind': [EVENT_KIND] } },
			default: true,
			description:
				'Whether to reject events that do not match the platform’s documentation. Unknown fields and event types are accepted.',
		},
	],
};
