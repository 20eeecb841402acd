/** The value in the middle; of an even number of values the mean of the two in the middle. */
function median(values) {
	if (values.length === 0) throw new Error('There is no median of no values.');
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

/** How what two variants took compares, in rounds that lie side by side: that is when the machine was alike. */
const FIGURES = {
	/** Ours as a multiple of theirs. */
	ratio: (ours, theirs) => ours / theirs,
	/** What ours has more than theirs, in the samples' own unit. */
	over: (ours, theirs) => ours - theirs,
	/** The same in percent of theirs. */
	percentOver: (ours, theirs) => ((ours - theirs) / theirs) * 100,
	/** What is not part of theirs, in percent of it. */
	percentOf: (ours, theirs) => (ours / theirs) * 100,
	/** Ours alone. */
	alone: (ours) => ours,
};

/**
 * Compares two variants' samples, of which those of one round have one index.
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

/** Whether a figure is where it shall be; `null` where nothing is asked of it. */
function isReached({ median: value }, target) {
	if (target === undefined) return null;
	return target.atLeast === undefined ? value <= target.atMost : value >= target.atLeast;
}

module.exports = { compare, isReached, median };
