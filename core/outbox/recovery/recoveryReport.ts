import orderBy from 'lodash/orderBy';
import uniq from 'lodash/uniq';

/** Something that a recovery concerns: a delivery, or an event that gets one. */
export interface RecoveryEntry {
	endpointId: string;
	endpointName: string | null;
	/** ISO 8601, UTC. */
	acceptedAt: string;
	/** Why it stays as it is; `undefined` if it is recovered. */
	obstacle?: string;
}

/** What a recovery does to the deliveries of one endpoint. */
export interface EndpointShare {
	endpointId: string;
	endpointName: string | null;
	/** Deliveries that are recovered. */
	deliveries: number;
	/** When their oldest and newest events were accepted, ISO 8601; `null` if there are none. */
	oldest: string | null;
	newest: string | null;
	/** Deliveries that match, and stay as they are. */
	kept: number;
	/** Why they stay; `null` if none does. */
	reason: string | null;
}

export interface RecoveryReport {
	/** Deliveries that were recovered, or would be. */
	deliveries: number;
	/** Deliveries that match, and stay as they are. */
	kept: number;
	/** `false` if the run ended before everything was done: another one continues. */
	isComplete: boolean;
	endpoints: EndpointShare[];
}

/** What a recovery may take, and whether it only counts. */
export interface RecoveryLimits {
	/** `true` to change nothing. */
	isPreview: boolean;
	/** After this, the run begins no other page. */
	maxRunMs: number;
}

/** Counts what a recovery does, by endpoint. */
export class RecoveryCounter {
	private readonly shares = new Map<string, EndpointShare>();

	private readonly reasons = new Map<string, string[]>();

	private getShare({ endpointId, endpointName }: RecoveryEntry): EndpointShare {
		const share = this.shares.get(endpointId) ?? {
			endpointId,
			endpointName,
			deliveries: 0,
			oldest: null,
			newest: null,
			kept: 0,
			reason: null,
		};
		this.shares.set(endpointId, share);
		return share;
	}

	add(entry: RecoveryEntry): void {
		const { acceptedAt, endpointId, obstacle } = entry;
		const share = this.getShare(entry);
		if (obstacle === undefined) {
			share.deliveries += 1;
			share.oldest = share.oldest === null || acceptedAt < share.oldest ? acceptedAt : share.oldest;
			share.newest = share.newest === null || acceptedAt > share.newest ? acceptedAt : share.newest;
			return;
		}
		share.kept += 1;
		const reasons = uniq([...(this.reasons.get(endpointId) ?? []), obstacle]);
		this.reasons.set(endpointId, reasons);
		share.reason = reasons.join(' ');
	}

	/** @returns the endpoints with the most deliveries first */
	toReport(isComplete: boolean): RecoveryReport {
		const endpoints = orderBy([...this.shares.values()], ['deliveries', 'kept'], ['desc', 'desc']);
		return {
			deliveries: endpoints.reduce((sum, { deliveries }) => sum + deliveries, 0),
			kept: endpoints.reduce((sum, { kept }) => sum + kept, 0),
			isComplete,
			endpoints,
		};
	}
}

/** Writes how far a long recovery is, e.g. "1,000 of 12,400 deliveries queued". */
export const describeProgress = (done: number, total: number, what: string): string =>
	`${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} ${what}`;
