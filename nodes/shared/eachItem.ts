import { NodeOperationError, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';

/**
 * Runs an operation on each item in turn, with the node's On Error setting.
 * @param run returns the output's index and the item for it
 * @param outputs how many outputs the operation has
 * @param failedOutput where items go that could not be worked on and are let through
 */
export async function eachItem(
	context: IExecuteFunctions,
	outputs: number,
	failedOutput: number,
	run: (
		item: INodeExecutionData,
		itemIndex: number,
	) => Promise<{ output: number; item: INodeExecutionData }>,
): Promise<INodeExecutionData[][]> {
	const results: INodeExecutionData[][] = Array.from({ length: outputs }, () => []);
	for (const [itemIndex, item] of context.getInputData().entries()) {
		try {
			const result = await run(item, itemIndex);
			results[result.output].push({ ...result.item, pairedItem: { item: itemIndex } });
		} catch (cause) {
			const error = new NodeOperationError(context.getNode(), cause as Error, { itemIndex });
			if (!context.continueOnFail()) throw error;
			results[failedOutput].push({
				json: { error: error.message },
				pairedItem: { item: itemIndex },
			});
		}
	}
	return results;
}
