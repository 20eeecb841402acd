import { UserError, type IExecuteFunctions, type INodeProperties } from 'n8n-workflow';

/** The parameters for the body that a signature covers. {@link readBodyParameter} reads them. */
export const bodyProperties: INodeProperties[] = [
	{
		displayName: 'Body',
		name: 'bodySource',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'Binary Field',
				value: 'binary',
				description: 'The exact bytes, e.g. from the Webhook node with its option "Raw Body"',
			},
			{ name: 'Text', value: 'text', description: 'Text, encoded as UTF-8' },
		],
		default: 'binary',
		description:
			'Where to read the body from. Parsed JSON no longer has the exact bytes that were signed.',
	},
	{
		displayName: 'Input Binary Field',
		name: 'binaryField',
		type: 'string',
		default: 'data',
		required: true,
		placeholder: 'e.g. data',
		hint: 'Name of the input field with the body',
		displayOptions: { show: { bodySource: ['binary'] } },
	},
	{
		displayName: 'Body Text',
		name: 'bodyText',
		type: 'string',
		typeOptions: { rows: 4 },
		default: '',
		placeholder: 'e.g. {"event":"order.created"}',
		displayOptions: { show: { bodySource: ['text'] } },
	},
];

/**
 * Reads the bytes of the body.
 * @throws UserError if the item does not have the binary field
 */
export async function readBodyParameter(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<Buffer> {
	if (context.getNodeParameter('bodySource', itemIndex) === 'text') {
		return Buffer.from(context.getNodeParameter('bodyText', itemIndex) as string, 'utf8');
	}
	const field = context.getNodeParameter('binaryField', itemIndex) as string;
	if (context.getInputData()[itemIndex].binary?.[field] === undefined) {
		throw new UserError(
			`The item has no binary field "${field}". If it comes from the Webhook node, turn on its option "Raw Body".`,
		);
	}
	return await context.helpers.getBinaryDataBuffer(itemIndex, field);
}
