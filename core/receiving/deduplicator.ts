/**
 * Recognises repeated deliveries within a window, in the memory of one process.
 *
 * A delivery counts as received only when it was answered with success: until then its repeats wait
 * for the same answer, and when it fails the next of them takes its place. So nothing that its sender
 * believes undelivered is ever taken for a repeat.
 */

type Entry =
	| { state: 'received'; untilMs: number }
	| { state: 'pending'; waiting: Array<(received: boolean) => void> };

/** What became of a delivery that claimed its key. Calling it twice does nothing more. */
export type Settle = (received: boolean) => void;

export type Claim =
	/** New: `settle` must be called when it has been answered. */
	| { result: 'first'; settle: Settle }
	| { result: 'duplicate' }
	/** Too many repeats wait for the first one's answer. */
	| { result: 'busy' };

/** Each waiting repeat holds a request open. */
const MAX_WAITING = 20;

export class Deduplicator {
	private readonly entries = new Map<string, Entry>();

	/** @param maxKeys how many keys are remembered; the oldest are forgotten first */
	constructor(private readonly maxKeys: number) {}

	/**
	 * Claims a key for a delivery.
	 * @param windowMs for how long its repeats are recognised once it was received
	 */
	async claim(key: string, windowMs: number, nowMs: () => number): Promise<Claim> {
		for (;;) {
			const entry = this.entries.get(key);
			if (entry === undefined || (entry.state === 'received' && entry.untilMs <= nowMs())) {
				return { result: 'first', settle: this.begin(key, windowMs, nowMs) };
			}
			if (entry.state === 'received') return { result: 'duplicate' };
			if (entry.waiting.length >= MAX_WAITING) return { result: 'busy' };
			const received = await new Promise<boolean>((resolve) => entry.waiting.push(resolve));
			if (received) return { result: 'duplicate' };
		}
	}

	private begin(key: string, windowMs: number, nowMs: () => number): Settle {
		const entry: Entry = { state: 'pending', waiting: [] };
		this.entries.delete(key);
		this.entries.set(key, entry);
		let settled = false;
		return (received) => {
			if (settled) return;
			settled = true;
			this.entries.delete(key);
			if (received) {
				this.entries.set(key, { state: 'received', untilMs: nowMs() + windowMs });
				this.forgetOldest();
			}
			for (const resolve of entry.waiting) resolve(received);
		};
	}

	/** A Map keeps the order of insertion, and a key is inserted anew when it is received. */
	private forgetOldest(): void {
		for (const [key, entry] of this.entries) {
			if (this.entries.size <= this.maxKeys) return;
			if (entry.state === 'received') this.entries.delete(key);
		}
	}
}
