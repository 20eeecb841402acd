const ROUND_STEPS = [1, 2, 2.5, 5, 10];

/** Rounds a value up to a power of ten, or to 2, 2.5 or 5 times one. */
function roundUp(value: number): number {
	const power = 10 ** Math.floor(Math.log10(value));
	// There is no half delivery, and half a millisecond is too fine for an axis.
	const steps = ROUND_STEPS.map((step) => step * power).filter(Number.isInteger);
	return steps.find((step) => step >= value) ?? power * 10;
}

/** The scale of an axis that starts at zero, with marks at equal distances. */
export interface Scale {
	/** The values at the marks, including zero. */
	marks: number[];
	top: number;
}

/**
 * Creates a scale that reaches a maximum.
 * @param steps approximate number of steps between marks
 */
export function createScale(max: number, steps: number): Scale {
	const step = roundUp(Math.max(1, max / steps));
	const count = Math.max(2, Math.ceil(max / step));
	return {
		marks: Array.from({ length: count + 1 }, (_, index) => index * step),
		top: count * step,
	};
}
