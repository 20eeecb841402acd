import { createHash } from 'crypto';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { findJsonFault } from '../../../../core/lib/jsonValue';

/**
 * A failed delivery stops the node with an error, after the other items of its run were sent. n8n then
 * runs the node again with all of them, if a person retries the execution or the node retries on fail. What
 * was sent is therefore kept in the execution's own data, and not sent again.
 */

/** A result item of an input item that needs no other attempt. */
export interface FinishedItem {
	itemIndex: number;
	output: number;
	json: IDataObject;
}

interface InterruptedRun {
	/** Digest of the input items. */
	input: string;
	finished: FinishedItem[];
	/** By item index, the IDs of events that failed: the next attempt has to repeat them. */
	eventIds: Record<number, string>;
}

type NodeData = { interruptedRun?: InterruptedRun };

/** @returns `undefined` for an execution that n8n keeps no data of */
function getNodeData(context: IExecuteFunctions): NodeData | undefined {
	try {
		return context.getContext('node');
	} catch {
		return undefined;
	}
}

const computeDigest = (context: IExecuteFunctions): string => {
	// An item that cannot be written as JSON was not sent.
	const input = context
		.getInputData()
		.map(({ json }) => (findJsonFault(json) === undefined ? json : null));
	return createHash('sha256').update(JSON.stringify(input)).digest('base64');
};

/** Keeps what a run has finished, before it ends with an error. */
export function keepFinishedItems(
	context: IExecuteFunctions,
	{ eventIds, finished }: Omit<InterruptedRun, 'input'>,
): void {
	const data = getNodeData(context);
	if (data) data.interruptedRun = { input: computeDigest(context), finished, eventIds };
}

/**
 * Returns what an earlier run with the same input items has finished, and deletes it.
 * @returns nothing finished unless that run ended with an error
 */
export function takeFinishedItems(context: IExecuteFunctions): Omit<InterruptedRun, 'input'> {
	const data = getNodeData(context);
	const interruptedRun = data?.interruptedRun;
	delete data?.interruptedRun;
	return interruptedRun !== undefined && interruptedRun.input === computeDigest(context)
		? interruptedRun
		: { finished: [], eventIds: {} };
}
