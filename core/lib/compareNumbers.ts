import { ExactNumber } from './exactJson';

/** A number that is not 0, as `0.digits × 10^magnitude`. */
interface Decimal {
	isNegative: boolean;
	/** Without zeros at either end. */
	digits: string;
	magnitude: number;
}

/** Splits a number as JSON writes it. @returns `undefined` for 0 */
export function parseDecimal(text: string): Decimal | undefined {
	const [mantissa, exponent = '0'] = text.toLowerCase().split('e');
	const [whole, fraction = ''] = mantissa.replace('-', '').split('.');
	const all = whole + fraction;
	const first = all.search(/[1-9]/);
	if (first === -1) return undefined;
	let last = all.length;
	while (all[last - 1] === '0') last -= 1;
	return {
		isNegative: text.startsWith('-'),
		digits: all.slice(first, last),
		magnitude: whole.length - first + Number(exponent),
	};
}

const compare = <T extends number | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

function compareExactly(a: ExactNumber, b: ExactNumber): number {
	const [first, second] = [parseDecimal(a.text), parseDecimal(b.text)];
	const getSign = (decimal: Decimal | undefined): number =>
		decimal === undefined ? 0 : decimal.isNegative ? -1 : 1;
	const sign = getSign(first);
	if (first === undefined || second === undefined || sign !== getSign(second)) {
		return compare(sign, getSign(second));
	}
	const order = compare(first.magnitude, second.magnitude) || compare(first.digits, second.digits);
	return order === 0 ? 0 : sign * order;
}

const toNumber = (value: unknown): number | undefined => {
	if (typeof value === 'number') return value;
	return value instanceof ExactNumber ? value.toJSON() : undefined;
};

/**
 * Compares two numbers as a sort function does. Two that JavaScript would round are compared by all their
 * digits; one of JavaScript's own has lost them, so the other is rounded too.
 * @returns `undefined` unless both are numbers
 */
export function compareNumbers(a: unknown, b: unknown): number | undefined {
	if (a instanceof ExactNumber && b instanceof ExactNumber) return compareExactly(a, b);
	const [first, second] = [toNumber(a), toNumber(b)];
	return first === undefined || second === undefined ? undefined : compare(first, second);
}
