/** An n8n with an outbox to which something is done, and what must be true afterwards. */
const axios = require('axios');

const { CrashStage } = require('../e2e/crashStage');
const { uniqueName } = require('../e2e/workflows');

const RETRIES = Array(50).fill('2 s').join(', ');
const SEND_WITHIN_MS = 60_000;

/** What JavaScript says when a program did not expect a value. No person may read it. */
const JAVASCRIPT_MESSAGE =
	/undefined|is not a function|Cannot read|Unexpected token|not iterable|Invalid time value|\[object|NaN/;

class FaultStage extends CrashStage {
	#sent = 0;

	/** Numbers of the events whose send n8n has answered with 200. */
	acknowledged = [];

	async start() {
		await super.start();
		this.sendPath = await this.sender();
	}

	/**
	 * Creates an endpoint that retries every two seconds.
	 * @param verifier of the receiver; `none` if n8n has another clock
	 * @returns its ID and inbox
	 */
	async createEndpoint(name, verifier = 'standardwebhooks') {
		const box = uniqueName(name);
		const id = await this.endpoint(name, `${this.base}/receive/${verifier}/${box}`, {
			retrySchedule: 'list',
			retryDelays: RETRIES,
		});
		return { id, box };
	}

	/** Sends events once. Returns n8n's status; 0 if it did not answer. */
	async sendOnce(count, data = {}, withinMs = SEND_WITHIN_MS) {
		const items = Array.from({ length: count }, () => {
			this.#sent += 1;
			return { n: this.#sent, order_id: 1, ...data };
		});
		const { status } = await axios
			.post(
				`${this.n8n.base}/webhook/${this.sendPath}`,
				{ items },
				{
					timeout: withinMs,
					validateStatus: () => true,
				},
			)
			.catch(() => ({ status: 0 }));
		if (status === 200) this.acknowledged.push(...items.map(({ n }) => n));
		return { status, items };
	}

	async deliverDue() {
		return await this.run({ resource: 'delivery', operation: 'deliverDue', simplify: false });
	}

	/** Runs an operation. Returns its error's message; `undefined` if it succeeds. */
	async findError(parameters) {
		return await this.run(parameters).then(
			() => undefined,
			(error) => error.message,
		);
	}

	/** Lists the numbers of the events that a box has accepted, once for each time. */
	async readAccepted(box) {
		return (await this.readInbox(box))
			.filter(({ status }) => status === 200)
			.map(({ body }) => JSON.parse(body).data.n);
	}

	/** Runs Deliver Due until a box has accepted all events, or the time is over. Returns what is missing. */
	async deliverAll(box, numbers, withinMs) {
		const until = Date.now() + withinMs;
		for (;;) {
			const accepted = new Set(await this.readAccepted(box));
			const missing = numbers.filter((n) => !accepted.has(n));
			if (missing.length === 0 || Date.now() > until) return missing;
			await this.deliverDue().catch(() => undefined);
		}
	}
}

module.exports = { FaultStage, JAVASCRIPT_MESSAGE };
