import { isDueAgain, MINUTE_MS } from '../../lib/time';

/** Requests of one key since a time. */
interface Window {
	startMs: number;
	count: number;
}

/** Limits the requests of each key per minute, in one process. */
export class KeyRateLimit {
	private readonly windows = new Map<string, Window>();

	/** @param maxKeys keys to remember at once; the oldest is forgotten first */
	constructor(private readonly maxKeys: number) {}

	/**
	 * Counts a request.
	 * @param key names the key and the API that it is used for
	 * @returns seconds to wait if the key has no request left in this minute; 0 if the request may pass
	 */
	count(key: string, maxPerMinute: number, nowMs: number): number {
		const window = this.windows.get(key);
		if (window === undefined || isDueAgain(window.startMs, nowMs, MINUTE_MS)) {
			this.windows.delete(key);
			this.evict();
			this.windows.set(key, { startMs: nowMs, count: 1 });
			return maxPerMinute >= 1 ? 0 : MINUTE_MS / 1000;
		}
		if (window.count < maxPerMinute) {
			window.count += 1;
			return 0;
		}
		return Math.max(1, Math.ceil((window.startMs + MINUTE_MS - nowMs) / 1000));
	}

	private evict(): void {
		if (this.windows.size < this.maxKeys) return;
		const [oldest] = this.windows.keys();
		this.windows.delete(oldest);
	}
}
