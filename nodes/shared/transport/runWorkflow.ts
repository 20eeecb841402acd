import { OperationalError, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';

import {
	cutWorkflowMessage,
	type WorkflowCall,
	type WorkflowRun,
} from '../../../core/sending/workflowRun';

import { CANCELLED } from './cancellableWait';
import { createTimeoutSignal } from './timeoutSignal';

/** Advice for n8n's errors when a workflow cannot be started, by the text that n8n writes. */
const ADVICE: Array<[RegExp, string]> = [
	[
		// n8n tells an unpublished workflow from a missing one only in some of its modes.
		/Workflow does not exist|is not active and cannot be executed/i,
		'The workflow does not exist, or is not published. Publish it in n8n, or choose another one with Endpoint → Update.',
	],
	[
		/cannot be called by this workflow/i,
		'The workflow does not allow this call. In its settings, under "This workflow can be called by", allow this workflow.',
	],
	[
		/Missing node to start execution/i,
		'The workflow cannot be called. Add the trigger "When Executed by Another Workflow", and publish it.',
	],
];

/** Returns the message of a workflow's error, or what to do if n8n did not start it. */
function describeError(error: unknown): string {
	const { description, message } = Object(error) as { description?: unknown; message?: unknown };
	const text = typeof message === 'string' && message !== '' ? message : 'The workflow failed';
	const advice = ADVICE.find(([pattern]) => pattern.test(text))?.[1];
	if (advice !== undefined) return advice;
	const addition = typeof description === 'string' && description !== text ? description : '';
	return cutWorkflowMessage(addition === '' ? text : `${text} (${addition})`);
}

const findExecutionId = (error: unknown): string | undefined => {
	const { executionId } = Object(error) as { executionId?: unknown };
	return typeof executionId === 'string' ? executionId : undefined;
};

/**
 * Keeps a workflow that waits from putting this execution to wait too, as n8n does: it would end without the items of
 * this node.
 */
async function stayAwake(context: IExecuteFunctions): Promise<void> {
	// n8n's type knows only a time, and its code takes no time as "do not wait".
	await context.putExecutionToWait(undefined as unknown as Date);
}

/** Runs a workflow to its end, however long that takes. */
async function execute(
	context: IExecuteFunctions,
	{ items, workflowId }: WorkflowCall,
): Promise<WorkflowRun> {
	try {
		const { data, executionId, waitTill } = await context.executeWorkflow(
			{ id: workflowId },
			items.map((json) => ({ json: json as IDataObject })),
			undefined,
			{
				parentExecution: {
					executionId: context.getExecutionId(),
					workflowId: String(context.getWorkflow().id),
					shouldResume: false,
				},
				// In the editor, n8n runs the draft, as its own node Execute Sub-workflow does.
				executionMode: context.getMode(),
			},
		);
		const isWaiting = waitTill !== undefined && waitTill !== null;
		if (isWaiting) await stayAwake(context);
		const last = isWaiting ? [] : data.flatMap((output) => output ?? []);
		return { kind: 'finished', executionId, items: last.map(({ json }) => json), isWaiting };
	} catch (error) {
		return {
			kind: 'failed',
			executionId: findExecutionId(error),
			message: describeError(error),
			hasTimedOut: false,
		};
	}
}

/**
 * Runs a workflow in this n8n. After the time limit it is left to itself, since a node cannot stop it.
 * @returns its last items, or why there are none
 * @throws OperationalError when the execution is cancelled
 */
export async function runWorkflow(
	context: IExecuteFunctions,
	call: WorkflowCall,
): Promise<WorkflowRun> {
	const cancelSignal = context.getExecutionCancelSignal();
	if (cancelSignal?.aborted) throw new OperationalError(CANCELLED);
	const timeoutSignal = createTimeoutSignal(call.timeoutMs);
	const run = await new Promise<WorkflowRun | undefined>((resolve) => {
		const cancel = (): void => resolve(undefined);
		const expire = (): void =>
			resolve({
				kind: 'failed',
				message: `The workflow did not end within ${call.timeoutMs / 1000} s, and n8n may still be running it. Set "Timeout Workflow" in its settings, or raise the endpoint’s "Timeout (Seconds)".`,
				hasTimedOut: true,
			});
		cancelSignal?.addEventListener('abort', cancel, { once: true });
		timeoutSignal.addEventListener('abort', expire, { once: true });
		void execute(context, call).then((result) => {
			// Otherwise the signals would keep the workflow's items until they abort.
			cancelSignal?.removeEventListener('abort', cancel);
			timeoutSignal.removeEventListener('abort', expire);
			resolve(result);
		});
	});
	// n8n stops the workflow with the execution: that says nothing about the workflow.
	if (run === undefined || cancelSignal?.aborted) throw new OperationalError(CANCELLED);
	return run;
}
