import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

/** n8n's standard parameters to limit a list. {@link readLimit} reads them. */
export const listFields: INodeProperties[] = [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1, numberPrecision: 0 },
		default: 50,
		description: 'Max number of results to return',
		displayOptions: { show: { returnAll: [false] } },
	},
];

/** Returns the maximum number of results; `Infinity` for all. */
export const readLimit = (context: IExecuteFunctions, itemIndex: number): number =>
	context.getNodeParameter('returnAll', itemIndex)
		? Infinity
		: (context.getNodeParameter('limit', itemIndex) as number);
