import { parseDecimal } from '../lib/compareNumbers';
import { ExactNumber } from '../lib/exactJson';

/** A number of JSON, with its digits as written if JavaScript would round it. */
export type JsonNumber = number | ExactNumber;

export const isNumber = (value: unknown): value is JsonNumber =>
	typeof value === 'number' || value instanceof ExactNumber;

/** A number other than 0 as `digits × 10^exponent`; the digits do not end with 0. */
function toDecimal(value: JsonNumber): { digits: string; exponent: number } | undefined {
	const decimal = parseDecimal(String(value));
	return decimal && { digits: decimal.digits, exponent: decimal.magnitude - decimal.digits.length };
}

/** Returns whether a number has no fraction: `1.0` and `1e3` have none. */
export function isWhole(value: JsonNumber): boolean {
	const decimal = toDecimal(value);
	return decimal === undefined || decimal.exponent >= 0;
}

/** Returns `base × 10^exponent` modulo a number, without computing the power. */
function multiplyByPower(base: bigint, exponent: number, modulus: bigint): bigint {
	let result = base % modulus;
	let factor = 10n % modulus;
	for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
		if (rest % 2 === 1) result = (result * factor) % modulus;
		factor = (factor * factor) % modulus;
	}
	return result;
}

/** Most digits of a divisor, so that one division takes no time. */
export const MAX_DIVISOR_DIGITS = 40;

/** Most digits of a number that is divided. */
const MAX_DIGITS = 2000;

/** Returns whether a number is a multiple of another one, in decimal: 0.3 is one of 0.1. */
export function isMultiple(value: JsonNumber, divisor: JsonNumber): boolean {
	const [dividend, by] = [toDecimal(value), toDecimal(divisor)];
	if (dividend === undefined) return true;
	const exponent = dividend.exponent - (by?.exponent ?? 0);
	// The dividend has digits that the divisor cannot make.
	if (by === undefined || exponent < 0 || !Number.isFinite(exponent)) return false;
	if (dividend.digits.length > MAX_DIGITS) return false;
	return multiplyByPower(BigInt(dividend.digits), exponent, BigInt(by.digits)) === 0n;
}
