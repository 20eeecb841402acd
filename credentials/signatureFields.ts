import groupBy from 'lodash/groupBy';
import type { INodeProperties } from 'n8n-workflow';

import {
	describeSigningSecret,
	hasSigningScheme,
	PLATFORMS,
	type Platform,
} from '../core/platforms';
import { TOKEN_SCHEME } from '../core/credentials/signingFields';
import { getSecretCommand } from '../core/signing/secretText';

import { keyIdField, tokenSchemeFields } from './tokenSchemeFields';

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

/** Lists the platforms that sign with HTTP Message Signatures. */
const listMessageSignatures = (): string[] =>
	PLATFORMS.filter(({ scheme }) => scheme?.kind === 'messageSignature').map(({ id }) => id);

/** The scheme that can only be verified, and that no platform's definition describes. */
const TOKEN_OPTION = {
	name: 'JSON Web Token',
	value: TOKEN_SCHEME,
	description: 'A token in a header, the URL or the body, with claims to check',
};

type DisplayOptions = NonNullable<INodeProperties['displayOptions']>;

/** Adds conditions to those on which a field is shown. */
const showIf = (
	{ hide, show }: DisplayOptions,
	conditions: DisplayOptions['show'],
): DisplayOptions => ({
	show: { ...show, ...conditions },
	...(hide && { hide }),
});

const HMAC_ALGORITHMS = [
	{ name: 'HMAC SHA-1', value: 'hmac-sha1' },
	{ name: 'HMAC SHA-256', value: 'hmac-sha256' },
	{ name: 'HMAC SHA-384', value: 'hmac-sha384' },
	{ name: 'HMAC SHA-512', value: 'hmac-sha512' },
];

/** Algorithms whose signatures are only verified. */
const VERIFIED_ALGORITHMS = [
	{ name: 'ECDSA P-256 (SHA-256)', value: 'ecdsa-p256', description: 'With a public key' },
	{ name: 'Ed25519', value: 'ed25519', description: 'With a public key' },
	...HMAC_ALGORITHMS,
	{ name: 'RSA (SHA-256)', value: 'rsa-sha256', description: 'With a public key, PKCS #1 v1.5' },
];

const PLACES = {
	header: { name: 'Header', value: 'header' },
	bodyField: { name: 'Body Field', value: 'bodyField' },
	urlParameter: { name: 'URL Parameter', value: 'urlParameter' },
};

/** Returns the fields for the place of the signature. */
const signaturePlaceFields = (isOutbound: boolean, display: DisplayOptions): INodeProperties[] => [
	{
		displayName: 'Signature Place',
		name: 'signaturePlace',
		type: 'options',
		options: isOutbound
			? [PLACES.header, PLACES.urlParameter]
			: [PLACES.bodyField, PLACES.header, PLACES.urlParameter],
		default: 'header',
		description: 'The part of a request that contains the signature',
		displayOptions: display,
	},
	{
		displayName: 'Signature Header',
		name: 'signatureHeader',
		type: 'string',
		default: 'X-Signature',
		placeholder: 'e.g. X-Signature',
		displayOptions: showIf(display, { signaturePlace: ['header'] }),
	},
	...(isOutbound
		? []
		: [
				{
					displayName: 'Signature Field',
					name: 'signatureField',
					type: 'string' as const,
					default: '',
					placeholder: 'e.g. signature.signature',
					description: 'A field of the JSON body, with dots between its keys, or of a form',
					displayOptions: showIf(display, { signaturePlace: ['bodyField'] }),
				},
			]),
	{
		displayName: 'Signature Parameter',
		name: 'signatureParameter',
		type: 'string',
		default: '',
		placeholder: 'e.g. signature',
		displayOptions: showIf(display, { signaturePlace: ['urlParameter'] }),
	},
];

