const startedMs = Date.now();

/** Prints what the bench is doing, with the time since it started. */
function say(text) {
	const seconds = Math.floor((Date.now() - startedMs) / 1000);
	const time = [Math.floor(seconds / 60), seconds % 60].map((part) =>
		String(part).padStart(2, '0'),
	);
	console.log(`${time.join(':')}  ${text}`);
}

const short = (value) => (value >= 100 ? Math.round(value) : Number(value.toPrecision(3)));

/**
 * Runs variants in turn, round after round, starting each round with a different one. The first round is
 * a warm-up and is discarded.
 * @param variants functions by name, each of which measures once
 * @param unit the unit of their measurements
 * @returns their measurements by name; those of the same round have the same index
 */
async function interleave(title, variants, rounds, unit) {
	const names = Object.keys(variants);
	const samples = Object.fromEntries(names.map((name) => [name, []]));
	for (let round = 0; round <= rounds; round += 1) {
		const which = round === 0 ? 'warm-up' : `round ${round} of ${rounds}`;
		const measured = [];
		for (let turn = 0; turn < names.length; turn += 1) {
			const name = names[(round + turn) % names.length];
			const sample = await variants[name]();
			measured.push(`${name} ${short(sample)}`);
			if (round > 0) samples[name].push(sample);
		}
		say(`${title}, ${which} (${unit}): ${measured.join(', ')}`);
	}
	return samples;
}

module.exports = { interleave, say };
