/**
 * Sets the clock of an n8n a day forward and back while deliveries wait. Needs libfaketime (Debian's package of this
 * name), and is skipped without it.
 */
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { FaultStage } = require('./faultStage');

const EVENTS = Number(process.env.CLOCK_EVENTS ?? 50);
const SETTLES_WITHIN_MS = 120_000;
/** libfaketime reads the file again after a second. */
const SET_MS = 3000;
const DAY = '+86400';
const LATER_THAN_A_DAY = '+87000';

const LIBRARY = ['x86_64-linux-gnu', 'aarch64-linux-gnu']
	.map((folder) => `/usr/lib/${folder}/faketime/libfaketimeMT.so.1`)
	.find((file) => fs.existsSync(file));

const describeWithClock = LIBRARY === undefined ? describe.skip : describe;

describeWithClock('an n8n whose clock changes', () => {
	const clockFile = path.join(os.tmpdir(), `clock-${process.pid}`);
	let stage;
	let steady;
	let flapping;

	const setClock = async (offset) => {
		fs.writeFileSync(clockFile, offset);
		await new Promise((resolve) => setTimeout(resolve, SET_MS));
	};

	beforeAll(async () => {
		fs.writeFileSync(clockFile, '+0');
		stage = new FaultStage('clock', {
			env: {
				LD_PRELOAD: LIBRARY,
				FAKETIME_TIMESTAMP_FILE: clockFile,
				FAKETIME_CACHE_DURATION: '1',
				FAKETIME_DONT_FAKE_MONOTONIC: '1',
				NO_FAKE_STAT: '1',
			},
		});
		await stage.start();
		steady = await stage.createEndpoint('steady', 'none');
		flapping = await stage.createEndpoint('flapping', 'none');
	}, 600_000);

	afterAll(async () => {
		await stage.stop();
		fs.rmSync(clockFile, { force: true });
	});

	const failNext = async (count) =>
		await stage.planResponses(flapping.box, Array(count).fill({ status: 503 }));

	test('a day forward and back loses nothing, and sends nothing twice', async () => {
		await failNext(EVENTS);
		await stage.sendOnce(EVENTS);
		await setClock(DAY);
		expect(await stage.deliverAll(flapping.box, stage.acknowledged, SETTLES_WITHIN_MS)).toEqual([]);

		// What fails tomorrow is due tomorrow.
		await failNext(EVENTS);
		const tomorrow = await stage.sendOnce(EVENTS);
		await setClock('+0');
		const today = await stage.sendOnce(EVENTS);
		const numbersOf = ({ items }) => items.map(({ n }) => n);
		const missing = await stage.deliverAll(flapping.box, numbersOf(today), SETTLES_WITHIN_MS);
		expect(missing).toEqual([]);
		const early = new Set(await stage.readAccepted(flapping.box));
		const waiting = numbersOf(tomorrow).filter((n) => !early.has(n));

		await setClock(LATER_THAN_A_DAY);
		for (const { box } of [flapping, steady]) {
			expect(await stage.deliverAll(box, stage.acknowledged, SETTLES_WITHIN_MS)).toEqual([]);
			const accepted = await stage.readAccepted(box);
			expect([...accepted].sort()).toEqual([...stage.acknowledged].sort());
		}
		expect(stage.acknowledged).toHaveLength(3 * EVENTS);
		console.log(`${waiting.length} of ${EVENTS} deliveries waited until the day was over`);
	}, 900_000);
});
