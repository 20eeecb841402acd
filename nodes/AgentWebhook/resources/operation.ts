import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';

/** One operation of the node: its parameters, and what it does with all items of a run. */
export interface Operation {
	/** Shown for this resource and operation only. */
	properties: INodeProperties[];
	execute: (context: IExecuteFunctions) => Promise<INodeExecutionData[][]>;
}
