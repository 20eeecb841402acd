/** The tests read n8n's SQLite database while n8n runs. */
const fs = require('node:fs');
const path = require('node:path');
const { Worker } = require('node:worker_threads');

const { scratch } = require('../harness/project');
const { openSqlite, querySqlite } = require('../harness/sqlite');

const FOLDER = path.join(scratch, 'sqlite');
const LOCKED_FOR_MS = 500;

/** Locks the database as n8n does while it recovers from a kill, and unlocks it after a moment. */
const LOCK = `
	const { parentPort, workerData } = require('node:worker_threads');
	const { DatabaseSync } = require('node:sqlite');
	const database = new DatabaseSync(workerData.file);
	database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; UPDATE row SET id = 2');
	parentPort.postMessage('locked');
	setTimeout(() => {
		database.exec('COMMIT');
		database.close();
	}, workerData.lockedForMs);
`;

describe('While n8n locks its database', () => {
	beforeAll(() => {
		fs.mkdirSync(path.join(FOLDER, '.n8n'), { recursive: true });
		const database = openSqlite(FOLDER);
		database.exec(
			'PRAGMA journal_mode = WAL; CREATE TABLE row (id INTEGER); INSERT INTO row VALUES (1)',
		);
		database.close();
	});
	afterAll(() => fs.rmSync(FOLDER, { recursive: true, force: true }));

	test.each([
		['reads', 'SELECT id FROM row', [{ id: 2 }]],
		['changes', 'UPDATE row SET id = id + 1 RETURNING id', [{ id: 3 }]],
	])('%s it as soon as it is unlocked', async (_title, sql, rows) => {
		const worker = new Worker(LOCK, {
			eval: true,
			workerData: {
				file: path.join(FOLDER, '.n8n', 'database.sqlite'),
				lockedForMs: LOCKED_FOR_MS,
			},
		});
		const ended = new Promise((resolve) => worker.once('exit', resolve));
		await new Promise((resolve, reject) => {
			worker.once('message', resolve);
			worker.once('error', reject);
		});
		expect(querySqlite(FOLDER, sql).map((row) => ({ ...row }))).toEqual(rows);
		await ended;
	});
});
