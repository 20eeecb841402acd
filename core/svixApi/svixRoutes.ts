import { ENDPOINT_OPERATIONS } from './endpointOperations';
import { MESSAGE_OPERATIONS } from './messageOperations';
import { change, create, PATHS, read, remove, replace, type Operation } from './svixOperation';

/**
 * The operations of Svix's open source server, by Svix's own IDs (https://api.svix.com/docs), and what only this server
 * has: `v1.portal.get`, `v1.endpoint.get-message`, `v1.endpoint.recovery`, and an endpoint's authentication and delivery
 * settings.
 */

const { app, eventType } = PATHS;

const isForAll = true as const;
const health = {
	...read,
	right: null,
	summary: 'Check that the server answers',
	isPublic: true,
	replies: { 204: null },
} as const;

export const OPERATIONS = {
	'v1.application.list': {
		...read,
		path: 'app',
		summary: 'List applications',
		isForAll,
		query: 'ordered',
		replies: { 200: 'ListResponseApplicationOut' },
	},
	'v1.application.create': {
		...create,
		path: 'app',
		summary: 'Create an application',
		isForAll,
		query: 'createApplication',
		body: 'ApplicationIn',
		replies: { 200: 'ApplicationOut', 201: 'ApplicationOut' },
	},
	'v1.application.get': {
		...read,
		path: app,
		summary: 'Get an application',
		replies: { 200: 'ApplicationOut' },
	},
	'v1.application.update': {
		...replace,
		path: app,
		summary: 'Replace an application, or create it',
		isForAll,
		body: 'ApplicationIn',
		replies: { 200: 'ApplicationOut', 201: 'ApplicationOut' },
	},
	'v1.application.patch': {
		...change,
		path: app,
		summary: 'Change an application',
		isForAll,
		body: 'ApplicationPatch',
		replies: { 200: 'ApplicationOut' },
	},
	'v1.application.delete': {
		...remove,
		path: app,
		summary: 'Delete an application with everything it has',
		isForAll,
	},
	...ENDPOINT_OPERATIONS,
	...MESSAGE_OPERATIONS,
	'v1.portal.get': {
		...read,
		path: `${app}/portal`,
		summary: 'Get what a portal shows: endpoints, a week of deliveries, event types',
		replies: { 200: 'PortalOut' },
	},
	'v1.authentication.app-portal-access': {
		...create,
		path: 'auth/app-portal-access/{app_id}',
		summary: 'Create a key for an application’s portal',
		isForAll,
		body: 'AppPortalAccessIn',
		replies: { 200: 'AppPortalAccessOut' },
	},
	'v1.authentication.logout': {
		...create,
		right: null,
		path: 'auth/logout',
		summary: 'Withdraw the key of a portal',
		replies: { 204: null },
	},
	'v1.event-type.list': {
		...read,
		path: 'event-type',
		summary: 'List event types',
		query: 'eventTypes',
		replies: { 200: 'ListResponseEventTypeOut' },
	},
	'v1.event-type.create': {
		...create,
		path: 'event-type',
		summary: 'Create an event type, or unarchive it',
		isForAll,
		body: 'EventTypeIn',
		replies: { 201: 'EventTypeOut' },
	},
	'v1.event-type.get': {
		...read,
		path: eventType,
		summary: 'Get an event type',
		replies: { 200: 'EventTypeOut' },
	},
	'v1.event-type.update': {
		...replace,
		path: eventType,
		summary: 'Replace an event type, or create it',
		isForAll,
		body: 'EventTypeUpdate',
		replies: { 200: 'EventTypeOut', 201: 'EventTypeOut' },
	},
	'v1.event-type.patch': {
		...change,
		path: eventType,
		summary: 'Change an event type',
		isForAll,
		body: 'EventTypePatch',
		replies: { 200: 'EventTypeOut' },
	},
	'v1.event-type.delete': {
		...remove,
		path: eventType,
		summary: 'Archive an event type, or delete it',
		isForAll,
		query: 'deleteEventType',
	},
	'v1.health.get': { ...health, path: 'health' },
	'v1.health.head': { ...health, method: 'HEAD', path: 'health' },
	'v1.health.ping': { ...health, path: 'health/ping' },
	'v1.health.ping-head': { ...health, method: 'HEAD', path: 'health/ping' },
	'v1.openapi.get': {
		...read,
		right: null,
		path: 'openapi.json',
		summary: 'Get this document',
		isPublic: true,
		replies: { 200: 'OpenApi' },
	},
} satisfies Record<string, Operation>;

export type OperationId = keyof typeof OPERATIONS;

/** The operation with an ID. */
export const getOperation = (id: OperationId): Operation => OPERATIONS[id];

export const OPERATION_IDS = Object.keys(OPERATIONS) as OperationId[];
