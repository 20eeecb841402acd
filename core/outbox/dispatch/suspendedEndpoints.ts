import countBy from 'lodash/countBy';

import { MINUTE_MS } from '../../lib/time';
import type { StoredRow } from '../store/tables';

/** Due deliveries in a page from which an endpoint is remembered. */
const MANY = 100;

/** Time after which a run looks at everything again, e.g. to record why further deliveries wait. */
const REMEMBER_MS = 5 * MINUTE_MS;

/**
 * Remembers the endpoints for which many due deliveries wait, since they are paused or keep failing, so that the
 * next run need not read these first. It is only a hint: a run looks again if one of them no longer waits.
 */
export class SuspendedEndpoints {
	private ids: string[] = [];

	private untilMs = 0;

	/** Lists the endpoints' IDs. */
	list(nowMs: number): string[] {
		return nowMs < this.untilMs ? this.ids : [];
	}

	/** Forgets the endpoints, since one of them no longer waits. */
	forget(): void {
		this.ids = [];
	}

	/**
	 * Remembers endpoints.
	 * @param dueRows a page of due deliveries
	 * @param waitingIds IDs of the endpoints whose deliveries wait
	 */
	remember(dueRows: StoredRow[], waitingIds: string[], nowMs: number): void {
		const counts = countBy(dueRows, 'endpoint_id');
		this.ids = waitingIds.filter((id) => counts[id] >= MANY);
		this.untilMs = nowMs + REMEMBER_MS;
	}
}
