import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

/** What an operation makes of one item: one item or several, for one of its outputs or for each of them. */
export type ItemResult =
	| { output: number; item: INodeExecutionData }
	| { output: number; items: INodeExecutionData[] }
	| { outputs: INodeExecutionData[][] };

/** The items of an operation with one output, which makes one of each item or several. */
export const onlyOutput = (result: IDataObject | IDataObject[]): ItemResult => ({
	output: 0,
	items: (Array.isArray(result) ? result : [result]).map((json) => ({ json })),
});

function* partsOf(result: ItemResult): Generator<[number, INodeExecutionData[]]> {
	if ('outputs' in result) yield* result.outputs.entries();
	else yield [result.output, 'items' in result ? result.items : [result.item]];
}

/**
 * Runs an operation on each item in turn, with the node's On Error setting.
 * @param outputs how many outputs the operation has
 * @param failedOutput where items go that could not be worked on and are let through
 */
export async function eachItem(
	context: IExecuteFunctions,
	outputs: number,
	failedOutput: number,
	run: (item: INodeExecutionData, itemIndex: number) => Promise<ItemResult>,
): Promise<INodeExecutionData[][]> {
	const results: INodeExecutionData[][] = Array.from({ length: outputs }, () => []);
	for (const [itemIndex, item] of context.getInputData().entries()) {
		const pairedItem = { item: itemIndex };
		try {
			const result = await run(item, itemIndex);
			for (const [output, items] of partsOf(result)) {
				results[output].push(...items.map((one) => ({ ...one, pairedItem })));
			}
		} catch (cause) {
			const error = new NodeOperationError(context.getNode(), cause as Error, { itemIndex });
			if (!context.continueOnFail()) throw error;
			results[failedOutput].push({ json: { error: error.message }, pairedItem });
		}
	}
	return results;
}