/** Returns the fields for the place of the timestamp. */
const timestampFields = (isOutbound: boolean, display: DisplayOptions): INodeProperties[] => [
	{
		displayName: 'Timestamp Place',
		name: 'timestampPlace',
		type: 'options',
		options: [
			...(isOutbound ? [] : [PLACES.bodyField]),
			{ ...PLACES.header, description: 'A header of its own, or no timestamp' },
			{
				name: 'Signature (by Position)',
				value: 'signaturePosition',
				description: 'A part of the signature’s text, e.g. the first one in 1732881600,5f2a…',
			},
			{
				name: 'Signature (by Prefix)',
				value: 'signaturePart',
				description: 'A part of the signature’s text, e.g. t= in t=1732881600,v1=5f2a…',
			},
			PLACES.urlParameter,
		],
		default: 'header',
		description: 'The part of a request that contains the time at which it was signed',
		displayOptions: display,
	},
	{
		displayName: 'Timestamp Header',
		name: 'timestampHeader',
		type: 'string',
		default: '',
		placeholder: 'e.g. X-Timestamp',
		description: 'Leave empty if requests have no timestamp',
		displayOptions: showIf(display, { timestampPlace: ['header'] }),
	},
	{
		displayName: 'Timestamp Prefix',
		name: 'timestampPart',
		type: 'string',
		default: 't=',
		placeholder: 'e.g. t=',
		description: 'Text before the timestamp among the parts of the signature',
		displayOptions: showIf(display, { timestampPlace: ['signaturePart'] }),
	},
	{
		displayName: 'Timestamp Position',
		name: 'timestampPosition',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 20, numberPrecision: 0 },
		default: 1,
		description: 'Position of the timestamp among the parts of the signature, from 1',
		displayOptions: showIf(display, { timestampPlace: ['signaturePosition'] }),
	},
	...(isOutbound
		? []
		: [
				{
					displayName: 'Timestamp Field',
					name: 'timestampField',
					type: 'string' as const,
					default: '',
					placeholder: 'e.g. signature.timestamp',
					description: 'A field of the JSON body, with dots between its keys, or of a form',
					displayOptions: showIf(display, { timestampPlace: ['bodyField'] }),
				},
			]),
	{
		displayName: 'Timestamp Parameter',
		name: 'timestampParameter',
		type: 'string',
		default: '',
		placeholder: 'e.g. timestamp',
		displayOptions: showIf(display, { timestampPlace: ['urlParameter'] }),
	},
	{
		displayName: 'Timestamp Unit',
		name: 'timestampUnit',
		type: 'options',
		options: [
			{
				name: 'ISO 8601',
				value: 'iso',
				description: 'A date and time with its zone, e.g. 2026-11-29T12:00:00Z',
			},
			{ name: 'Milliseconds', value: 'ms' },
			{ name: 'Seconds', value: 's' },
		],
		default: 's',
		displayOptions: display,
	},
];

/** Matches signed content that has fields of the body, and neither the body nor its digest. */
const PARTIAL_CONTENT = '^(?!.*[{:](?:body|form)\\}).*\\{(?:[a-z0-9-]+:)?body:';

/** Returns the fields for the signed bytes. */
const contentFields = (isOutbound: boolean, display: DisplayOptions): INodeProperties[] => [
	{
		displayName: 'Signed Content',
		name: 'signedContent',
		type: 'string',
		default: '{body}',
		placeholder: 'e.g. {timestamp}.{body}',
		description: `Text that is signed, with the placeholders {body}, {timestamp} and {id}. Also {method}, {url}, {path}, ${isOutbound ? '' : '{form}, {header:Name}, '}{query:name}, {body:path} and digests such as {sha256-hex:body}; \\n is a line break.`,
		displayOptions: display,
	},
	{
		displayName:
			'This signature covers only some fields of the body. Anyone who has seen a request can change the others: use only the fields that are signed.',
		name: 'partialContentNotice',
		type: 'notice',
		default: '',
		displayOptions: showIf(display, { signedContent: [{ _cnd: { regex: PARTIAL_CONTENT } }] }),
	},
];

