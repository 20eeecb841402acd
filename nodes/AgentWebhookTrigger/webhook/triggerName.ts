import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';

/**
 * Names the trigger and its workflow for n8n's log, which has the messages of all workflows. Quotes names as
 * JSON, so that a name with a line break cannot look like another log entry.
 */
export function nameTrigger(context: IHookFunctions | IWebhookFunctions): string {
	const { id, name } = context.getWorkflow();
	const node = JSON.stringify(context.getNode().name);
	return `The node ${node} of the workflow ${JSON.stringify(name ?? '')} (${id ?? 'unsaved'})`;
}
