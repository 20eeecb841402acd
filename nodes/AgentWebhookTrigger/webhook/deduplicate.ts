import { createHash } from 'crypto';
import type { IWebhookFunctions } from 'n8n-workflow';

import {
	Deduplicator,
	type CompleteDelivery,
	type DeliveryIdentity,
	type DeliveryStart,
} from '../../../core/receiving/deduplicator';
import type { AcceptedRequest } from '../../../core/receiving/receive';
import type { PublishedState } from '../registration/registrationState';

import { captureResponse, isSuccess } from './captureResponse';
import { hashDuplicateKey } from './items';
import { getDuplicateWindowMs } from './rules';
import { waitsForEnd, type TriggerParameters } from './triggerParameters';

/** The deliveries of all triggers in this process. 150,000 keys take about 30 MB. */
const deduplicator = new Deduplicator({ maxKeysPerTrigger: 50_000, maxKeys: 150_000 });

/**
 * Identifies a delivery in a trigger's set of deliveries. The set is a new one after the workflow was published, and for
 * the keys that the trigger's owner wants to accept again. Parameters and static data come from n8n's database, so all
 * processes agree.
 */
function identifyDelivery(
	context: IWebhookFunctions,
	{ callers, duplicateKey, keys }: AcceptedRequest,
	{ options }: TriggerParameters,
): DeliveryIdentity {
	const { publishedAt = '' }: PublishedState = context.getWorkflowStaticData('node');
	const { acceptAgain = '' } = options;
	// Not `parseList`: some keys have commas.
	const keysToAccept = typeof acceptAgain === 'string' ? acceptAgain.split(/\s+/) : acceptAgain;
	const isAgain =
		duplicateKey !== undefined &&
		[duplicateKey, hashDuplicateKey(duplicateKey)].some((shown) => keysToAccept.includes(shown));
	// A digest bounds the memory of each key, however long the sender makes it.
	const digestKeys = (set: string): string[] =>
		keys.map((key) => createHash('sha256').update(`${publishedAt} ${set} ${key}`).digest('base64'));
	return {
		trigger: `${context.getWorkflow().id ?? ''} ${context.getNode().id}`,
		callers,
		keys: digestKeys(isAgain ? keysToAccept.join(' ') : ''),
		// Anyone can give a captured request the key that is accepted again if keys are not signed.
		...(isAgain && { earlierKeys: digestKeys('') }),
	};
}

/** Calls `complete` when it is known whether the delivery counts as received. */
function reportCompletion(
	context: IWebhookFunctions,
	{ options }: TriggerParameters,
	complete: CompleteDelivery,
): void {
	const response = context.getResponseObject();
	if (waitsForEnd(options)) {
		// The workflow goes on if the sender does not wait for its end.
		captureResponse(response, (captured) => {
			complete(isSuccess(captured));
		});
		return;
	}
	// The response of a caller who has hung up, e.g. while this waited, reports nothing anymore.
	if (response.destroyed) {
		complete(false);
		return;
	}
	response.once('finish', () => {
		complete(isSuccess(response));
	});
	response.once('close', () => {
		complete(false);
	});
}

/**
 * Starts a delivery, or recognizes it as a duplicate. A delivery that is answered with success is
 * remembered for the duplicate window; after any other response, the next duplicate is processed.
 */
export async function startDelivery(
	context: IWebhookFunctions,
	request: AcceptedRequest,
	parameters: TriggerParameters,
): Promise<DeliveryStart['result']> {
	const { replayEndMs = 0 } = request;
	const windowMs = getDuplicateWindowMs(parameters, replayEndMs - Date.now());
	// A person who listens for a test event may send the same one again on purpose.
	if (request.keys.length === 0 || windowMs <= 0 || context.getMode() === 'manual') return 'first';
	const identity = identifyDelivery(context, request, parameters);
	const start = await deduplicator.start(identity, windowMs, () => Date.now());
	if (start.result !== 'first') return start.result;
	reportCompletion(context, parameters, start.complete);
	return 'first';
}
