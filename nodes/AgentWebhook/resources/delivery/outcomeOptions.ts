import type { INodePropertyOptions } from 'n8n-workflow';

/** The outcomes of an attempt, as options. */
export const outcomeOptions: INodePropertyOptions[] = [
	{
		name: 'Blocked',
		value: 'blocked',
		description: 'This n8n does not allow requests to the address',
	},
	{ name: 'Body Too Large', value: 'body_too_large' },
	{ name: 'Connection Error', value: 'connection' },
	{ name: 'DNS Error', value: 'dns' },
	{ name: 'Gone', value: 'gone', description: '410: the endpoint wants no more deliveries' },
	{
		name: 'Invalid Request',
		value: 'invalid_request',
		description: 'The request could not be built, e.g. without a signing secret',
	},
	{
		name: 'Permanent Error',
		value: 'permanent',
		description: 'A status that is not retried, such as 400',
	},
	{ name: 'Redirect', value: 'redirect' },
	{
		name: 'Retryable Error',
		value: 'retryable',
		description: 'A status that is retried, such as 500',
	},
	{ name: 'Success', value: 'success' },
	{
		name: 'Throttled',
		value: 'throttled',
		description: '429, 502, 504, or a status that came with Retry-After',
	},
	{ name: 'Timeout', value: 'timeout' },
	{ name: 'TLS Error', value: 'tls' },
	{
		name: 'Token Rejected',
		value: 'token_rejected',
		description: 'The endpoint’s OAuth2 server rejected the request for a token',
	},
	{
		name: 'Token Server Unavailable',
		value: 'token_unavailable',
		description: 'The endpoint’s OAuth2 server did not answer, or answered with an error',
	},
	{
		name: 'Transform Failed',
		value: 'transform_failed',
		description: 'The workflow that makes the bodies returned no valid body',
	},
	{
		name: 'Workflow Failed',
		value: 'workflow_failed',
		description: 'The endpoint’s workflow ended with an error, or could not be started',
	},
];
