import type { INodeProperties } from 'n8n-workflow';

import { CLIENT_TLS_SWITCH } from '../core/credentials/clientTls';

/** The fields of a client certificate and a private authority. An endpoint of the outbox stores them encrypted. */
export const clientTlsFields: INodeProperties[] = [
	{
		displayName: 'CA Certificate',
		name: 'caCertificate',
		type: 'string',
		typeOptions: { rows: 4 },
		default: '',
		placeholder: 'e.g. -----BEGIN CERTIFICATE-----',
		description:
			'Certificates (PEM) of the authorities to trust instead of the public ones. Leave empty to trust the public ones.',
	},
	{
		displayName: 'Client Certificate',
		name: 'clientCertificate',
		type: 'string',
		typeOptions: { rows: 4 },
		default: '',
		placeholder: 'e.g. -----BEGIN CERTIFICATE-----',
		description:
			'Certificate (PEM) that identifies this client to endpoints, followed by any intermediate certificates',
	},
	{
		displayName: 'Client Key',
		name: 'clientKey',
		type: 'string',
		typeOptions: { password: true },
		default: '',
		placeholder: 'e.g. -----BEGIN PRIVATE KEY-----',
		description: 'Private key (PEM) of the client certificate',
	},
	{
		displayName: 'Client Key Passphrase',
		name: 'clientKeyPassphrase',
		type: 'string',
		typeOptions: { password: true },
		default: '',
		description: 'Leave empty if the private key is not encrypted',
	},
];

/** The fields of the Sending credential. */
export const credentialTlsFields: INodeProperties[] = [
	{
		displayName: 'Use Client Certificate or Private CA',
		name: CLIENT_TLS_SWITCH,
		type: 'boolean',
		default: false,
		description:
			'Whether to present a client certificate (mutual TLS), or to trust a private certificate authority',
	},
	...clientTlsFields.map((field) => ({
		...field,
		displayOptions: { show: { [CLIENT_TLS_SWITCH]: [true] } },
	})),
];
