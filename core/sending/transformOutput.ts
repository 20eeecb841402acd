import countBy from 'lodash/countBy';

import { findCustomHeaderFault } from '../http/customHeaders';
import { isObject } from '../lib/fieldPath';
import { findJsonFault } from '../lib/jsonValue';

/** Reads what a workflow returned that makes the bodies of deliveries. */

/** A body that a workflow made, or what is wrong with its item. */
export type TransformedBody =
	| { body: string; headers: Record<string, string>; keepsHeaders: boolean }
	| { fault: string };

/** Most bytes of a body: the same limit as for a batch. */
export const MAX_BODY_BYTES = 1_048_576;

const CONTENT_TYPE = /^[\w!#$&^.+-]{1,100}\/[\w!#$&^.+-]{1,100}(?:\s*;[\x20-\x7e]{0,200})?$/;
const OTHER_CHARSET = /;\s*charset\s*=\s*"?(?!utf-8\b)/i;

/** The headers that sending sets itself: the signature, the authentication, and the type of the body. */
const RESERVED = /^(?:(?:svix|webhook)-.*|authorization|content-type|cookie|user-agent)$/i;

const TEXT_TYPE = 'text/plain; charset=utf-8';

/** Writes a body. @returns what is wrong with it, if it cannot be sent */
function writeBody(body: unknown): { text: string } | { fault: string } {
	if (body === undefined || body === null) {
		return { fault: 'has no "body". Return an object, a list or text in this field.' };
	}
	if (typeof body !== 'string' && typeof body !== 'object') {
		return { fault: `has a "body" that is a ${typeof body}. Return an object, a list or text.` };
	}
	const fault = findJsonFault(body);
	if (fault !== undefined) {
		return {
			fault: `has a "body" that ${fault}, so it cannot be written as JSON. Return only the fields that the endpoint needs.`,
		};
	}
	const text = typeof body === 'string' ? body : JSON.stringify(body);
	const bytes = Buffer.byteLength(text, 'utf8');
	return bytes > MAX_BODY_BYTES
		? {
				fault: `has a "body" of ${bytes} bytes. Shorten it to at most ${MAX_BODY_BYTES / 1024} KB.`,
			}
		: { text };
}

/** Finds what is wrong with the headers of an item. */
function findHeadersFault(headers: unknown): string | undefined {
	if (headers === undefined || headers === null) return undefined;
	if (!isObject(headers)) return 'has "headers" that are not an object.';
	for (const [name, value] of Object.entries(headers)) {
		if (typeof value !== 'string') return `has a header "${name.slice(0, 100)}" that is not text.`;
		if (RESERVED.test(name)) {
			return /^content-type$/i.test(name)
				? 'has the header "Content-Type". Return it in the field "content_type".'
				: `has the header "${name.slice(0, 100)}", which is set when the delivery is sent. Remove it.`;
		}
		const fault = findCustomHeaderFault(name, value);
		if (fault !== undefined) return `has a header that cannot be sent. ${fault}`;
	}
	return undefined;
}

function findTypeFault(type: unknown): string | undefined {
	if (type === undefined || type === null) return undefined;
	if (typeof type !== 'string' || !CONTENT_TYPE.test(type)) {
		return 'has a "content_type" that is not a media type. Return one such as application/xml.';
	}
	return OTHER_CHARSET.test(type)
		? 'has a "content_type" with another charset. Bodies are sent in UTF-8.'
		: undefined;
}

/** Reads one item. */
function readItem(item: Record<string, unknown>): TransformedBody {
	const { body, content_type: type, headers } = item;
	const written = writeBody(body);
	const fault =
		('fault' in written ? written.fault : undefined) ??
		findTypeFault(type) ??
		findHeadersFault(headers);
	if (fault !== undefined || 'fault' in written) {
		return { fault: `The item that the transform workflow returned ${fault}` };
	}
	const defaultType = typeof body === 'string' ? TEXT_TYPE : undefined;
	const contentType = typeof type === 'string' ? type : defaultType;
	return {
		body: written.text,
		headers: {
			...(headers as Record<string, string> | null | undefined),
			...(contentType !== undefined && { 'Content-Type': contentType }),
		},
		keepsHeaders: contentType === undefined,
	};
}

const hasId = (item: Record<string, unknown>): boolean => typeof item.delivery_id === 'string';

const describeMissing = (count: number): string =>
	count === 0
		? 'The transform workflow returned no item with the "delivery_id" of this delivery. Return one item for each delivery.'
		: `The transform workflow returned ${count} items with the "delivery_id" of this delivery. Return one item for each delivery.`;

/**
 * Assigns the items that a workflow returned to deliveries: by `delivery_id` if an item has one, otherwise by their
 * order.
 * @param items the JSON of the items
 * @param deliveryIds in the order in which the workflow got them
 * @returns for each delivery its body, or what is wrong
 */
export function readTransformOutput(
	items: unknown[],
	deliveryIds: string[],
): Map<string, TransformedBody> {
	const objects = items.map((item) => (isObject(item) ? item : {}));
	if (objects.some(hasId)) {
		const counts = countBy(objects, ({ delivery_id: id }) => String(id));
		const byId = new Map(objects.map((item) => [String(item.delivery_id), item]));
		return new Map(
			deliveryIds.map((id) => {
				const item = byId.get(id);
				const isOnlyOne = item !== undefined && counts[id] === 1;
				return [id, isOnlyOne ? readItem(item) : { fault: describeMissing(counts[id] ?? 0) }];
			}),
		);
	}
	if (objects.length === deliveryIds.length) {
		return new Map(deliveryIds.map((id, index) => [id, readItem(objects[index])]));
	}
	const fault = `The transform workflow returned ${objects.length} ${objects.length === 1 ? 'item' : 'items'} for ${deliveryIds.length} ${deliveryIds.length === 1 ? 'delivery' : 'deliveries'}. Return one item for each delivery, or the "delivery_id" with each.`;
	return new Map(deliveryIds.map((id) => [id, { fault }]));
}
