import type { IExecuteFunctions } from 'n8n-workflow';

interface WithConnections {
	workflow?: { connectionsBySourceNode?: Record<string, { main?: Array<unknown[] | null> }> };
}

/**
 * Whether something is connected to one of the node's outputs. n8n tells a node its children but not
 * through which output, so this reads the workflow that the context carries; where that is not to be
 * had, the answer is yes, since an item that leaves is better than one that does not.
 */
export function isOutputConnected(context: IExecuteFunctions, output: number): boolean {
	const connections = (context as unknown as WithConnections).workflow?.connectionsBySourceNode;
	if (connections === undefined) return true;
	return (connections[context.getNode().name]?.main?.[output]?.length ?? 0) > 0;
}

/**
 * Whether an AI agent runs the node as its tool. Agents up to version 2 say so in the context; later ones
 * run the tool's own variant of the node, whose type ends in `Tool`.
 */
export function isAgentTool(context: IExecuteFunctions): boolean {
	return context.isToolExecution() || context.getNode().type.endsWith('Tool');
}
