/**
 * Fills the disk of an n8n while events are sent: a file system in memory, which only root can mount on Linux. The test
 * is skipped elsewhere.
 */
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const DISK_MEGABYTES = 400;
const CHUNK = Buffer.alloc(1024 * 1024);
/** n8n's database has room in its own files for some. */
const MOST_SENDS = 300;
const SENDS_WHILE_FULL = Number(process.env.DISK_SENDS ?? 5);
/** n8n may not answer at all while it cannot write. */
const GIVE_UP_MS = 15_000;
const RECOVERS_WITHIN_MS = 60_000;
const SETTLES_WITHIN_MS = 180_000;

/** Mounts a small file system. Returns its folder; `undefined` if that is not possible. */
function mountDisk() {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'disk-'));
	try {
		const size = `size=${DISK_MEGABYTES}m`;
		execFileSync('mount', ['-t', 'tmpfs', '-o', size, 'tmpfs', folder], { stdio: 'pipe' });
		return folder;
	} catch {
		fs.rmdirSync(folder);
		return undefined;
	}
}

const disk = mountDisk();
// Where n8n's folder is, is decided when the harness is loaded.
if (disk !== undefined) process.env.SCRATCH = disk;
const { pause } = require('../harness/n8n');

const { FaultStage } = require('./faultStage');

const describeOnDisk = disk === undefined ? describe.skip : describe;

/** Writes a file until nothing more fits. */
function fillDisk(file) {
	for (const size of [CHUNK.length, 4096, 1]) {
		try {
			for (;;) fs.appendFileSync(file, CHUNK.subarray(0, size));
		} catch (error) {
			if (error.code !== 'ENOSPC') throw error;
		}
	}
}

describeOnDisk('an n8n whose disk is full', () => {
	const stage = new FaultStage('disk');
	let endpoint;

	beforeAll(async () => {
		await stage.start();
		endpoint = await stage.createEndpoint('disk');
	}, 600_000);

	afterAll(async () => {
		await stage.stop();
		execFileSync('umount', ['--lazy', disk]);
		fs.rmdirSync(disk);
	});

	const isAlive = async () =>
		await fetch(`${stage.n8n.base}/healthz`).then(
			({ ok }) => ok,
			() => false,
		);

	/** Sends until n8n, which answers 503 while it finds its database again, accepts. Returns the last status. */
	async function sendAgain() {
		const until = Date.now() + RECOVERS_WITHIN_MS;
		for (;;) {
			const { status } = await stage.sendOnce(5);
			if (status === 200 || Date.now() > until) return status;
			await pause(1000);
		}
	}

	test('loses nothing that it has acknowledged, and sends again once there is room', async () => {
		expect(await stage.sendOnce(5)).toMatchObject({ status: 200 });
		const ballast = path.join(disk, 'ballast');
		fillDisk(ballast);
		const statuses = [];
		const isFull = () => statuses.some((status) => status !== 200);
		for (let after = 0; after < SENDS_WHILE_FULL && statuses.length < MOST_SENDS; ) {
			const { status } = await stage.sendOnce(1, { text: 'x'.repeat(200_000) }, GIVE_UP_MS);
			statuses.push(status);
			if (isFull()) after += 1;
		}
		const survived = await isAlive();
		fs.rmSync(ballast);
		if (!survived) await stage.n8n.restart();
		console.log(
			`while the disk was full: ${statuses.join(', ')}; n8n ${survived ? 'ran on' : 'ended'}`,
		);
		// Otherwise the disk was not full.
		expect(isFull()).toBe(true);
		expect(await sendAgain()).toBe(200);
		const missing = await stage.deliverAll(endpoint.box, stage.acknowledged, SETTLES_WITHIN_MS);
		expect(missing).toEqual([]);
	}, 900_000);
});
