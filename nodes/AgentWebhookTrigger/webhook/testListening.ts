import escape from 'lodash/escape';
import {
	NodeOperationError,
	sleep,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';

/** The time in which a request that is accepted hides those that were ignored before it. */
const SETTLE_MS = 3000;

/** Reason that a request started nothing, in the words of the editor. */
export interface TestFault {
	message: string;
	/** Lines of text. */
	description: string[];
}

/** Ignored requests that wait for others, by trigger. */
const waiting = new Map<string, { isSuperseded: boolean }>();

const identifyTrigger = (context: IWebhookFunctions): string =>
	`${context.getWorkflow().id ?? ''} ${context.getNode().id}`;

/** Returns whether a person listens in the editor, i.e. whether the request came to the test URL. */
export const isListening = (context: IWebhookFunctions): boolean => context.getMode() === 'manual';

/** Forgets the ignored request that waits, because a later one shows in the editor. */
export function supersedeIgnored(context: IWebhookFunctions): void {
	const earlier = waiting.get(identifyTrigger(context));
	if (earlier !== undefined) earlier.isSuperseded = true;
}

/**
 * Waits for a request that shows in the editor in place of an ignored one: providers often send events of
 * several types at once, and the first execution ends the listening.
 * @returns whether there was none
 */
export async function waitForOthers(context: IWebhookFunctions): Promise<boolean> {
	supersedeIgnored(context);
	const key = identifyTrigger(context);
	const request = { isSuperseded: false };
	waiting.set(key, request);
	await sleep(SETTLE_MS);
	if (waiting.get(key) === request) waiting.delete(key);
	return !request.isSuperseded;
}

/**
 * Ends the listening with an execution in which the trigger has failed and no other node runs. The request
 * must be answered before.
 * @throws NodeOperationError, which the editor shows at the trigger
 */
export function failTest(
	context: IWebhookFunctions,
	{ description, message }: TestFault,
): IWebhookResponseData {
	const { continueOnFail, onError = 'stopWorkflow' } = context.getNode();
	if (continueOnFail === true || onError !== 'stopWorkflow') {
		// n8n would run the next nodes with an empty item. No node is connected to this output.
		const json = { refused: true, message, hint: description.join(' ') };
		return { noWebhookResponse: true, workflowData: [[], [{ json }]] };
	}
	const response = context.getResponseObject();
	// n8n answers a failed trigger with 500; this request already has its answer.
	response.status = () => response;
	response.json = () => response;
	throw new NodeOperationError(context.getNode(), message, {
		// The editor shows it as HTML.
		description: description.map((line) => escape(line)).join('<br>'),
	});
}
