import type { INodeProperties } from 'n8n-workflow';

import { hasSigningScheme, PLATFORMS, type Platform } from '../core/platforms';

const showForCustom = { show: { signatureScheme: ['custom'] } };

const buildSchemeOptions = (isOffered: (platform: Platform) => boolean) => [
	{
		name: 'As the Node’s Platform',
		value: 'platform',
		description: 'Scheme of the platform chosen in the node',
	},
	...PLATFORMS.filter(isOffered).map(({ id, name, description }) => ({
		name,
		value: id,
		description,
	})),
	{ name: 'Custom', value: 'custom', description: 'Your own header, algorithm and signed content' },
];

/** Returns the fields of a custom scheme that are needed to sign: one list, hence the length. */
export const customSchemeFields = (
	displayOptions: INodeProperties['displayOptions'],
): INodeProperties[] => [
	{
		displayName: 'Signature Header',
		name: 'signatureHeader',
		type: 'string',
		default: 'X-Signature',
		placeholder: 'e.g. X-Signature',
		displayOptions,
	},
	{
		displayName: 'Algorithm',
		name: 'algorithm',
		type: 'options',
		options: [
			{ name: 'HMAC SHA-1', value: 'hmac-sha1' },
			{ name: 'HMAC SHA-256', value: 'hmac-sha256' },
			{ name: 'HMAC SHA-512', value: 'hmac-sha512' },
		],
		default: 'hmac-sha256',
		displayOptions,
	},
	{
		displayName: 'Encoding',
		name: 'encoding',
		type: 'options',
		options: [
			{ name: 'Base64', value: 'base64' },
			{ name: 'Hex', value: 'hex' },
		],
		default: 'hex',
		displayOptions,
	},
	{
		displayName: 'Signature Prefix',
		name: 'prefix',
		type: 'string',
		default: '',
		placeholder: 'e.g. sha256=',
		description: 'Text before the signature in its header',
		displayOptions,
	},
	{
		displayName: 'Signed Content',
		name: 'signedContent',
		type: 'string',
		default: '{body}',
		placeholder: 'e.g. {timestamp}.{body}',
		description: 'Text that is signed, with the placeholders {body}, {timestamp} and {id}',
		displayOptions,
	},
	{
		displayName: 'ID Header',
		name: 'idHeader',
		type: 'string',
		default: '',
		placeholder: 'e.g. X-Webhook-ID',
		displayOptions,
	},
	{
		displayName: 'Timestamp Header',
		name: 'timestampHeader',
		type: 'string',
		default: '',
		placeholder: 'e.g. X-Timestamp',
		displayOptions,
	},
	{
		displayName: 'Timestamp Unit',
		name: 'timestampUnit',
		type: 'options',
		options: [
			{ name: 'Milliseconds', value: 'ms' },
			{ name: 'Seconds', value: 's' },
		],
		default: 's',
		displayOptions,
	},
];

/**
 * Returns the fields that say how to sign or verify, and with which secrets. Both credentials have this
 * one list of fields, hence its length.
 * @param direction outbound requests may be unsigned, and some schemes can only be verified
 */
export function signatureFields(direction: 'inbound' | 'outbound'): INodeProperties[] {
	const isOutbound = direction === 'outbound';
	const showForSigned = isOutbound ? { hide: { signatureScheme: ['none'] } } : undefined;
	const schemes = buildSchemeOptions(
		isOutbound ? hasSigningScheme : ({ scheme }) => scheme !== undefined,
	);
	return [
		{
			displayName: 'Signature Scheme',
			name: 'signatureScheme',
			type: 'options',
			options: isOutbound
				? [...schemes, { name: 'None', value: 'none', description: 'Requests are not signed' }]
				: schemes,
			default: 'platform',
			description: isOutbound
				? 'Keep the default for the Agent Webhook node, which names the platform. For n8n’s HTTP Request node, choose another scheme.'
				: 'Keep the default, unless callers use another scheme than the node’s platform',
		},
		{
			displayName: 'Signing Secret',
			name: 'signingSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			placeholder: 'e.g. whsec_…',
			description:
				'The current secret, or what the platform uses instead: the content of a private key file, or a public key. To generate a strong secret, use the Agent Webhook node’s operation Signature → Generate Secret, or <code>openssl rand -hex 32</code>.',
			hint: isOutbound
				? 'You and the endpoint’s owner need the same secret: generate one and share it, or enter the one that you got. Standard Webhooks uses whsec_ and base64, as Generate Secret writes it.'
				: 'The caller needs the same secret: copy it from the platform’s webhook settings, or generate one and enter it there',
			displayOptions: showForSigned,
		},
		{
			displayName: 'Additional Signing Secrets',
			name: 'furtherSigningSecrets',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'Other secrets that stay valid while you rotate, separated by spaces',
			displayOptions: showForSigned,
		},
		...customSchemeFields(showForCustom),
		{
			displayName: 'Tolerance (Seconds)',
			name: 'toleranceSeconds',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 300,
			description:
				'Maximum difference between a timestamp and this instance’s clock, in both directions',
			displayOptions: showForCustom,
		},
	];
}
