/** Generates load of several kinds of operations, at a rate that n8n can serve. */
const axios = require('axios');

const { pause } = require('../harness/n8n');

const TIMEOUT_MS = 60_000;
const SHOWN = 200;
/** With more, n8n is slower than when its rate was measured, and gets no more until some are answered. */
const MOST_IN_FLIGHT = 50;

/** Sends bytes, and resolves for every status. */
const call = async ({ body, headers, method = 'POST', url }) =>
	await axios({
		method,
		url,
		data: body === undefined ? undefined : Buffer.from(body),
		headers: { 'content-type': 'application/json', ...headers },
		validateStatus: () => true,
		timeout: TIMEOUT_MS,
	});

/** Runs operations at random, each as often as its share says, and counts what was unexpected. */
class LoadGenerator {
	/** @param work pairs of a share of 100 and an operation */
	constructor(work) {
		Object.assign(this, { work, answeredMs: [], unexpected: [] });
	}

	/**
	 * Sends a request.
	 * @param statuses that are right
	 * @returns the answer; `undefined` if its status is not right
	 */
	async expectStatus(what, request, ...statuses) {
		const begunMs = Date.now();
		const answer = await call(request).catch((error) => ({ status: error.message }));
		this.answeredMs.push(Date.now() - begunMs);
		if (statuses.includes(answer.status)) return answer;
		const shown = JSON.stringify(answer.data)?.slice(0, SHOWN);
		this.unexpected.push(`${what} ${answer.status}: ${shown}`);
		return undefined;
	}

	async doSomething() {
		let at = Math.random() * 100;
		for (const [share, operation] of this.work) {
			if (at < share) return await operation(this);
			at -= share;
		}
		return undefined;
	}

	/** Measures the maximum rate with this many clients, in operations per second. */
	async calibrate(forMs, clients) {
		const until = Date.now() + forMs;
		let done = 0;
		const client = async () => {
			while (Date.now() < until) {
				await this.doSomething();
				done += 1;
			}
		};
		await Promise.all(Array.from({ length: clients }, client));
		return (done * 1000) / forMs;
	}

	/**
	 * Starts operations at a rate, even if some earlier ones are still running.
	 * @returns the maximum number in flight
	 */
	async load(perSecond, until, whileRunning) {
		const open = new Set();
		let most = 0;
		let nextMs = Date.now();
		while (Date.now() < until) {
			nextMs += -Math.log(1 - Math.random()) * (1000 / perSecond);
			if (nextMs > Date.now()) await pause(nextMs - Date.now());
			if (open.size >= MOST_IN_FLIGHT) await Promise.race(open);
			const one = this.doSomething().finally(() => open.delete(one));
			open.add(one);
			most = Math.max(most, open.size);
			await whileRunning();
		}
		await Promise.all(open);
		return most;
	}
}

module.exports = { LoadGenerator };
