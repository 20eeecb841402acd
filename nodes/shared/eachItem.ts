import { NodeOperationError, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';

/** What an operation makes of one item: one item or several, for one of its outputs. */
export type ItemResult =
	| { output: number; item: INodeExecutionData }
	| { output: number; items: INodeExecutionData[] };

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
			const items = 'items' in result ? result.items : [result.item];
			results[result.output].push(...items.map((one) => ({ ...one, pairedItem })));
		} catch (cause) {
			const error = new NodeOperationError(context.getNode(), cause as Error, { itemIndex });
			if (!context.continueOnFail()) throw error;
			results[failedOutput].push({ json: { error: error.message }, pairedItem });
		}
	}
	return results;
}
