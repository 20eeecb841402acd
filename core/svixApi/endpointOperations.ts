import {
	PATHS,
	change,
	create,
	read,
	remove,
	replace,
	replay,
	type Operation,
} from './svixOperation';

const { app, endpoint } = PATHS;

/** The operations on endpoints. */
export const ENDPOINT_OPERATIONS = {
	'v1.endpoint.list': {
		...read,
		path: `${app}/endpoint`,
		summary: 'List endpoints',
		query: 'ordered',
		replies: { 200: 'ListResponseEndpointOut' },
	},
	'v1.endpoint.create': {
		...create,
		path: `${app}/endpoint`,
		summary: 'Create an endpoint',
		body: 'EndpointIn',
		replies: { 201: 'EndpointOut' },
	},
	'v1.endpoint.get': {
		...read,
		path: endpoint,
		summary: 'Get an endpoint',
		replies: { 200: 'EndpointOut' },
	},
	'v1.endpoint.update': {
		...replace,
		path: endpoint,
		summary: 'Replace an endpoint, or create it',
		body: 'EndpointUpdate',
		replies: { 200: 'EndpointOut', 201: 'EndpointOut' },
	},
	'v1.endpoint.patch': {
		...change,
		path: endpoint,
		summary: 'Change an endpoint',
		body: 'EndpointPatch',
		replies: { 200: 'EndpointOut' },
	},
	'v1.endpoint.delete': { ...remove, path: endpoint, summary: 'Delete an endpoint' },
	'v1.endpoint.get-headers': {
		...read,
		path: `${endpoint}/headers`,
		summary: 'Get the headers that are sent to an endpoint',
		replies: { 200: 'EndpointHeadersOut' },
	},
	'v1.endpoint.update-headers': {
		...replace,
		path: `${endpoint}/headers`,
		summary: 'Replace the headers that are sent to an endpoint',
		body: 'EndpointHeadersIn',
		replies: { 204: null },
	},
	'v1.endpoint.patch-headers': {
		...change,
		path: `${endpoint}/headers`,
		summary: 'Change the headers that are sent to an endpoint',
		body: 'EndpointHeadersPatchIn',
		replies: { 204: null },
	},
	'v1.endpoint.get-secret': {
		...read,
		right: 'secrets',
		path: `${endpoint}/secret`,
		summary: 'Get the signing secret of an endpoint',
		replies: { 200: 'EndpointSecretOut' },
	},
	'v1.endpoint.rotate-secret': {
		...create,
		path: `${endpoint}/secret/rotate`,
		summary: 'Replace the signing secret of an endpoint',
		body: 'EndpointSecretRotateIn',
		replies: { 204: null },
	},
	'v1.endpoint.recover': {
		...replay,
		path: `${endpoint}/recover`,
		summary: 'Resend the failed messages of an endpoint',
		body: 'RecoverIn',
		replies: { 202: 'RecoverOut' },
	},
	'v1.endpoint.recovery': {
		...replay,
		path: `${endpoint}/recovery`,
		summary: 'Count or resend the failed or missing messages of an endpoint',
		body: 'RecoveryIn',
		replies: { 200: 'RecoveryOut' },
	},
	'v1.endpoint.get-message': {
		...read,
		path: `${endpoint}/msg/{msg_id}`,
		summary: 'Get a message with the attempts to deliver it to an endpoint',
		replies: { 200: 'EndpointMessageOut' },
	},
	'v1.endpoint.send-example': {
		...create,
		path: `${endpoint}/send-example`,
		summary: 'Send the example of an event type to an endpoint',
		body: 'EventExampleIn',
		replies: { 200: 'MessageOut' },
	},
	'v1.endpoint.get-stats': {
		...read,
		path: `${endpoint}/stats`,
		summary: 'Count the messages of an endpoint',
		query: 'stats',
		replies: { 200: 'EndpointStats' },
	},
} satisfies Record<string, Operation>;
