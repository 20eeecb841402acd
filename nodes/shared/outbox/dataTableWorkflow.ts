import isEmpty from 'lodash/isEmpty';
import uniq from 'lodash/uniq';
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
	/** Absent if the node needs none and runs once. */
	items?: IDataObject[];
	/** Set if the step's rows are wanted, together with those of other steps. */
	find?: {
		/** A column that only this table has: it tells its rows from those of other tables. */
		uniqueColumn: string;
	};
}

const START = 'Start';
const ROWS = 'rows';

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
	options: Partial<INode> = {},
): INode => ({
	id: name,
	name,
	type: `n8n-nodes-base.${type}`,
	typeVersion,
	position: [0, row * 100],
	parameters: parameters as INode['parameters'],
	...options,
});

const connectTo = ({ name }: INode, index = 0) => ({ node: name, type: 'main', index });

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

/** Creates a node that puts the rows of a find in one item, if another find is on the same table. */
const createListNode = (index: number): INode =>
	createNode(
		`Rows ${index}`,
		'aggregate',
		1,
		{ aggregate: 'aggregateAllItemData', destinationFieldName: ROWS, options: {} },
		index,
	);

/** The nodes of one step, in order. */
type Branch = INode[];

/** How the rows of a call's finds become the items of the last node. */
interface Joining {
	/** `true` if the rows of several finds are wanted. */
	hasManyFinds: boolean;
	/** `true` if each find puts its rows in one item: columns cannot tell rows of the same table apart. */
	hasListPerFind: boolean;
}

const listUniqueColumns = (steps: TableStep[]): string[] =>
	steps.flatMap(({ find }) => (find === undefined ? [] : [find.uniqueColumn]));

function chooseJoining(steps: TableStep[]): Joining {
	const columns = listUniqueColumns(steps);
	const hasManyFinds = columns.length > 1;
	return { hasManyFinds, hasListPerFind: hasManyFinds && uniq(columns).length < columns.length };
}

function createBranch(
	{ find, items, parameters }: TableStep,
	index: number,
	hasLists: boolean,
	{ hasListPerFind, hasManyFinds }: Joining,
): Branch {
	const joinsOthers = hasManyFinds && find !== undefined;
	const table = createNode(`Table ${index}`, 'dataTable', 1.1, parameters, index, {
		...(items === undefined && { executeOnce: true }),
		...(joinsOthers && { alwaysOutputData: true }),
	});
	return [
		...(items !== undefined && hasLists ? [createSplitNode(index)] : []),
		table,
		...(joinsOthers && hasListPerFind ? [createListNode(index)] : []),
	];
}

/** Checks whether several steps have items, so that the only input item has a list for each. */
const needsLists = (steps: TableStep[]): boolean =>
	steps.filter(({ items }) => items !== undefined).length > 1;

/** Builds a workflow with a branch per step. n8n runs the branches from the top down, each to its end. */
function buildWorkflow(steps: TableStep[]): IWorkflowBase {
	const start = createNode(START, 'executeWorkflowTrigger', 1.1, { inputSource: 'passthrough' });
	const joining = chooseJoining(steps);
	const branches = steps.map((step, index) =>
		createBranch(step, index, needsLists(steps), joining),
	);
	const findBranches = branches.filter((_, index) => steps[index].find !== undefined);
	const merge = createNode('All rows', 'merge', 3.1, {
		mode: 'append',
		numberInputs: findBranches.length,
	});
	const links: Array<[INode, ReturnType<typeof connectTo>]> = branches.flatMap((branch) =>
		branch
			.slice(1)
			.map((node, index): [INode, ReturnType<typeof connectTo>] => [
				branch[index],
				connectTo(node),
			]),
	);
	if (joining.hasManyFinds) {
		findBranches.forEach((branch, index) => {
			links.push([branch[branch.length - 1], connectTo(merge, index)]);
		});
	}
	return {
		name: 'Agent Webhook outbox',
		nodes: [start, ...branches.flat(), ...(joining.hasManyFinds ? [merge] : [])],
		connections: Object.fromEntries([
			[START, { main: [branches.map(([first]) => connectTo(first))] }],
			...links.map(([{ name }, target]) => [name, { main: [[target]] }] as const),
		]),
		settings: SETTINGS,
	} as unknown as IWorkflowBase;
}

/** Builds the input items: those of the only step that has some, or one item with a list per step. */
function buildInput(steps: TableStep[]): INodeExecutionData[] {
	if (!needsLists(steps)) {
		const { items = [{}] } = steps.find((step) => step.items !== undefined) ?? {};
		return items.map((json) => ({ json }));
	}
	const lists = steps.flatMap(({ items }, index) =>
		items === undefined ? [] : [[getListField(index), items]],
	);
	return [{ json: Object.fromEntries(lists) as IDataObject }];
}

/**
 * Sorts the rows of several finds, each on a table of its own.
 * @throws if a row has none of the columns: its table was edited
 */
function splitRowsByFind(steps: TableStep[], rows: IDataObject[]): IDataObject[][] {
	const columns = listUniqueColumns(steps);
	const lists = columns.map((): IDataObject[] => []);
	for (const row of rows) {
		const index = columns.findIndex((column) => column in row);
		if (index === -1) throw new Error(`The columns ${columns.join(', ')} do not exist`);
		lists[index].push(row);
	}
	return lists;
}

/**
 * Runs Data Table nodes one after the other.
 * @returns the rows of each find, or, if no step is one, the items of the last step
 * @throws n8n's error of the step that failed; the steps before it are done
 */
export async function runTableSteps(
	context: IExecuteFunctions,
	steps: TableStep[],
): Promise<IDataObject[][]> {
	const { data } = await context.executeWorkflow({ code: buildWorkflow(steps) }, buildInput(steps));
	const items = (data[0] ?? []).map(({ json }) => json);
	const { hasListPerFind, hasManyFinds } = chooseJoining(steps);
	if (!hasManyFinds) return [items];
	// A find without rows has one empty item.
	const isRow = (item: IDataObject): boolean => !isEmpty(item);
	return hasListPerFind
		? items.map(({ rows }) => (rows as IDataObject[]).filter(isRow))
		: splitRowsByFind(steps, items.filter(isRow));
}
