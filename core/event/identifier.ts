import { getErrorMessage } from '../lib/errorMessage';
import { parseJson } from '../lib/json';

/**
 * Identifiers of events, such as idempotency keys. Values that differ must never become the same
 * identifier: the second event would be mistaken for the first, and not be sent.
 */

/** A value that cannot identify an event. The message says why, as the end of a sentence about it. */
class InvalidIdentifierError extends Error {
	override readonly name = 'InvalidIdentifierError';
}

const MAX_LEVELS = 20;

/** Different values become the same text, e.g. in `'order-' + $json.id`. */
const PLACEHOLDER =
	/\[object Object\]|(?<![A-Za-z0-9])(?:undefined|null|NaN|Infinity)(?![A-Za-z0-9])/;

function writeNumber(value: number): string {
	if (!Number.isFinite(value)) {
		throw new InvalidIdentifierError('has a number that is not finite');
	}
	if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
		throw new InvalidIdentifierError(
			'has an integer above 9007199254740991, and n8n has rounded its last digits; pass it as text',
		);
	}
	return String(value);
}

const isEmpty = (value: unknown): boolean => {
	if (value === undefined || value === null) return true;
	if (typeof value === 'string') return value.trim() === '';
	return typeof value === 'object' && Object.values(value).every(isEmpty);
};

/** Returns JSON with sorted keys. */
function writeCanonically(value: unknown, levels: number): string {
	if (levels > MAX_LEVELS) throw new InvalidIdentifierError('is nested too deeply');
	if (value === null || typeof value === 'string' || typeof value === 'boolean') {
		return JSON.stringify(value);
	}
	if (typeof value === 'number') return writeNumber(value);
	if (typeof value === 'bigint') return String(value);
	if (Array.isArray(value)) {
		return `[${value.map((entry) => writeCanonically(entry, levels + 1)).join(',')}]`;
	}
	if (value === undefined) throw new InvalidIdentifierError('has a field without a value');
	if (Object.prototype.toString.call(value) !== '[object Object]') {
		throw new InvalidIdentifierError('has a value that is not JSON');
	}
	const fields = Object.entries(value as Record<string, unknown>)
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([key, field]) => `${JSON.stringify(key)}:${writeCanonically(field, levels + 1)}`);
	return `{${fields.join(',')}}`;
}

/** Parses text that is a JSON object or list, in which `null` is a valid value. */
function parseContainer(text: string): unknown {
	return /^\s*[{[]/.test(text) ? parseJson(text)?.value : undefined;
}

function write(value: unknown): string {
	// Written first, since that limits how deep the value is nested.
	const written = typeof value === 'string' ? value : writeCanonically(value ?? null, 1);
	const json = typeof value === 'string' ? parseContainer(value) : value;
	if (isEmpty(value) || isEmpty(json ?? value)) throw new InvalidIdentifierError('is empty');
	const isPlainText = typeof value === 'string' && json === undefined;
	const placeholder = isPlainText ? PLACEHOLDER.exec(value)?.[0] : undefined;
	if (placeholder !== undefined) {
		throw new InvalidIdentifierError(
			`contains "${placeholder}", which JavaScript writes in place of a value that is not text`,
		);
	}
	return written;
}

/**
 * Writes a value as an identifier: text as it is, anything else as JSON with sorted keys.
 * @param value JSON
 * @returns why it cannot be one, as the end of a sentence, if it is empty or has a number that is not exact
 * @example
 * writeIdentifier({ order: 7, line: 2 }); // { identifier: '{"line":2,"order":7}' }
 * writeIdentifier({}); // { fault: 'is empty' }
 */
export function writeIdentifier(value: unknown): { identifier: string } | { fault: string } {
	try {
		return { identifier: write(value) };
	} catch (error) {
		return { fault: getErrorMessage(error) };
	}
}
