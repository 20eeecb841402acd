/**
 * Combines requests that arrive within a short window, so that one execution takes them all. What arrives
 * while the burst before is still being taken joins the next one: so bursts grow with the load.
 *
 * The first of a burst leads: it waits for the others, hands on what all of them brought, and is
 * answered as ever. The others follow: they are answered once it has been, and in the same way. So none
 * is told that it was taken before all of them are.
 */

interface Burst<Item, Fate> {
	items: Item[];
	followers: Array<(fate: Fate) => void>;
	/** Ends the wait. */
	close: () => void;
}

export type Place<Item, Fate> =
	/**
	 * `settle` must be called with what the leader was answered, or the others wait for ever. Calling it
	 * twice does nothing more.
	 */
	| { role: 'leader'; items: Item[]; settle: (fate: Fate) => void }
	| { role: 'follower'; fate: Fate };

/** How long the leader of a burst waits for others. */
export interface BurstWaits {
	window: () => Promise<void>;
	/** After that, where the burst before is not answered yet, the longest time to wait until it is. */
	longest: () => Promise<void>;
}

export interface BurstLimits {
	/** How many items a burst may have: with the last of them its wait is over. */
	maxItems: number;
	/** How many requests may be held in all: those that come then are on their own. */
	maxHeld: number;
}

export class RequestCoalescer<Item, Fate> {
	private readonly open = new Map<string, Burst<Item, Fate>>();

	/** The last burst of each key: resolves when it is answered. */
	private readonly unanswered = new Map<string, Promise<void>>();

	private held = 0;

	constructor(private readonly limits: BurstLimits) {}

	/**
	 * Joins the burst that is under way, or begins one.
	 * @param key what requests of one burst have in common
	 * @param waits of a burst that begins now
	 * @returns the leader's place when its burst is complete, a follower's when its leader was answered
	 */
	async join(key: string, item: Item, waits: BurstWaits): Promise<Place<Item, Fate>> {
		if (this.held >= this.limits.maxHeld) {
			return { role: 'leader', items: [item], settle: () => undefined };
		}
		this.held += 1;
		const burst = this.open.get(key);
		return burst === undefined
			? await this.lead(key, item, waits)
			: await this.follow(key, burst, item);
	}

	private async lead(
		key: string,
		item: Item,
		{ longest, window }: BurstWaits,
	): Promise<Place<Item, Fate>> {
		const burst: Burst<Item, Fate> = { items: [item], followers: [], close: () => undefined };
		this.open.set(key, burst);
		const full = new Promise<void>((resolve) => {
			burst.close = resolve;
		});
		const before = this.unanswered.get(key);
		let answer = (): void => undefined;
		const answered = new Promise<void>((resolve) => {
			answer = resolve;
		});
		this.unanswered.set(key, answered);
		this.closeIfFull(key, burst);
		const gather = async (): Promise<void> => {
			await window();
			if (before !== undefined) await Promise.race([before, longest()]);
		};
		await Promise.race([gather(), full]);
		this.forget(key, burst);
		let isSettled = false;
		return {
			role: 'leader',
			items: burst.items,
			settle: (fate) => {
				if (isSettled) return;
				isSettled = true;
				this.held -= burst.items.length;
				if (this.unanswered.get(key) === answered) this.unanswered.delete(key);
				answer();
				for (const resolve of burst.followers) resolve(fate);
			},
		};
	}

	private async follow(
		key: string,
		burst: Burst<Item, Fate>,
		item: Item,
	): Promise<Place<Item, Fate>> {
		burst.items.push(item);
		const fate = new Promise<Fate>((resolve) => burst.followers.push(resolve));
		this.closeIfFull(key, burst);
		return { role: 'follower', fate: await fate };
	}

	private closeIfFull(key: string, burst: Burst<Item, Fate>): void {
		if (burst.items.length < this.limits.maxItems) return;
		this.forget(key, burst);
		burst.close();
	}

	/** The next request begins another burst. */
	private forget(key: string, burst: Burst<Item, Fate>): void {
		if (this.open.get(key) === burst) this.open.delete(key);
	}
}
