import type { INodeProperties } from 'n8n-workflow';

import {
	generateSecret as makeSecret,
	formatKeyFile,
	type GeneratedSecretFormat,
} from '../../../../core/signing/secrets';
import { eachItem } from '../../../shared/execution/eachItem';
import { notice } from '../../../shared/properties/notice';
import type { Operation } from '../operation';

/** A secret in a file, spec/uptiq.txt: "The private key will be found in the downloaded JSON file". */
const KEY_FILE = 'keyFile';

const properties: INodeProperties[] = [
	notice(
		'secretNotice',
		'The secret stands on the item, once. Run this step by hand, copy the secret into the credential and hand it to the other side; then delete the execution.',
	),
	{
		displayName: 'Format',
		name: 'format',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Hex', value: 'hex', description: 'For most platforms’ signing secrets' },
			{
				name: 'Private Key File',
				value: KEY_FILE,
				description: 'Hex in a JSON file to hand over, as UPTIQ has it',
			},
			{ name: 'Standard Webhooks', value: 'standardWebhooks', description: 'Base64 behind whsec_' },
			{ name: 'Token', value: 'token', description: 'For URL and Bearer tokens, behind wh_' },
		],
		default: 'standardWebhooks',
		description: 'How the 256 random bits are written',
	},
];

export const generateSecret: Operation = {
	properties,
	execute: async (context) =>
		await eachItem(context, 1, 0, async (_, itemIndex) => {
			const format = context.getNodeParameter('format', itemIndex) as
				| GeneratedSecretFormat
				| typeof KEY_FILE;
			if (format !== KEY_FILE) {
				return { output: 0, item: { json: { format, secret: makeSecret(format) } } };
			}
			const content = formatKeyFile(makeSecret('hex'));
			const file = await context.helpers.prepareBinaryData(
				Buffer.from(content, 'utf8'),
				'private-key.json',
				'application/json',
			);
			return { output: 0, item: { json: { format, secret: content }, binary: { data: file } } };
		}),
};
