type Entry =
	| { state: 'received'; expiresAtMs: number }
	| { state: 'pending'; waiting: Array<(received: boolean) => void> };

/** Reports whether a delivery was answered with success. A second call has no effect. */
export type CompleteDelivery = (succeeded: boolean) => void;

export type DeliveryStart =
	/** New: call `complete` when the delivery has been answered. */
	| { result: 'first'; complete: CompleteDelivery }
	| { result: 'duplicate' }
	/** Too many duplicates are waiting for the first one's answer. */
	| { result: 'busy' };

/** Each waiting duplicate keeps a request open. */
const MAX_WAITING = 20;

/**
 * Recognizes duplicate deliveries within a time window, in the memory of one process.
 *
 * A delivery counts as received only when it was answered with success. Until then its duplicates wait
 * for the same answer; if it fails, the next one takes its place. So a delivery that its sender believes
 * to have failed is never treated as a duplicate.
 */
export class Deduplicator {
	private readonly entries = new Map<string, Entry>();

	/** @param maxKeys how many keys to remember; the oldest are forgotten first */
	constructor(private readonly maxKeys: number) {}

	/**
	 * Starts a delivery, or recognizes it as a duplicate. Waits if the same delivery is in progress.
	 * @param key what a delivery and its duplicates have in common
	 * @param windowMs how long its duplicates are recognized after it was received
	 */
	async start(key: string, windowMs: number, nowMs: () => number): Promise<DeliveryStart> {
		for (;;) {
			const entry = this.entries.get(key);
			if (entry === undefined || (entry.state === 'received' && entry.expiresAtMs <= nowMs())) {
				return { result: 'first', complete: this.insertPending(key, windowMs, nowMs) };
			}
			if (entry.state === 'received') return { result: 'duplicate' };
			if (entry.waiting.length >= MAX_WAITING) return { result: 'busy' };
			const received = await new Promise<boolean>((resolve) => entry.waiting.push(resolve));
			if (received) return { result: 'duplicate' };
		}
	}

	private insertPending(key: string, windowMs: number, nowMs: () => number): CompleteDelivery {
		const entry: Entry = { state: 'pending', waiting: [] };
		this.entries.delete(key);
		this.entries.set(key, entry);
		let isComplete = false;
		return (succeeded) => {
			if (isComplete) return;
			isComplete = true;
			this.entries.delete(key);
			if (succeeded) {
				this.entries.set(key, { state: 'received', expiresAtMs: nowMs() + windowMs });
				this.forgetOldest();
			}
			for (const resolve of entry.waiting) resolve(succeeded);
		};
	}

	/** A Map keeps the order of insertion, and a key is inserted again when it is received. */
	private forgetOldest(): void {
		for (const [key, entry] of this.entries) {
			if (this.entries.size <= this.maxKeys) return;
			if (entry.state === 'received') this.entries.delete(key);
		}
	}
}
