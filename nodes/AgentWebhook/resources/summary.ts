import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { summarizeItem } from '../../../core/report/summarizeItem';
import { isAgentTool } from '../../shared/execution/connections';

/** Adds a line to an item that says what happened. */
export const addSummary = (json: IDataObject): IDataObject => ({
	summary: summarizeItem(json),
	...json,
});

/** Adds a line that says what happened, if an AI agent uses the node as its tool. */
export const summarizeForAgent = (context: IExecuteFunctions, json: IDataObject): IDataObject =>
	isAgentTool(context) ? addSummary(json) : json;