/**
 * Returns the fields of a custom scheme: few at first, and others that show when a choice needs them.
 * @param direction some signatures can only be verified
 */
export function customSchemeFields(
	direction: 'inbound' | 'outbound',
	display: DisplayOptions,
): INodeProperties[] {
	const isOutbound = direction === 'outbound';
	return [
		...signaturePlaceFields(isOutbound, display),
		{
			displayName: 'Algorithm',
			name: 'algorithm',
			type: 'options',
			options: isOutbound ? HMAC_ALGORITHMS : VERIFIED_ALGORITHMS,
			default: 'hmac-sha256',
			displayOptions: display,
		},
		{
			displayName: 'Encoding',
			name: 'encoding',
			type: 'options',
			options: [
				{ name: 'Base64', value: 'base64' },
				{
					name: 'Base64 for URLs',
					value: 'base64url',
					description: 'With - and _, without padding',
				},
				{ name: 'Hex', value: 'hex' },
			],
			default: 'hex',
			displayOptions: display,
		},
		{
			displayName: 'Signature Prefix',
			name: 'prefix',
			type: 'string',
			default: '',
			placeholder: 'e.g. sha256=',
			description: 'Text before the signature',
			displayOptions: display,
		},
		...contentFields(isOutbound, display),
		{
			displayName: 'Secret Format',
			name: 'secretFormat',
			type: 'options',
			options: [
				{ name: 'Base64', value: 'base64', description: 'The key is the bytes that it encodes' },
				{ name: 'Hex', value: 'hex', description: 'The key is the bytes that it encodes' },
				{
					name: 'Standard Webhooks',
					value: 'standardWebhooks',
					description: 'Base64 after whsec_',
				},
				{ name: 'Text', value: 'text', description: 'The key is the secret as it is written' },
			],
			default: 'text',
			displayOptions: showIf(display, { algorithm: HMAC_ALGORITHMS.map(({ value }) => value) }),
		},
		{
			displayName: 'ID Header',
			name: 'idHeader',
			type: 'string',
			default: '',
			placeholder: 'e.g. X-Webhook-ID',
			displayOptions: display,
		},
		...timestampFields(isOutbound, display),
		{
			displayName: 'Separator',
			name: 'separator',
			type: 'string',
			default: '',
			placeholder: 'e.g. ,',
			description:
				'Text between the parts of the signature, if it has several: a timestamp, or signatures of several secrets. Leave empty if it is a single signature.',
			displayOptions: display,
		},
		{
			displayName: 'Signature Position',
			name: 'signaturePosition',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 20, numberPrecision: 0 },
			default: 0,
			description:
				'Position of the first signature among the parts, from 1. Leave at 0 if prefixes tell the parts apart.',
			displayOptions: showIf(display, { separator: [{ _cnd: { not: '' } }] }),
		},
	];
}

const HEX_COMMAND = `<code>${getSecretCommand('text')}</code>`;
const STANDARD_COMMAND = `<code>${getSecretCommand('standardWebhooks')}</code>`;

/** Says how to generate a secret, if the platform does not make it. */
function describeCommand(platform: Platform | undefined, before: string): string {
	if (platform === undefined) {
		return `${before} ${HEX_COMMAND} or, for Standard Webhooks, ${STANDARD_COMMAND}`;
	}
	const format = platform.scheme?.secretFormat ?? 'text';
	const command = getSecretCommand(format);
	if (command === undefined || platform.secretFacts?.isMadeByPlatform) return '';
	return `${before} <code>${command}</code>`;
}

const SETUP_DOCS =
	'https://github.com/n8n-nodes-agent-webhooks/n8n-nodes-agent-webhooks/blob/main/docs/platforms.md#set-up-a-provider';

const PROVIDERS_SECRET = `Copy it from the provider’s webhook settings: <a href="${SETUP_DOCS}" target="_blank">where each provider shows it</a>.`;

