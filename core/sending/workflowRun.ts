import { decodeText } from '../lib/cutText';
import { parseBigNumbersAsText } from '../lib/exactJson';
import { isObject } from '../lib/fieldPath';
import { findJsonFault } from '../lib/jsonValue';

import type { AttemptResult } from './attemptOutcome';
import type { SendingPorts } from './deliver';
import type { OutgoingAttempt } from './target';

/** A call of a workflow in this n8n. */
export interface WorkflowCall {
	workflowId: string;
	/** The JSON of its input items. */
	items: Array<Record<string, unknown>>;
	timeoutMs: number;
}

/** The result of a call. `executionId` is absent if the workflow could not be started. */
export type WorkflowRun =
	| {
			kind: 'finished';
			executionId?: string;
			/** The JSON of the items of its last node. */
			items: unknown[];
			/** `true` if it has not ended, but waits for a time or a request. */
			isWaiting: boolean;
	  }
	| { kind: 'failed'; executionId?: string; message: string; hasTimedOut: boolean };

/** Longest message of a workflow's error that is kept. */
const MAX_MESSAGE_LENGTH = 1000;

/** Returns the text of a workflow's error, within bounds. */
export const cutWorkflowMessage = (message: string): string =>
	message.length > MAX_MESSAGE_LENGTH ? `${message.slice(0, MAX_MESSAGE_LENGTH)}…` : message;

/** Writes an item as JSON, or in its place what is wrong with it: the workflow has done its work. */
function writeItem(item: unknown): string {
	const fault = findJsonFault(item);
	const written = fault === undefined ? item : `The item ${fault}, so it cannot be written as JSON`;
	return JSON.stringify(written) ?? 'null';
}

/** Writes a workflow's last items as the body of an answer: one item alone, and several as a list. */
function toAnswerBody(
	items: unknown[],
	maxBytes: number,
): { body: string; bodyTruncated: boolean } {
	const parts: string[] = [];
	let bytes = 0;
	for (const item of items) {
		const text = writeItem(item);
		parts.push(text);
		bytes += Buffer.byteLength(text, 'utf8') + 1;
		if (bytes > maxBytes + 1) break;
	}
	const isWhole = parts.length === items.length;
	const text = items.length === 1 ? parts[0] : `[${parts.join(',')}${isWhole ? ']' : ''}`;
	const buffer = Buffer.from(text, 'utf8');
	const bodyTruncated = !isWhole || buffer.length > maxBytes;
	return { body: decodeText(buffer, maxBytes), bodyTruncated };
}

/** Parses the list of events in a delivery's body, and adds to each which delivery it belongs to. */
function readItems({ body, delivery, target }: OutgoingAttempt): WorkflowCall['items'] {
	const parsed = parseBigNumbersAsText(body.toString('utf8'))?.value;
	const events = Array.isArray(parsed) ? parsed.filter(isObject) : [];
	return events.map((event) => ({
		...event,
		delivery_id: delivery?.id ?? null,
		attempt: delivery?.attempt ?? 1,
		hops: delivery?.hops ?? 1,
		endpoint_id: target.endpoint?.id ?? null,
		endpoint_name: target.endpoint?.name ?? null,
	}));
}

/** Delivers to a workflow. One that finished, or waits, has the event: it counts as an answer with the status 200. */
async function attemptWorkflow(
	runWorkflow: SendingPorts['runWorkflow'],
	workflowId: string,
	outgoing: OutgoingAttempt,
): Promise<AttemptResult> {
	const { maxResponseBytes, timeoutMs } = outgoing.target;
	const run = await runWorkflow({ workflowId, items: readItems(outgoing), timeoutMs });
	const { executionId } = run;
	if (run.kind === 'failed') {
		const { hasTimedOut, message } = run;
		return {
			kind: 'error',
			code: hasTimedOut ? 'ETIMEDOUT' : 'WORKFLOW_FAILED',
			message,
			executionId,
		};
	}
	return {
		kind: 'response',
		statusCode: 200,
		headers: { 'content-type': 'application/json' },
		...toAnswerBody(run.items, maxResponseBytes),
		executionId,
	};
}

/** Returns a port that runs the workflow of a target that has one, and makes a request to any other. */
export const withWorkflows =
	(
		attempt: SendingPorts['attempt'],
		runWorkflow: SendingPorts['runWorkflow'],
	): SendingPorts['attempt'] =>
	async (outgoing) => {
		const { workflowId } = outgoing.target;
		return workflowId === undefined
			? await attempt(outgoing)
			: await attemptWorkflow(runWorkflow, workflowId, outgoing);
	};
