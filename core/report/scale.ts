const NICE = [1, 2, 2.5, 5, 10];

/** The smallest round number that is not below a value: a power of ten, or 2, 2.5 or 5 times one. */
function rounded(value: number): number {
	const power = 10 ** Math.floor(Math.log10(value));
	// Half a delivery, or half a millisecond, is nothing to read an axis by.
	const steps = NICE.map((step) => step * power).filter(Number.isInteger);
	return steps.find((step) => step >= value) ?? power * 10;
}

/** An axis from zero, with marks at equal distances. */
export interface Scale {
	/** The values at the marks, zero included. */
	marks: number[];
	top: number;
}

/**
 * An axis up to a largest value.
 * @param steps about how many
 */
export function createScale(max: number, steps: number): Scale {
	const step = rounded(Math.max(1, max / steps));
	const count = Math.max(2, Math.ceil(max / step));
	return {
		marks: Array.from({ length: count + 1 }, (_, index) => index * step),
		top: count * step,
	};
}
