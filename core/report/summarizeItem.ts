import { cutText } from '../lib/cutText';
import { isObject } from '../lib/fieldPath';
import { toSingleLine } from '../lib/singleLine';

/** Says in one line what happened, for an AI agent that uses the node as its tool. */

const MAX_BYTES = 500;

type Item = Record<string, unknown>;

const toText = (value: unknown): string | undefined =>
	typeof value === 'string' && value !== '' ? value : undefined;

/** Names the event or request, and where it goes. */
function nameDelivery(item: Item): string {
	const what = toText(item.event) ?? toText(item.request) ?? 'The event';
	const endpoint = toText(item.endpoint_name) ?? toText(item.endpoint);
	return endpoint === undefined ? what : `${what} to ${endpoint}`;
}

const describeAttempts = ({ attempts }: Item): string =>
	typeof attempts === 'number' && attempts > 0
		? ` after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`
		: '';

const describeCause = ({ error_message }: Item): string => {
	const cause = toText(error_message);
	return cause === undefined ? '' : ` ${cause.replace(/\.$/, '')}.`;
};

const describeStatusCode = ({ response_code: code }: Item): string =>
	typeof code === 'number' ? ` with status ${code}` : '';

const describeNext = ({ next_attempt_at: next }: Item): string =>
	toText(next) === undefined ? '' : ` The next attempt is due at ${String(next)}.`;

/** By status of a delivery or an event. */
const DESCRIPTIONS = new Map<unknown, (item: Item) => string>([
	[
		'delivered',
		(item) =>
			item.duplicate === true
				? `Already delivered earlier, not sent again: ${nameDelivery(item)}.`
				: `Delivered: ${nameDelivery(item)}${describeStatusCode(item)}${describeAttempts(item)}.`,
	],
	[
		'failed',
		(item) =>
			`Failed: ${nameDelivery(item)}${describeAttempts(item)}. It is not retried.${describeCause(item)}`,
	],
	[
		'held',
		(item) =>
			`On hold: ${nameDelivery(item)}. It is not sent until it is replayed.${describeCause(item)}`,
	],
	['cancelled', (item) => `Cancelled: ${nameDelivery(item)}. It is not sent.`],
	['skipped', (item) => `Not sent: ${nameDelivery(item)}. ${String(item.condition)}`],
	['gathering', (item) => `Waiting for a batch: ${nameDelivery(item)}.`],
	['sending', (item) => `Being sent right now: ${nameDelivery(item)}.`],
]);

/** Before the first attempt, the cause is what the delivery waits for, e.g. a paused endpoint, and no time says when. */
const describeWaiting = (item: Item): string =>
	item.attempts === 0
		? `Waiting: ${nameDelivery(item)}.${describeCause(item) || describeNext(item)}`
		: `Not delivered yet: ${nameDelivery(item)}${describeAttempts(item)}.${describeCause(item)}${describeNext(item)}`;

/**
 * Says in one line what an item is about: a delivery, an event that was not sent, or an alert.
 * @param item a result item, with its fields' names
 */
export function summarizeItem(item: Item): string {
	// n8n's error output has the result item as a field.
	if (isObject(item.details)) return summarizeItem(item.details);
	const alert = toText(item.alert);
	const describe = DESCRIPTIONS.get(item.status) ?? describeWaiting;
	const text =
		alert === undefined
			? describe(item)
			: `${[alert, toText(item.endpoint_name)].filter(Boolean).join(' ')}: ${String(item.reason)}`;
	return cutText(toSingleLine(text), MAX_BYTES).trim();
}
