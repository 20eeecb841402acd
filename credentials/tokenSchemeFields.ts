import type { INodeProperties } from 'n8n-workflow';

/**
 * Returns the fields that say how to verify JSON Web Tokens: one list, hence the length.
 * @param show when the fields are shown
 */
export const tokenSchemeFields = (
	show: NonNullable<NonNullable<INodeProperties['displayOptions']>['show']>,
): INodeProperties[] => [
	{
		displayName: 'Token Place',
		name: 'tokenPlace',
		type: 'options',
		options: [
			{
				name: 'Body',
				value: 'body',
				description: 'The body is the token, and its claims are the event',
			},
			{ name: 'Header', value: 'header', description: 'With or without "Bearer" before it' },
			{ name: 'URL Parameter', value: 'parameter' },
		],
		default: 'header',
		displayOptions: { show },
	},
	{
		displayName: 'Token Header',
		name: 'tokenHeader',
		type: 'string',
		default: 'Authorization',
		placeholder: 'e.g. Authorization',
		displayOptions: { show: { ...show, tokenPlace: ['header'] } },
	},
	{
		displayName: 'Token Parameter',
		name: 'tokenParameter',
		type: 'string',
		default: 'jwt',
		placeholder: 'e.g. jwt',
		displayOptions: { show: { ...show, tokenPlace: ['parameter'] } },
	},
	{
		displayName: 'Token Algorithms',
		name: 'tokenAlgorithms',
		type: 'multiOptions',
		options: [
			{ name: 'ES256', value: 'ES256', description: 'ECDSA P-256, with a public key' },
			{ name: 'HS256', value: 'HS256', description: 'HMAC SHA-256, with a shared secret' },
			{ name: 'HS384', value: 'HS384', description: 'HMAC SHA-384, with a shared secret' },
			{ name: 'HS512', value: 'HS512', description: 'HMAC SHA-512, with a shared secret' },
			{ name: 'RS256', value: 'RS256', description: 'RSA, with a public key' },
		],
		default: ['HS256'],
		description:
			'Algorithms that tokens may have, all for a shared secret or all for a public key. The public key is PEM, base64 or one JSON Web Key.',
		displayOptions: { show },
	},
	{
		displayName: 'Shared Secret Is',
		name: 'tokenSecretFormat',
		type: 'options',
		options: [
			{ name: 'Base64', value: 'base64', description: 'The bytes that it encodes are the secret' },
			{ name: 'Text', value: 'text' },
		],
		default: 'text',
		description: 'Format of the signing secret. A public key shows its own.',
		displayOptions: { show },
	},
	{
		displayName: 'Issuer',
		name: 'tokenIssuer',
		type: 'string',
		default: '',
		placeholder: 'e.g. https://sender.example.com',
		description: 'Value that the claim iss must have. Leave empty for any.',
		displayOptions: { show },
	},
	{
		displayName: 'Audience',
		name: 'tokenAudience',
		type: 'string',
		default: '',
		placeholder: 'e.g. https://n8n.example.com/webhook/orders',
		description: 'Value that the claim aud must have, or have in its list. Leave empty for any.',
		displayOptions: { show },
	},
	{
		displayName: 'Required Claims',
		name: 'tokenRequiredClaims',
		type: 'string',
		default: '',
		placeholder: 'e.g. sub, jti',
		description: 'Comma-separated names of other claims that must be there',
		displayOptions: { show },
	},
	{
		displayName: 'Body Hash Claim',
		name: 'bodyHashClaim',
		type: 'string',
		default: '',
		placeholder: 'e.g. payload_hash',
		description:
			'Claim with the hash of the body. Without it, a token proves who sends, but not what: anyone who sees a token can use it for another body until it expires.',
		displayOptions: { show: { ...show, tokenPlace: ['header', 'parameter'] } },
	},
	{
		displayName: 'Body Hash Format',
		name: 'bodyHashFormat',
		type: 'options',
		options: [
			{ name: 'SHA-256 in Base64', value: 'sha256-base64' },
			{ name: 'SHA-256 in Hex', value: 'sha256-hex' },
			{ name: 'SHA-256 in URL-Safe Base64', value: 'sha256-base64url' },
			{ name: 'SHA-512 in Base64', value: 'sha512-base64' },
			{ name: 'SHA-512 in Hex', value: 'sha512-hex' },
			{ name: 'The Body Itself', value: 'text' },
		],
		default: 'sha256-hex',
		displayOptions: {
			show: { ...show, tokenPlace: ['header', 'parameter'] },
			hide: { bodyHashClaim: [''] },
		},
	},
	{
		displayName: 'Maximum Age (Seconds)',
		name: 'tokenMaxAgeSeconds',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 300,
		description:
			'Age, since the claim iat, up to which a token without exp is valid. Use 0 for tokens without any time, which are valid forever.',
		displayOptions: { show },
	},
];

/** Returns the field for the key ID of HTTP Message Signatures. */
export const keyIdField = (
	show: NonNullable<NonNullable<INodeProperties['displayOptions']>['show']>,
	isOutbound: boolean,
): INodeProperties => ({
	displayName: 'Key ID',
	name: 'signatureKeyId',
	type: 'string',
	default: '',
	placeholder: 'e.g. orders-2026',
	description: isOutbound
		? 'Sent as keyid, so that receivers find the key. Leave empty to send none.'
		: 'The keyid that signatures must have. Leave empty for any.',
	displayOptions: { show },
});
