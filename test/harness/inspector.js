/** Talks to the Node inspector of another process, to collect garbage and to evaluate expressions there. */
const { pause } = require('./n8n');

const OPENS_WITHIN_MS = 10_000;

/** The inspector of a running process. */
class Inspector {
	#socket;
	#asked = new Map();
	#sent = 0;

	/**
	 * Makes a process open its inspector, and connects to it.
	 * @param port the value of the process's `--inspect-port`
	 */
	static async open(pid, port) {
		process.kill(pid, 'SIGUSR1');
		const until = Date.now() + OPENS_WITHIN_MS;
		for (;;) {
			const answer = await fetch(`http://127.0.0.1:${port}/json/list`).catch(() => undefined);
			if (answer?.ok) {
				const [{ webSocketDebuggerUrl }] = await answer.json();
				return await new Inspector().#connect(webSocketDebuggerUrl);
			}
			if (Date.now() > until) throw new Error(`No inspector is open on port ${port}.`);
			await pause(100);
		}
	}

	async #connect(url) {
		this.#socket = new WebSocket(url);
		await new Promise((resolve, reject) => {
			this.#socket.addEventListener('open', resolve);
			this.#socket.addEventListener('error', () => reject(new Error(`Cannot reach ${url}.`)));
		});
		this.#socket.addEventListener('message', ({ data }) => {
			const { id, error, result } = JSON.parse(data);
			const asked = this.#asked.get(id);
			if (asked === undefined) return;
			this.#asked.delete(id);
			if (error === undefined) asked.resolve(result);
			else asked.reject(new Error(error.message));
		});
		return this;
	}

	async #call(method, params = {}) {
		const id = (this.#sent += 1);
		return await new Promise((resolve, reject) => {
			this.#asked.set(id, { resolve, reject });
			this.#socket.send(JSON.stringify({ id, method, params }));
		});
	}

	/** Frees all unreferenced objects. */
	async collectGarbage() {
		// Objects that finalizers release are freed only by the next collection.
		for (let round = 0; round < 3; round += 1) {
			await this.#call('HeapProfiler.collectGarbage');
			await pause(500);
		}
	}

	/** Evaluates an expression in the process's global scope. Returns its value, which must be plain data. */
	async evaluate(expression) {
		const { exceptionDetails, result } = await this.#call('Runtime.evaluate', {
			expression,
			returnByValue: true,
		});
		if (exceptionDetails !== undefined) throw new Error(exceptionDetails.text);
		return result.value;
	}

	close() {
		this.#socket.close();
	}
}

module.exports = { Inspector };
