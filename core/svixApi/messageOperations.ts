import { PATHS, create, read, remove, replay, type Operation } from './svixOperation';

const { app, endpoint, message } = PATHS;

/** The operations on messages and their attempts. */
export const MESSAGE_OPERATIONS = {
	'v1.message.list': {
		...read,
		path: `${app}/msg`,
		summary: 'List messages, the newest first',
		query: 'messages',
		replies: { 200: 'ListResponseMessageOut' },
	},
	'v1.message.create': {
		...create,
		right: 'send',
		path: `${app}/msg`,
		summary: 'Send a message to the endpoints of an application',
		query: 'content',
		body: 'MessageIn',
		replies: { 202: 'MessageOut' },
	},
	'v1.message.get': {
		...read,
		path: message,
		summary: 'Get a message',
		query: 'content',
		replies: { 200: 'MessageOut' },
	},
	'v1.message.expunge-content': {
		...remove,
		path: `${message}/content`,
		summary: 'Delete the payload of a message',
	},
	'v1.message-attempt.list-by-endpoint': {
		...read,
		path: `${app}/attempt/endpoint/{endpoint_id}`,
		summary: 'List the attempts of an endpoint',
		query: 'attemptsByEndpoint',
		replies: { 200: 'ListResponseMessageAttemptOut' },
	},
	'v1.message-attempt.list-by-msg': {
		...read,
		path: `${app}/attempt/msg/{msg_id}`,
		summary: 'List the attempts of a message',
		query: 'attemptsByMessage',
		replies: { 200: 'ListResponseMessageAttemptOut' },
	},
	'v1.message-attempt.list-attempted-messages': {
		...read,
		path: `${endpoint}/msg`,
		summary: 'List the messages of an endpoint',
		query: 'endpointMessages',
		replies: { 200: 'ListResponseEndpointMessageOut' },
	},
	'v1.message-attempt.list-attempted-destinations': {
		...read,
		path: `${message}/endpoint`,
		summary: 'List the endpoints of a message',
		query: 'page',
		replies: { 200: 'ListResponseMessageEndpointOut' },
	},
	'v1.message-attempt.get': {
		...read,
		path: `${message}/attempt/{attempt_id}`,
		summary: 'Get an attempt',
		query: 'attempt',
		replies: { 200: 'MessageAttemptOut' },
	},
	'v1.message-attempt.expunge-content': {
		...remove,
		path: `${message}/attempt/{attempt_id}/content`,
		summary: 'Delete the response of an attempt',
	},
	'v1.message-attempt.resend': {
		...replay,
		path: `${message}/endpoint/{endpoint_id}/resend`,
		summary: 'Send a message to an endpoint again',
		replies: { 202: 'EmptyResponse' },
	},
} satisfies Record<string, Operation>;
