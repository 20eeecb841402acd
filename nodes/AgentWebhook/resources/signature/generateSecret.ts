import type { INodeProperties } from 'n8n-workflow';

import {
	generateSecret,
	formatKeyFile,
	type GeneratedSecretFormat,
} from '../../../../core/signing/secrets';
import { forEachItem } from '../../../shared/execution/eachItem';
import { buildNotice } from '../../../shared/properties/notice';
import { listOptionNames } from '../../../shared/properties/optionNames';
import type { Operation } from '../operation';

/** The format of a secret that is shared as a JSON file: docs/platforms.md#uptiq. */
const KEY_FILE = 'keyFile';

const formatProperty: INodeProperties = {
	displayName: 'Format',
	name: 'format',
	type: 'options',
	noDataExpression: true,
	options: [
		{ name: 'Hex', value: 'hex', description: 'For most platforms’ signing secrets' },
		{
			name: 'Private Key File',
			value: KEY_FILE,
			description: 'Hex in a JSON file, for UPTIQ',
		},
		{
			name: 'Standard Webhooks',
			value: 'standardWebhooks',
			description: 'Base64 with the prefix whsec_',
		},
		{
			name: 'Token',
			value: 'token',
			description: 'For URL and Bearer tokens, with the prefix wh_',
		},
	],
	default: 'standardWebhooks',
	description: 'Format of the 256 random bits',
};

export const generateSecretOperation: Operation = {
	name: 'Generate Secret',
	action: 'Generate a signing secret',
	description: 'Generate a random secret for a credential',
	properties: [
		buildNotice(
			'secretNotice',
			'Only this output contains the secret. Run this step manually, copy the secret into the credential, share it with the other party, then delete the execution.',
		),
		formatProperty,
	],
	subtitle: ({ format }, { names }) => [names.format[format || '']],
	subtitleNames: { format: listOptionNames([formatProperty], 'format') },
	execute: async (context) =>
		await forEachItem(context, 1, 0, async (_, itemIndex) => {
			const format = context.getNodeParameter('format', itemIndex) as
				| GeneratedSecretFormat
				| typeof KEY_FILE;
			if (format !== KEY_FILE) {
				return { output: 0, item: { json: { format, secret: generateSecret(format) } } };
			}
			const content = formatKeyFile(generateSecret('hex'));
			const file = await context.helpers.prepareBinaryData(
				Buffer.from(content, 'utf8'),
				'private-key.json',
				'application/json',
			);
			return { output: 0, item: { json: { format, secret: content }, binary: { data: file } } };
		}),
};
