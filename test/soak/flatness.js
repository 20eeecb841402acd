/** Judges whether what was measured over time stays flat, by the median of all slopes, which a few peaks do not move. */
const { median } = require('../bench/statistics');

/** The part of the time in which n8n is still warming up. */
const WARM_UP = 1 / 3;
/** An increase of a twentieth within the judged time still counts as flat. */
const MAX_GROWTH = 1.05;

/**
 * Returns the median of the slopes between all pairs of samples (the estimator of Theil and Sen), per hour.
 * @param samples each with `atMs` and `value`
 */
function findSlope(samples) {
	const slopes = samples.flatMap((one, index) =>
		samples
			.slice(index + 1)
			.filter(({ atMs }) => atMs !== one.atMs)
			.map(({ atMs, value }) => (value - one.value) / (atMs - one.atMs)),
	);
	return median(slopes) * 3_600_000;
}

/**
 * Judges samples after the warm-up.
 * @returns the first and the last value of the line through them, its slope per hour, and whether it is flat
 */
function judgeFlatness(samples, { maxGrowth = MAX_GROWTH, warmUp = WARM_UP } = {}) {
	const [first, last] = [samples[0].atMs, samples.at(-1).atMs];
	const judged = samples.filter(({ atMs }) => atMs >= first + (last - first) * warmUp);
	if (judged.length < 3) throw new Error('There are too few samples to judge.');
	const perHour = findSlope(judged);
	const hours = (last - judged[0].atMs) / 3_600_000;
	const middle = median(judged.map(({ value }) => value));
	const [from, to] = [middle - (perHour * hours) / 2, middle + (perHour * hours) / 2];
	return { from, to, perHour, isFlat: to <= from * maxGrowth };
}

module.exports = { findSlope, judgeFlatness };
