import type {
	IDataObject,
	IExecuteFunctions,
	INode,
	INodeExecutionData,
	IWorkflowBase,
} from 'n8n-workflow';

/**
 * Runs n8n's Data Table node in a workflow that exists only for the call: n8n lets no other node use Data
 * Tables. One workflow runs several such nodes for about the cost of one.
 */

/** Parameters and input items of one Data Table node. */
export interface TableStep {
	parameters: IDataObject;
	items: IDataObject[];
}

/** The items of a step that needs none: the node runs once. */
export const SINGLE_RUN: IDataObject[] = [{}];

const START = 'Start';

/** Saves no execution. All settings are set, since n8n would otherwise take the calling workflow's. */
const SETTINGS = {
	executionOrder: 'v1',
	saveDataSuccessExecution: 'none',
	saveDataErrorExecution: 'none',
	saveManualExecutions: false,
	saveExecutionProgress: false,
};

const createNode = (
	name: string,
	type: string,
	typeVersion: number,
	parameters: IDataObject,
	row = 0,
): INode => ({
	id: name,
	name,
	type: `n8n-nodes-base.${type}`,
	typeVersion,
	position: [0, row * 100],
	parameters: parameters as INode['parameters'],
});

const connectTo = ({ name }: INode) => ({ node: name, type: 'main', index: 0 });

const getListField = (index: number): string => `step${index}`;

/** Creates a node that turns the list of a step in the only input item into that step's items. */
const createSplitNode = (index: number): INode =>
	createNode(
		`Items ${index}`,
		'splitOut',
		1,
		{ fieldToSplitOut: getListField(index), include: 'noOtherFields', options: {} },
		index,
	);

/** Builds a workflow with a branch per step. n8n runs the branches from the top down, each to its end. */
function buildWorkflow(steps: TableStep[]): IWorkflowBase {
	const start = createNode(START, 'executeWorkflowTrigger', 1.1, { inputSource: 'passthrough' });
	const tableNodes = steps.map(({ parameters }, index) =>
		createNode(`Table ${index}`, 'dataTable', 1.1, parameters, index),
	);
	const splitNodes = steps.length === 1 ? [] : steps.map((_, index) => createSplitNode(index));
	const branches = steps.length === 1 ? tableNodes : splitNodes;
	return {
		name: 'Agent Webhook outbox',
		nodes: [start, ...splitNodes, ...tableNodes],
		connections: Object.fromEntries([
			[START, { main: [branches.map(connectTo)] }],
			...splitNodes.map(({ name }, index) => [name, { main: [[connectTo(tableNodes[index])]] }]),
		]),
		settings: SETTINGS,
	} as unknown as IWorkflowBase;
}

/** Builds the input items: those of the only step, or one item with a list per step. */
function buildInput(steps: TableStep[]): INodeExecutionData[] {
	if (steps.length === 1) return steps[0].items.map((json) => ({ json }));
	const lists = steps.map(({ items }, index) => [getListField(index), items]);
	return [{ json: Object.fromEntries(lists) as IDataObject }];
}

/**
 * Runs Data Table nodes one after the other.
 * @returns the items of the last one
 * @throws n8n's error of the step that failed; the steps before it are done
 */
export async function runTableSteps(
	context: IExecuteFunctions,
	steps: TableStep[],
): Promise<IDataObject[]> {
	const { data } = await context.executeWorkflow({ code: buildWorkflow(steps) }, buildInput(steps));
	return (data[0] ?? []).map(({ json }) => json);
}
