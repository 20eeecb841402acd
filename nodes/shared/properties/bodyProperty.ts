import { UserError, type IExecuteFunctions, type INodeProperties } from 'n8n-workflow';

/** Where an operation finds the bytes that are signed. */
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
				description: 'The exact bytes, e.g. of the Webhook node with its option Raw Body',
			},
			{ name: 'Text', value: 'text', description: 'Text, signed as UTF-8' },
		],
		default: 'binary',
		description: 'Where the body’s bytes are. JSON that was parsed has lost them.',
	},
	{
		displayName: 'Input Binary Field',
		name: 'binaryField',
		type: 'string',
		default: 'data',
		required: true,
		placeholder: 'e.g. data',
		hint: 'The name of the input field with the body',
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
 * The body's bytes, as {@link bodyProperties} say.
 * @throws UserError where the binary field is not there
 */
export async function bodyParameter(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<Buffer> {
	if (context.getNodeParameter('bodySource', itemIndex) === 'text') {
		const text: unknown = context.getNodeParameter('bodyText', itemIndex);
		return Buffer.from(typeof text === 'string' ? text : JSON.stringify(text), 'utf8');
	}
	const field = context.getNodeParameter('binaryField', itemIndex) as string;
	if (context.getInputData()[itemIndex].binary?.[field] === undefined) {
		throw new UserError(
			`The item has no binary field "${field}". Behind the Webhook node, switch on its option "Raw Body".`,
		);
	}
	return await context.helpers.getBinaryDataBuffer(itemIndex, field);
}
