import type { INodeProperties } from 'n8n-workflow';

import { EVENT_KIND, listSendableKinds, PLATFORMS } from '../../../../core/platforms';
import {
	OWN_ENDPOINT_HINT,
	OWN_ENDPOINT_PLATFORM,
	buildSkipTlsNotice,
} from '../../../shared/properties/deliveryOptions';
import { eventTypeLocator } from '../../../shared/properties/locators';
import { buildNotice } from '../../../shared/properties/notice';
import {
	CATALOGS,
	buildEventTypeProperties,
	buildPlatformProperty,
	buildRequestKindProperties,
} from '../../../shared/properties/platformProperties';
import { buildRetryProperties } from '../../../shared/properties/retryProperties';

import { dataProperties } from './sendDataProperties';
import { endpointOptions, subscriberOptions } from './sendOptions';

/** The values of the parameter `sendTo`. */
const TO_ENDPOINT = 'endpoint';
export const TO_SUBSCRIBERS = 'subscribers';

/** The value of `eventTypeSource` for an event type of the outbox's catalog. */
export const CATALOG_SOURCE = 'catalog';

/** The value of `eventType` for a type that is not in the platform's catalog. */
export const OTHER_EVENT_TYPE = '__other__';

const platformsWithCatalog = CATALOGS.map(({ id }) => id);
const platformsWithoutCatalog = PLATFORMS.filter(({ events }) => events?.types.length === 0).map(
	({ id }) => id,
);

const customEventType: INodeProperties = {
	displayName: 'Event Type',
	name: 'customEventType',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. order.created',
	description: 'Name by which receivers know the event',
};

const eventTypeChoice: INodeProperties[] = [
	...buildEventTypeProperties({ requestKind: [EVENT_KIND] }, [
		{ name: 'Other (Name It Below)', value: OTHER_EVENT_TYPE },
	]),
	{
		...customEventType,
		displayName: 'Event Type Name',
		displayOptions: {
			show: {
				platform: platformsWithCatalog,
				requestKind: [EVENT_KIND],
				eventType: [OTHER_EVENT_TYPE],
			},
		},
	},
	{
		...customEventType,
		displayOptions: { show: { platform: platformsWithoutCatalog, requestKind: [EVENT_KIND] } },
	},
];

/** The parameters for the content to send to one endpoint, and its URL. */
const endpointProperties: INodeProperties[] = [
	{
		...buildPlatformProperty(
			'Platform whose events to send, or that receives the request. It determines the format and the signature of requests.',
			(platform) => listSendableKinds(platform).length > 0,
		),
		default: OWN_ENDPOINT_PLATFORM,
		hint: OWN_ENDPOINT_HINT,
	},
	...buildRequestKindProperties(
		'What to Send',
		'An event in the platform’s format, or a request that the platform receives',
		listSendableKinds,
		({ id }) => id === EVENT_KIND,
	),
	{
		displayName: 'Endpoint URL',
		name: 'url',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. https://example.com/webhooks',
		description: 'URL to send to',
	},
	{
		displayName: 'Sign and Authenticate',
		name: 'useCredential',
		type: 'boolean',
		default: true,
		noDataExpression: true,
		description: 'Whether to sign with a credential',
	},
	buildNotice(
		'unsignedNotice',
		'Requests are not signed, so receivers cannot tell them from forged ones.',
		{ show: { useCredential: [false] } },
	),
	...eventTypeChoice,
];

const subscriberProperties: INodeProperties[] = [
	buildNotice(
		'outboxNotice',
		'The event goes to every registered endpoint that subscribes to it. Endpoint → Create registers one.',
	),
	{
		displayName: 'Event Type From',
		name: 'eventTypeSource',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'Catalog',
				value: CATALOG_SOURCE,
				description: 'An event type that Event Type → Create has added',
			},
			{ name: 'Name Below', value: 'name', description: 'Any name that you enter' },
		],
		default: 'name',
	},
	{ ...eventTypeLocator, displayOptions: { show: { eventTypeSource: [CATALOG_SOURCE] } } },
	{ ...customEventType, displayOptions: { show: { eventTypeSource: ['name'] } } },
];

/** Shows a parameter for one of the two ways to send. */
const showFor =
	(sendTo: string) =>
	(property: INodeProperties): INodeProperties => ({
		...property,
		displayOptions: {
			...property.displayOptions,
			show: { ...property.displayOptions?.show, sendTo: [sendTo] },
		},
	});

/** The parameters of Event → Send. */
export const properties: INodeProperties[] = [
	{
		displayName: 'Send To',
		name: 'sendTo',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'All Subscribed Endpoints',
				value: TO_SUBSCRIBERS,
				description: 'The registered endpoints, with a log of every attempt',
			},
			{ name: 'One Endpoint', value: TO_ENDPOINT, description: 'The URL entered below' },
		],
		default: TO_ENDPOINT,
	},
	...endpointProperties.map(showFor(TO_ENDPOINT)),
	...subscriberProperties.map(showFor(TO_SUBSCRIBERS)),
	...dataProperties,
	...[
		...buildRetryProperties(
			PLATFORMS.filter((platform) => listSendableKinds(platform).length > 0),
			1,
		),
		buildSkipTlsNotice('options'),
		endpointOptions,
	].map(showFor(TO_ENDPOINT)),
	showFor(TO_SUBSCRIBERS)(subscriberOptions),
];
