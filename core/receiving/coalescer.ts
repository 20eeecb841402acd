interface Burst<Item, Response> {
	items: Item[];
	followers: Array<(response: Response) => void>;
	/** Ends the wait for more items. */
	close: () => void;
}

export type BurstRole<Item, Response> =
	/**
	 * Process `items`, then call `complete` with the response that the leader got: the followers wait for
	 * it. A second call has no effect.
	 */
	| { role: 'leader'; items: Item[]; complete: (response: Response) => void }
	/** Send the leader's response. */
	| { role: 'follower'; response: Response };

/** The times that the leader of a burst waits for other requests. */
export interface BurstWaits {
	window: () => Promise<void>;
	/** After the window: the longest wait until the previous burst is answered, if it is not yet. */
	extension: () => Promise<void>;
}

export interface BurstLimits {
	/** The most items of one burst; it closes as soon as it has them. */
	maxItems: number;
	/** The most unanswered requests in all bursts; a request above this is processed by itself. */
	maxOpenRequests: number;
}

/**
 * Combines requests that arrive within a short window, so that one execution processes all of them.
 * Requests that arrive while the previous burst is still being processed join the next one, so bursts
 * grow with the load.
 *
 * The first request leads the burst: it waits for the others, starts one execution with all their items,
 * and gets the normal response. Followers get a copy of that response. No caller is acknowledged before
 * the whole burst is.
 */
export class RequestCoalescer<Item, Response> {
	private readonly openBursts = new Map<string, Burst<Item, Response>>();

	/** The last burst of each key: resolves when it is answered. */
	private readonly unanswered = new Map<string, Promise<void>>();

	private openRequests = 0;

	constructor(private readonly limits: BurstLimits) {}

	/**
	 * Joins the open burst, or opens one.
	 * @param key what the requests of one burst have in common
	 * @param waits the waits of a burst that this request opens
	 * @returns the leader's role when its burst is closed, a follower's when its leader was answered
	 */
	async join(key: string, item: Item, waits: BurstWaits): Promise<BurstRole<Item, Response>> {
		if (this.openRequests >= this.limits.maxOpenRequests) {
			return { role: 'leader', items: [item], complete: () => undefined };
		}
		this.openRequests += 1;
		const burst = this.openBursts.get(key);
		return burst === undefined
			? await this.lead(key, item, waits)
			: await this.follow(key, burst, item);
	}

	private async lead(
		key: string,
		item: Item,
		{ extension, window }: BurstWaits,
	): Promise<BurstRole<Item, Response>> {
		const burst: Burst<Item, Response> = { items: [item], followers: [], close: () => undefined };
		this.openBursts.set(key, burst);
		const full = new Promise<void>((resolve) => {
			burst.close = resolve;
		});
		const previousAnswered = this.unanswered.get(key);
		let resolveAnswered = (): void => undefined;
		const answered = new Promise<void>((resolve) => {
			resolveAnswered = resolve;
		});
		this.unanswered.set(key, answered);
		this.closeIfFull(key, burst);
		const collect = async (): Promise<void> => {
			await window();
			if (previousAnswered !== undefined) await Promise.race([previousAnswered, extension()]);
		};
		await Promise.race([collect(), full]);
		this.closeBurst(key, burst);
		let isComplete = false;
		return {
			role: 'leader',
			items: burst.items,
			complete: (response) => {
				if (isComplete) return;
				isComplete = true;
				this.openRequests -= burst.items.length;
				if (this.unanswered.get(key) === answered) this.unanswered.delete(key);
				resolveAnswered();
				for (const resolve of burst.followers) resolve(response);
			},
		};
	}

	private async follow(
		key: string,
		burst: Burst<Item, Response>,
		item: Item,
	): Promise<BurstRole<Item, Response>> {
		burst.items.push(item);
		const response = new Promise<Response>((resolve) => burst.followers.push(resolve));
		this.closeIfFull(key, burst);
		return { role: 'follower', response: await response };
	}

	private closeIfFull(key: string, burst: Burst<Item, Response>): void {
		if (burst.items.length < this.limits.maxItems) return;
		this.closeBurst(key, burst);
		burst.close();
	}

	/** Lets the next request open another burst. */
	private closeBurst(key: string, burst: Burst<Item, Response>): void {
		if (this.openBursts.get(key) === burst) this.openBursts.delete(key);
	}
}
