/** Returns the middle value, or the mean of the two middle values of an even number of values. */
function median(values) {
	if (values.length === 0) throw new Error('A list with no values has no median.');
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length / 2;
	return Number.isInteger(middle)
		? (sorted[middle - 1] + sorted[middle]) / 2
		: sorted[Math.floor(middle)];
}

const spread = (values) => ({
	median: median(values),
	lowest: Math.min(...values),
	highest: Math.max(...values),
});

/** Compares two variants within adjacent rounds, in which the machine's speed was about the same. */
const FIGURES = {
	/** Ours divided by theirs. */
	ratio: (ours, theirs) => ours / theirs,
	/** Ours minus theirs, in the unit of the samples. */
	over: (ours, theirs) => ours - theirs,
	/** Ours minus theirs, in percent of theirs. */
	percentOver: (ours, theirs) => ((ours - theirs) / theirs) * 100,
	/** An operation that theirs does not include, in percent of theirs. */
	percentOf: (ours, theirs) => (ours / theirs) * 100,
	/** Ours alone. */
	alone: (ours) => ours,
};

/**
 * Compares the samples of two variants; samples of the same round have the same index.
 * @param kind one of {@link FIGURES}
 */
function compare(ours, theirs, kind = 'ratio') {
	if (ours.length !== theirs.length) {
		throw new Error(`${ours.length} rounds cannot be compared with ${theirs.length}.`);
	}
	return {
		ours: median(ours),
		theirs: median(theirs),
		samples: { ours, theirs },
		figure: { kind, ...spread(ours.map((value, round) => FIGURES[kind](value, theirs[round]))) },
	};
}

/** Returns whether a figure reaches its target; `null` if it has none. */
function isReached({ median: value }, target) {
	if (target === undefined) return null;
	return target.atLeast === undefined ? value <= target.atMost : value >= target.atLeast;
}

module.exports = { compare, isReached, median };
