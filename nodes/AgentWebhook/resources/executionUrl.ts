import type { IExecuteFunctions } from 'n8n-workflow';

/** Returns the address of an execution in this n8n; `null` if the log does not name one. */
export function buildExecutionUrl(
	context: IExecuteFunctions,
	workflowId: string | null,
	executionId: string | null,
): string | null {
	if (workflowId === null || executionId === null) return null;
	const base = context.getInstanceBaseUrl().replace(/\/+$/, '');
	return `${base}/workflow/${encodeURIComponent(workflowId)}/executions/${encodeURIComponent(executionId)}`;
}
