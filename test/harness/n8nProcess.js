/** One process of n8n: the only one or, in queue mode, the main one, a webhook processor or a worker. */
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');

const { n8nBin, node24 } = require('./project');

const READY_WITHIN_MS = 300_000;
const STOP_WITHIN_MS = 20_000;

class N8nProcess {
	/**
	 * @param command a command of n8n, e.g. `worker`
	 * @param folder the process's own folder
	 * @param isReady called with the log since the start, until it returns true
	 */
	constructor({ command, env, folder, isReady }) {
		Object.assign(this, { command, env, folder, isReady });
		this.logFile = path.join(folder, 'n8n.log');
	}

	readLog() {
		return fs.readFileSync(this.logFile, 'utf8');
	}

	/** Starts the process and waits until it is ready. */
	async start() {
		const log = fs.openSync(this.logFile, 'a');
		const { size: loggedBefore } = fs.fstatSync(log);
		this.child = spawn(node24(), [n8nBin, this.command], {
			cwd: this.folder,
			stdio: ['ignore', log, log],
			env: { ...process.env, ...this.env },
		});
		fs.closeSync(log);
		let exited;
		this.ended = new Promise((resolve) => {
			this.child.once('exit', (code, signal) => {
				exited = signal ?? code;
				resolve();
			});
		});
		const logged = () => fs.readFileSync(this.logFile).subarray(loggedBefore).toString('utf8');
		const until = Date.now() + READY_WITHIN_MS;
		const fail = (reason) => {
			throw new Error(`n8n ${this.command} ${reason}:\n${logged().slice(-4000)}`);
		};
		for (;;) {
			if (exited !== undefined) fail(`ended with ${exited} while starting`);
			if (await this.isReady(logged())) return;
			if (Date.now() > until) {
				await this.kill();
				fail(`was not ready within ${READY_WITHIN_MS} ms`);
			}
			await pause(250);
		}
	}

	/** Kills the process, as a crash would. */
	async kill() {
		this.child.kill('SIGKILL');
		await this.ended;
	}

	async stop() {
		if (this.child === undefined) return;
		this.child.kill('SIGTERM');
		const forced = setTimeout(() => this.child.kill('SIGKILL'), STOP_WITHIN_MS);
		await this.ended;
		clearTimeout(forced);
		// Deletes n8n's copy of its editor: hundreds of scripts that the linter would read.
		fs.rmSync(path.join(this.folder, '.cache'), { recursive: true, force: true });
	}
}

module.exports = { N8nProcess };
