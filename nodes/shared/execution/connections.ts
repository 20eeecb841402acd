import type { IExecuteFunctions } from 'n8n-workflow';

type Connections = Record<string, { main?: Array<Array<{ node: string }> | null> }>;

/** The workflow as n8n's context has it: n8n's API tells less. */
interface ContextWorkflow {
	connectionsBySourceNode?: Connections;
	nodes?: Record<string, { disabled?: boolean; name: string; type: string }>;
}

const getWorkflow = (context: IExecuteFunctions): ContextWorkflow =>
	(context as unknown as { workflow?: ContextWorkflow }).workflow ?? {};

/** Lists all nodes of the workflow, also those that are not before this one; none if the context has no workflow. */
export const listWorkflowNodes = (
	context: IExecuteFunctions,
): Array<{ name: string; type: string }> => Object.values(getWorkflow(context).nodes ?? {});

/**
 * Returns whether another node is connected to an output. n8n's API lists a node's children without the
 * output, so this reads the context's workflow. Without one it returns `true`, so that no item is withheld.
 */
export function isOutputConnected(context: IExecuteFunctions, output: number): boolean {
	const { connectionsBySourceNode: connections } = getWorkflow(context);
	if (connections === undefined) return true;
	return (connections[context.getNode().name]?.main?.[output]?.length ?? 0) > 0;
}

/**
 * Returns whether an enabled node gets what leaves on an output. A disabled one passes items on to those after it.
 * Without the context's workflow it returns `true`, as {@link isOutputConnected} does.
 */
export function isOutputRead(context: IExecuteFunctions, output: number): boolean {
	const { connectionsBySourceNode: connections, nodes = {} } = getWorkflow(context);
	if (connections === undefined) return true;
	const seen = new Set<string>();
	const isRead = (source: string, index: number): boolean =>
		(connections[source]?.main?.[index] ?? []).some(({ node }) => {
			if (nodes[node]?.disabled !== true) return true;
			if (seen.has(node)) return false;
			seen.add(node);
			return isRead(node, 0);
		});
	return isRead(context.getNode().name, output);
}

/**
 * Returns whether an AI agent runs the node as a tool. Agents up to version 2 set it in the context; later
 * versions run a variant of the node whose type ends in `Tool`.
 */
export function isAgentTool(context: IExecuteFunctions): boolean {
	return context.isToolExecution() || context.getNode().type.endsWith('Tool');
}
