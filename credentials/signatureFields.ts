import type { INodeProperties } from 'n8n-workflow';

import { hasSigningScheme, PLATFORMS, type Platform } from '../core/platforms';

const whereCustom = { show: { signatureScheme: ['custom'] } };

const schemeOptions = (fits: (profile: Platform) => boolean) => [
	{
		name: 'As the Node’s Platform',
		value: 'platform',
		description: 'What the platform chosen in the node signs with',
	},
	...PLATFORMS.filter(fits).map(({ id, name, description }) => ({
		name,
		value: id,
		description,
	})),
	{ name: 'Custom', value: 'custom', description: 'Your own header, algorithm and signed content' },
];

/** The fields of a scheme of one's own, as far as signing needs them. */
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
		description: 'What stands before the signature in its header',
		displayOptions,
	},
	{
		displayName: 'Signed Content',
		name: 'signedContent',
		type: 'string',
		default: '{body}',
		placeholder: 'e.g. {timestamp}.{body}',
		description: 'What is signed, from {body}, {timestamp} and {id}',
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
 * The fields that say how to sign or verify, and with which secrets. Both credentials have them.
 * @param direction outbound requests may be left unsigned, and not every scheme can be signed in
 */
export function signatureFields(direction: 'inbound' | 'outbound'): INodeProperties[] {
	const optional = direction === 'outbound';
	const whereSigned = optional ? { hide: { signatureScheme: ['none'] } } : undefined;
	const schemes = schemeOptions(optional ? hasSigningScheme : ({ scheme }) => scheme !== undefined);
	return [
		{
			displayName: 'Signature Scheme',
			name: 'signatureScheme',
			type: 'options',
			options: optional
				? [...schemes, { name: 'None', value: 'none', description: 'Requests are not signed' }]
				: schemes,
			default: 'platform',
			description: optional
				? 'Leave it as it is for the Agent Webhook node, which names the platform. n8n’s HTTP Request node needs another choice.'
				: 'Leave it as it is, unless callers sign in another manner than the node’s platform',
		},
		{
			displayName: 'Signing Secret',
			name: 'signingSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			placeholder: 'e.g. whsec_…',
			description:
				'The current secret, or what the platform has in its place: the content of a private key file, or a public key. To make a good one, run the Agent Webhook node’s operation Signature → Generate Secret, or <code>openssl rand -hex 32</code>.',
			hint: optional
				? 'The endpoint’s owner needs the same one: make it and hand it over, or take the one that you were given. For Standard Webhooks it is whsec_ and base64, as Generate Secret makes it.'
				: 'The caller has the same one: copy it from the platform’s webhook settings, or make it and put it in there',
			displayOptions: whereSigned,
		},
		{
			displayName: 'Further Signing Secrets',
			name: 'furtherSigningSecrets',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'Secrets that are valid beside the current one while you rotate, with spaces between them',
			displayOptions: whereSigned,
		},
		...customSchemeFields(whereCustom),
		{
			displayName: 'Tolerance (Seconds)',
			name: 'toleranceSeconds',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 300,
			description: 'How far a timestamp may be from this instance’s clock, in both directions',
			displayOptions: whereCustom,
		},
	];
}
