import type { CodeRange } from '../store/deliveryLog';

/** Text that names no response codes. The message says what to enter. */
export class InvalidResponseCodesError extends Error {
	override readonly name = 'InvalidResponseCodesError';
}

/**
 * Parses response codes that a person typed, e.g. `404, 5xx`.
 * @returns `undefined` for an empty text
 * @throws InvalidResponseCodesError
 */
export function parseResponseCodes(text: string): CodeRange[] | undefined {
	const parts = text.split(/[\s,]+/).filter((part) => part !== '');
	if (parts.length === 0) return undefined;
	return parts.map((part) => {
		if (!/^[1-5](?:\d\d|xx)$/i.test(part)) {
			throw new InvalidResponseCodesError(
				`"${part}" is not a response code. Enter codes from 100 to 599, or the classes 1xx to 5xx, separated by commas, e.g. 404, 5xx.`,
			);
		}
		const from = Number(part.replace(/x/gi, '0'));
		return { from, to: /x/i.test(part) ? from + 99 : from };
	});
}
