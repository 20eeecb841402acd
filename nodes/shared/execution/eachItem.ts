import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { toNodeError } from './nodeError';

/** The output items made from one input item: one or several for one output, or several for each output. */
export type ItemResult =
	| { output: number; item: INodeExecutionData }
	| { output: number; items: INodeExecutionData[] }
	| { outputs: INodeExecutionData[][] };

/** Returns the result of an operation that has one output. */
export const toSingleOutput = (result: IDataObject | IDataObject[]): ItemResult => ({
	output: 0,
	items: (Array.isArray(result) ? result : [result]).map((json) => ({ json })),
});

/** Returns the items of each output, with the output's index. */
function listOutputs(result: ItemResult): Array<[number, INodeExecutionData[]]> {
	if ('outputs' in result) return [...result.outputs.entries()];
	return [[result.output, 'items' in result ? result.items : [result.item]]];
}

/**
 * Runs an operation on each input item in turn, and pairs the items with it.
 * @param outputs how many outputs the operation has
 * @param failedOutput output for failed items when On Error is set to continue
 * @throws NodeOperationError for the first failed item otherwise
 */
export async function forEachItem(
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
			for (const [output, items] of listOutputs(result)) {
				// Not spread: a list of all that is in the log has more items than a call can have arguments.
				for (const outputItem of items) results[output].push({ ...outputItem, pairedItem });
			}
		} catch (cause) {
			const error = toNodeError(context, cause, itemIndex);
			if (!context.continueOnFail()) throw error;
			results[failedOutput].push({ json: { error: error.message }, pairedItem });
		}
	}
	return results;
}
