import type { IExecuteFunctions } from 'n8n-workflow';

interface WithConnections {
	workflow?: { connectionsBySourceNode?: Record<string, { main?: Array<unknown[] | null> }> };
}

/**
 * Returns whether another node is connected to an output. n8n's API lists a node's children without the
 * output, so this reads the context's workflow. Without one it returns `true`, so that no item is withheld.
 */
export function isOutputConnected(context: IExecuteFunctions, output: number): boolean {
	const connections = (context as unknown as WithConnections).workflow?.connectionsBySourceNode;
	if (connections === undefined) return true;
	return (connections[context.getNode().name]?.main?.[output]?.length ?? 0) > 0;
}

/**
 * Returns whether an AI agent runs the node as a tool. Agents up to version 2 set it in the context; later
 * versions run a variant of the node whose type ends in `Tool`.
 */
export function isAgentTool(context: IExecuteFunctions): boolean {
	return context.isToolExecution() || context.getNode().type.endsWith('Tool');
}
