/**
 * JSON with numbers that JavaScript would round, such as `616581622363398142`. The numbers are found in the
 * text itself, in linear time, since Node.js 20 gives a reviver no access to it.
 */
import { randomUUID } from 'crypto';

import { parseJson, skipString } from './json';

/** A number that JavaScript would round, with its digits as written in the JSON text. */
export class ExactNumber {
	/** @param text the number as JSON writes it, e.g. `616581622363398142` */
	constructor(readonly text: string) {}

	/** Returns the digits as written. */
	toString(): string {
		return this.text;
	}

	/** Returns the rounded number, for code that writes JSON without {@link stringifyExactJson}. */
	toJSON(): number {
		return Number(this.text);
	}
}

/** Significant digits that a number always keeps. */
const SAFE_DIGITS = 15;

const [QUOTE, MINUS, PLUS, POINT, ZERO, NINE] = Array.from('"-+.09', (character) =>
	character.charCodeAt(0),
);

const isDigit = (code: number): boolean => code >= ZERO && code <= NINE;

const isExponent = (code: number): boolean => (code | 32) === 101;

/** Returns the index after the number that begins at `start`. */
function skipNumber(text: string, start: number): number {
	let end = start + 1;
	for (; end < text.length; end += 1) {
		const code = text.charCodeAt(end);
		if (!isDigit(code) && code !== POINT && code !== MINUS && code !== PLUS && !isExponent(code)) {
			return end;
		}
	}
	return end;
}

/**
 * Puts the numbers that `isReplaced` selects into quotation marks, after a prefix.
 * @param text valid JSON
 * @returns `undefined` if there are none
 */
function quoteNumbers(
	text: string,
	isReplaced: (number: string) => boolean,
	prefix: string,
): string | undefined {
	const pieces: string[] = [];
	let copied = 0;
	for (let index = 0; index < text.length; ) {
		const code = text.charCodeAt(index);
		if (code === QUOTE) {
			index = skipString(text, index);
		} else if (isDigit(code) || code === MINUS) {
			const end = skipNumber(text, index);
			const number = text.slice(index, end);
			if (isReplaced(number)) {
				pieces.push(text.slice(copied, index), `"${prefix}${number}"`);
				copied = end;
			}
			index = end;
		} else {
			index += 1;
		}
	}
	return pieces.length === 0 ? undefined : [...pieces, text.slice(copied)].join('');
}

/** Returns a number's sign, its significant digits and its exponent: equal for `1.50`, `15e-1` and `1.5`. */
function normalizeNumber(number: string): string {
	const [mantissa, exponent = '0'] = number.toLowerCase().split('e');
	const [whole, fraction = ''] = mantissa.replace('-', '').split('.');
	const digits = whole + fraction;
	let [first, last] = [0, digits.length];
	while (first < last && digits.charCodeAt(first) === ZERO) first += 1;
	while (last > first && digits.charCodeAt(last - 1) === ZERO) last -= 1;
	if (first === last) return '0';
	const power = Number(exponent) - fraction.length + digits.length - last;
	return `${number.startsWith('-') ? '-' : ''}${digits.slice(first, last)}e${power}`;
}

/** Returns whether JavaScript writes another number than the one that it read. */
function isRounded(number: string): boolean {
	// Without an exponent, few characters have few digits.
	if (number.length <= SAFE_DIGITS && !/e/i.test(number)) return false;
	const value = Number(number);
	return !Number.isFinite(value) || normalizeNumber(number) !== normalizeNumber(String(value));
}

/** Returns whether a number is beyond the integers that JavaScript can tell apart. */
const isBig = (number: string): boolean =>
	(number.length > SAFE_DIGITS || /e/i.test(number)) &&
	Math.abs(Number(number)) > Number.MAX_SAFE_INTEGER;

/**
 * Parses JSON without rounding: a number that JavaScript would change is an {@link ExactNumber}, and all
 * others are numbers. As fast as `JSON.parse` for text without long numbers, except for one pass over it.
 * @param parsed what {@link parseJson} returned for the text
 * @returns `{ value }`, since the value may be `null`; `undefined` if the text is not JSON, or if it has long
 * numbers and thousands of levels
 * @example
 * parseExactJson('{"id": 616581622363398142, "count": 2}')?.value;
 * // { id: ExactNumber { text: '616581622363398142' }, count: 2 }
 */
export function parseExactJson(
	text: string,
	parsed = parseJson(text),
): { value: unknown } | undefined {
	if (parsed === undefined) return undefined;
	// The text cannot contain a UUID that did not exist when it was written.
	const mark = randomUUID();
	const quoted = quoteNumbers(text, isRounded, mark);
	if (quoted === undefined) return parsed;
	const revive = (_: string, value: unknown): unknown =>
		typeof value === 'string' && value.startsWith(mark)
			? new ExactNumber(value.slice(mark.length))
			: value;
	return parseJson(quoted, revive);
}

/** Returns whether JSON has something else in place of an object, e.g. the text of a date. */
export const isConverted = (value: object): boolean =>
	typeof (value as { toJSON?: unknown }).toJSON === 'function';

/** Returns whether a value that can be written as JSON contains an {@link ExactNumber}. */
export function hasExactNumber(value: unknown): boolean {
	const remaining = [value];
	while (remaining.length > 0) {
		const next = remaining.pop();
		if (next instanceof ExactNumber) return true;
		// JSON has something else in its place, and it may contain itself.
		if (typeof next !== 'object' || next === null || isConverted(next)) continue;
		for (const child of Object.values(next)) remaining.push(child);
	}
	return false;
}

/**
 * Writes JSON as `JSON.stringify` does, with each {@link ExactNumber} as it was written.
 * @param value anything but `undefined` and functions
 * @throws TypeError if the value contains itself
 * @example
 * stringifyExactJson({ id: new ExactNumber('616581622363398142') }); // '{"id":616581622363398142}'
 */
export function stringifyExactJson(value: unknown): string {
	const rounded = JSON.stringify(value);
	if (!hasExactNumber(value)) return rounded;
	const mark = randomUUID();
	const text = JSON.stringify(
		value,
		function (this: Record<string, unknown>, key, written: unknown) {
			const original = this[key];
			return original instanceof ExactNumber ? mark + original.text : written;
		},
	);
	return text.replaceAll(new RegExp(`"${mark}([^"]*)"`, 'g'), '$1');
}

/** Returns JSON's value with every {@link ExactNumber} rounded, for code that needs JavaScript's numbers. */
export const roundExactNumbers = <T>(value: T): T =>
	hasExactNumber(value) ? (JSON.parse(JSON.stringify(value)) as T) : value;

/**
 * Parses JSON with every number beyond ±9,007,199,254,740,991 as text, with its digits as written. Beyond
 * that limit two integers may be the same JavaScript number.
 * @returns `{ value }`, since the value may be `null`; `undefined` if the text is not JSON
 * @example
 * parseBigNumbersAsText('{"id": 616581622363398142, "count": 2}')?.value;
 * // { id: '616581622363398142', count: 2 }
 */
export function parseBigNumbersAsText(text: string): { value: unknown } | undefined {
	const parsed = parseJson(text);
	if (parsed === undefined) return undefined;
	const quoted = quoteNumbers(text, isBig, '');
	return quoted === undefined ? parsed : parseJson(quoted);
}