/** Says where the secret is that a platform signs with: the same for all providers, which would need a field each. */
function describeCallersSecret(platform: Platform | undefined): string {
	const description =
		platform?.section === 'provider'
			? PROVIDERS_SECRET
			: platform && describeSigningSecret(platform);
	const command = describeCommand(platform, 'If you choose it yourself, generate one:');
	return `${description || 'Copy it from the platform’s webhook settings.'} ${command}`.trim();
}

/** Says where the secret is that requests are signed with. */
const describeSharedSecret = (platform: Platform | undefined): string =>
	`The endpoint’s owner needs the same secret. ${describeCommand(platform, 'If you choose it, generate one:')}`.trim();

/**
 * Returns the field for the signing secret: one for each hint, which depends on the scheme.
 * @param describe returns the hint for a platform's scheme, or for one that only the node knows or a custom one
 */
function buildSecretFields(
	schemes: string[],
	describe: (platform: Platform | undefined) => string,
	{ show }: NonNullable<INodeProperties['displayOptions']>,
): INodeProperties[] {
	const hints = groupBy(schemes, (scheme) => describe(PLATFORMS.find(({ id }) => id === scheme)));
	return Object.entries(hints).map(([hint, signatureScheme]) => ({
		displayName: 'Signing Secret',
		name: 'signingSecret',
		type: 'string',
		typeOptions: { password: true },
		default: '',
		placeholder: 'e.g. whsec_…',
		description:
			'The current secret, or what the platform uses instead: the content of a private key file, or a public key',
		hint,
		displayOptions: { show: { ...show, signatureScheme } },
	}));
}

/**
 * Returns the fields that say how to sign or verify, and with which secrets. Both credentials have this
 * one list of fields, hence its length.
 * @param direction some schemes can only be verified
 * @param displayOptions when signatures are made or checked
 */
export function signatureFields(
	direction: 'inbound' | 'outbound',
	displayOptions: NonNullable<INodeProperties['displayOptions']>,
): INodeProperties[] {
	const isOutbound = direction === 'outbound';
	const showForCustom = { show: { ...displayOptions.show, signatureScheme: ['custom'] } };
	const showForTolerance = {
		show: { ...displayOptions.show, signatureScheme: ['custom', TOKEN_SCHEME] },
	};
	const schemes = [
		...buildSchemeOptions(isOutbound ? hasSigningScheme : ({ scheme }) => scheme !== undefined),
		...(isOutbound ? [] : [TOKEN_OPTION]),
	];
	return [
		{
			displayName: 'Signature Scheme',
			name: 'signatureScheme',
			type: 'options',
			options: schemes,
			default: 'platform',
			displayOptions,
			description: isOutbound
				? 'Keep the default for the Agent Webhook node, which names the platform. For n8n’s HTTP Request node, choose another scheme.'
				: 'Keep the default, unless callers use another scheme than the node’s platform',
		},
		...buildSecretFields(
			schemes.map(({ value }) => value),
			isOutbound ? describeSharedSecret : describeCallersSecret,
			displayOptions,
		),
		{
			displayName: 'Additional Signing Secrets',
			name: 'furtherSigningSecrets',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'Other secrets that stay valid while you rotate, separated by spaces',
			displayOptions,
		},
		...customSchemeFields(direction, showForCustom),
		...(isOutbound
			? []
			: tokenSchemeFields({ ...displayOptions.show, signatureScheme: [TOKEN_SCHEME] })),
		keyIdField({ ...displayOptions.show, signatureScheme: listMessageSignatures() }, isOutbound),
		{
			displayName: 'Tolerance (Seconds)',
			name: 'toleranceSeconds',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 300,
			description:
				'Maximum difference between a timestamp and this instance’s clock, in both directions',
			displayOptions: isOutbound ? showForCustom : showForTolerance,
		},
	];
}
