/** An endpoint's request about its deliveries, sent with its answer. */
export type DeliveryControl =
	/** No retry of this delivery. */
	| 'abort-message'
	/** No retry of this delivery, and no further deliveries. */
	| 'disable-endpoint';

/** Svix calls the second one `disable`: https://docs.svix.com/receiving/delivery-control */
const CONTROLS = new Map<string, DeliveryControl>([
	['abort-message', 'abort-message'],
	['disable-endpoint', 'disable-endpoint'],
	['disable', 'disable-endpoint'],
]);

/**
 * Parses an answer's `webhook-delivery` header. Case and unknown words do not matter; of several words, the
 * one that stops more counts.
 * @param value a header's value, or the values of several headers with this name
 * @returns `undefined` if it asks for nothing
 */
export function parseDeliveryControl(value: unknown): DeliveryControl | undefined {
	const texts: unknown[] = Array.isArray(value) ? value : [value];
	const controls = texts
		.flatMap((text) => (typeof text === 'string' ? text.split(',') : []))
		.map((word) => CONTROLS.get(word.trim().toLowerCase()));
	return controls.includes('disable-endpoint')
		? 'disable-endpoint'
		: controls.find((control) => control !== undefined);
}
