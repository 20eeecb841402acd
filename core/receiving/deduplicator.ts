type Entry =
	/** `name` is the first key that it was received with. */
	| { state: 'received'; expiresAtMs: number; name: string }
	| { state: 'pending'; waiting: Array<(received: boolean) => void>; name: string };

/** Reports whether a delivery was answered with success. A second call has no effect. */
export type CompleteDelivery = (succeeded: boolean) => void;

export type DeliveryStart =
	/** New: call `complete` when the delivery has been answered. */
	| { result: 'first'; complete: CompleteDelivery }
	| { result: 'duplicate' }
	/** Too many duplicates are waiting for the first one's answer. */
	| { result: 'busy' };

/** A delivery, as its trigger and its caller identify it. */
export interface DeliveryIdentity {
	trigger: string;
	/** The callers that may have sent it; a caller's keys mean nothing to another one. */
	callers: string[];
	/** Keys that a delivery shares with its duplicates: any one of them is enough. */
	keys: string[];
	/**
	 * Keys of an earlier set, if the first of them may be received again: the others are still duplicates of what
	 * came with another first key.
	 */
	earlierKeys?: string[];
}

/** The numbers of keys to remember, for each trigger and in all. */
export interface KeyLimits {
	maxKeysPerTrigger: number;
	maxKeys: number;
}

/** Each waiting duplicate keeps a request open. */
const MAX_WAITING = 20;

/** The keys of one caller of a trigger, in the order in which they were received. */
type CallerKeys = Map<string, Entry>;

/** The keys of one trigger, by caller. */
class TriggerKeys {
	readonly callers = new Map<string, CallerKeys>();

	size = 0;
}

function findLargest<Value extends { size: number }>(values: Iterable<Value>): Value | undefined {
	let largest: Value | undefined;
	for (const value of values)
		if (largest === undefined || value.size > largest.size) largest = value;
	return largest;
}

/**
 * Recognizes duplicate deliveries within a time window, in the memory of one process.
 *
 * A delivery counts as received only when it was answered with success. Until then its duplicates wait
 * for the same answer; if it fails, the next one takes its place. So a delivery that its sender believes
 * to have failed is never treated as a duplicate.
 *
 * Above a limit, the oldest keys are forgotten: those of the trigger that has most, and of its caller that has
 * most. So a caller that sends many keys cannot displace those of others.
 */
export class Deduplicator {
	private readonly triggers = new Map<string, TriggerKeys>();

	private size = 0;

	constructor(private readonly limits: KeyLimits) {}

	/**
	 * Starts a delivery, or recognizes it as a duplicate. Waits if the same delivery is in progress.
	 * @param windowMs how long its duplicates are recognized after it was received
	 */
	async start(
		identity: DeliveryIdentity,
		windowMs: number,
		nowMs: () => number,
	): Promise<DeliveryStart> {
		for (;;) {
			const entry = this.find(identity, nowMs());
			if (entry === undefined) {
				return { result: 'first', complete: this.insertPending(identity, windowMs, nowMs) };
			}
			if (entry.state === 'received') return { result: 'duplicate' };
			if (entry.waiting.length >= MAX_WAITING) return { result: 'busy' };
			const received = await new Promise<boolean>((resolve) => entry.waiting.push(resolve));
			if (received) return { result: 'duplicate' };
		}
	}

	/** Finds what has one of the keys: preferably what was received, otherwise what is in progress. */
	private find(
		{ callers, earlierKeys = [], keys, trigger }: DeliveryIdentity,
		nowMs: number,
	): Entry | undefined {
		const found = this.triggers.get(trigger);
		const [name, ...otherKeys] = earlierKeys;
		let pending: Entry | undefined;
		for (const caller of callers) {
			for (const key of [...keys, ...otherKeys]) {
				const entry = found?.callers.get(caller)?.get(key);
				if (entry === undefined || entry.name === name) continue;
				if (entry.state === 'received' && entry.expiresAtMs > nowMs) return entry;
				if (entry.state === 'pending') pending ??= entry;
			}
		}
		return pending;
	}

	private insertPending(
		identity: DeliveryIdentity,
		windowMs: number,
		nowMs: () => number,
	): CompleteDelivery {
		const [name] = identity.keys;
		const entry: Entry = { state: 'pending', waiting: [], name };
		this.set(identity, entry);
		let isComplete = false;
		return (succeeded) => {
			if (isComplete) return;
			isComplete = true;
			if (succeeded) {
				this.set(identity, { state: 'received', expiresAtMs: nowMs() + windowMs, name });
				this.forgetOldest(identity.trigger);
			} else {
				this.delete(identity);
			}
			for (const resolve of entry.waiting) resolve(succeeded);
		};
	}

	/** Inserts an entry as the newest. A Map keeps the order of insertion. */
	private set(identity: DeliveryIdentity, entry: Entry): void {
		this.delete(identity);
		const trigger = this.triggers.get(identity.trigger) ?? new TriggerKeys();
		this.triggers.set(identity.trigger, trigger);
		for (const name of identity.callers) {
			const caller: CallerKeys = trigger.callers.get(name) ?? new Map<string, Entry>();
			trigger.callers.set(name, caller);
			for (const key of identity.keys) {
				if (!caller.has(key)) this.count(trigger, 1);
				caller.set(key, entry);
			}
		}
	}

	private delete({ callers, keys, trigger }: DeliveryIdentity): void {
		const found = this.triggers.get(trigger);
		if (found === undefined) return;
		for (const name of callers) {
			const caller = found.callers.get(name);
			for (const key of keys) if (caller?.delete(key)) this.count(found, -1);
			if (caller?.size === 0) found.callers.delete(name);
		}
		if (found.size === 0) this.triggers.delete(trigger);
	}

	private count(trigger: TriggerKeys, change: number): void {
		trigger.size += change;
		this.size += change;
	}

	/** Forgets received keys until both limits are kept, or until all others are in progress. */
	private forgetOldest(name: string): void {
		const { maxKeys, maxKeysPerTrigger } = this.limits;
		const trigger = this.triggers.get(name);
		let canForget = true;
		while (canForget && trigger !== undefined && trigger.size > maxKeysPerTrigger) {
			canForget = this.forgetOne(trigger);
		}
		canForget = true;
		while (canForget && this.size > maxKeys) {
			const largest = findLargest(this.triggers.values());
			canForget = largest !== undefined && this.forgetOne(largest);
		}
	}

	/** Forgets the oldest received key of the caller that has most. */
	private forgetOne(trigger: TriggerKeys): boolean {
		const caller = findLargest(trigger.callers.values());
		if (caller === undefined) return false;
		for (const [key, entry] of caller) {
			if (entry.state === 'pending') continue;
			caller.delete(key);
			this.count(trigger, -1);
			return true;
		}
		return false;
	}
}
