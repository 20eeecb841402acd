/** Measures how the cost of a send grows with the number of its items and with the rows in its outbox. */
const { interleave, say } = require('./rounds');
const { FLOOR_NAME, createItems, Sending } = require('./sending');
const { compare } = require('./statistics');

const BATCH = 100;
/** The increase of the time per item that still counts as linear: measurements vary by as much. */
const LINEAR = 1.25;
const MAX_GROWTH = 2;
/**
 * Number of events in a send to an outbox that has rows: most of its time is spent scanning the tables.
 */
const EVENTS_ON_FILE = 1;

const number = (value) => value.toLocaleString('en');

class GrowthBench {
	constructor(stage, sizes) {
		Object.assign(this, { stage, sizes, sending: new Sending(stage) });
	}

	#row(unit, what, against, samples, more) {
		const { engine } = this.stage;
		return { part: 'growth', engine, unit, what, against, ...compare(...samples), ...more };
	}

	/** Measures the time per item for each number of items. */
	async #items() {
		const { measure: toOutbox, outbox } = await this.sending.outbox('growth');
		const target = { atMost: LINEAR };
		const ways = {
			[`n8n’s floor: ${FLOOR_NAME}`]: { measure: await this.sending.floor('http') },
			'Single deliveries': { measure: await this.sending.ours('http'), target },
			[`Batches of ${BATCH}`]: { measure: await this.sending.ours('http', BATCH), target },
			Outbox: {
				measure: async (items) => {
					// Growth with the outbox's rows is measured separately.
					outbox.clear();
					return await toOutbox(items);
				},
				target,
			},
		};
		const rows = [];
		for (const [way, { measure, ...more }] of Object.entries(ways)) {
			const perItem = (count) => async () =>
				((await measure(createItems(count))).ms * 1000) / count;
			const samples = await interleave(
				`Growth, ${way}`,
				Object.fromEntries(
					this.sizes.items.map((count) => [`${number(count)} items`, perItem(count)]),
				),
				this.sizes.rounds,
				'µs an item',
			);
			const of = (count) => samples[`${number(count)} items`];
			this.sizes.items.slice(1).forEach((count, index) => {
				const fewer = this.sizes.items[index];
				rows.push(
					this.#row(
						'µs/item',
						`${way}, ${number(count)} items`,
						`itself, ${number(fewer)} item${fewer === 1 ? '' : 's'}`,
						[of(count), of(fewer)],
						more,
					),
				);
			});
		}
		return rows;
	}

	/** Creates an outbox with this number of delivered deliveries. */
	async #filled(rows) {
		const { measure, outbox } = await this.sending.outbox(`rows_${rows}`);
		await measure(createItems(1));
		say(`Growth: inserting ${number(rows)} rows …`);
		outbox.fill(rows);
		return { measure, outbox };
	}

	async #rowsOnFile() {
		const sizes = this.sizes.rowsOnFile;
		const [fewest] = sizes;
		const most = sizes.at(-1);
		const filled = new Map();
		for (const rows of sizes) filled.set(rows, await this.#filled(rows));
		const send = (rows) => async () =>
			(await filled.get(rows).measure(createItems(EVENTS_ON_FILE))).ms;
		const title = (rows) => `${number(rows)} rows`;
		const all = await interleave(
			'Growth, outbox',
			Object.fromEntries(sizes.map((rows) => [title(rows), send(rows)])),
			this.sizes.rounds,
			'ms a send',
		);
		const what = `Outbox: a send of ${EVENTS_ON_FILE} event`;
		const rows = sizes
			.slice(1)
			.map((count) =>
				this.#row(
					'ms',
					`${what}, ${title(count)} in the tables`,
					`itself, ${title(fewest)}`,
					[all[title(count)], all[title(fewest)]],
					{ target: { atMost: MAX_GROWTH } },
				),
			);
		const { outbox } = filled.get(most);
		const before = outbox.rowsOnFile();
		say(`Growth: pruning ${number(before)} rows …`);
		const prunedMs = await outbox.prune();
		const left = outbox.rowsOnFile();
		if (left === before) return rows;
		const pruned = await interleave(
			'Growth, outbox, pruned',
			{ pruned: send(most), fewest: send(fewest) },
			this.sizes.rounds,
			'ms a send',
		);
		return [
			...rows,
			this.#row(
				'ms',
				`${what}, after Prune has left ${number(left)} rows of ${number(before)}`,
				`itself, ${title(fewest)}`,
				[pruned.pruned, pruned.fewest],
				{
					target: { atMost: MAX_GROWTH },
					note: `Prune, as it is by default, took ${number(prunedMs)} ms once`,
				},
			),
		];
	}

	async run() {
		say('Growth: making the workflows …');
		await this.sending.start();
		return [...(await this.#items()), ...(await this.#rowsOnFile())];
	}
}

/** @returns the result rows of growth */
const growth = async (stage, sizes) => await new GrowthBench(stage, sizes).run();

module.exports = { growth };
