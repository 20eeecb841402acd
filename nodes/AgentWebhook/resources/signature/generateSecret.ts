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

/** The command that generates a secret in each format. */
const COMMANDS: Record<GeneratedSecretFormat | typeof KEY_FILE, string> = {
	hex: 'openssl rand -hex 32',
	[KEY_FILE]: 'echo "{\\"privateKey\\": \\"$(openssl rand -hex 32)\\"}"',
	standardWebhooks: 'echo "whsec_$(openssl rand -base64 32)"',
	token: "echo \"wh_$(openssl rand -base64 32 | tr '+/' '-_' | tr -d '=')\"",
};

export const generateSecretOperation: Operation = {
	name: 'Generate Secret',
	action: 'Generate a signing secret',
	description: 'Generate a random secret for a credential',
	properties: [
		buildNotice(
			'secretNotice',
			'Run this in a workflow of its own, because the execution’s data contains the secret: copy it into the credential, share it with the other party, then delete the execution.',
		),
		formatProperty,
		...Object.entries(COMMANDS).map(([format, command]) =>
			buildNotice('commandNotice', `In a terminal, <code>${command}</code> does the same.`, {
				show: { format: [format] },
			}),
		),
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
