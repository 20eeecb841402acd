import { toIsoTime } from '../../lib/time';
import { modifyEndpointIfExists } from '../endpoint/repository';
import type { Endpoint } from '../model';
import type { OutboxPorts } from '../ports';

/** At most `max` attempts start in any `perSeconds`: they are spread evenly. */
export interface RateLimit {
	max: number;
	perSeconds: number;
}

/** Computes the time between the starts of two attempts, in ms. */
export const computeIntervalMs = ({ max, perSeconds }: RateLimit): number =>
	(perSeconds * 1000) / max;

/**
 * Assigns start times to attempts under a rate limit.
 * @param freeAtMs earliest start, as the previous reservation left it
 * @param count number of attempts
 * @param untilMs attempts that cannot start by then are not reserved; their time says when to try again
 * @returns the start times in order, of which the first `reserved` are reserved, and the next `freeAtMs`
 */
export function reserveAttempts(
	limit: RateLimit,
	freeAtMs: number | undefined,
	count: number,
	nowMs: number,
	untilMs: number,
): { timesMs: number[]; reserved: number; freeAtMs: number } {
	const intervalMs = computeIntervalMs(limit);
	const firstMs = Math.max(freeAtMs ?? nowMs, nowMs);
	const timesMs = Array.from({ length: count }, (_, index) =>
		Math.ceil(firstMs + index * intervalMs),
	);
	const reserved = timesMs.filter((timeMs) => timeMs <= untilMs).length;
	return { timesMs, reserved, freeAtMs: Math.ceil(firstMs + reserved * intervalMs) };
}

/** Longest delay of an attempt after its reserved slot; waits are never exact. */
const START_GRACE_MS = 1000;

/** A run's slots at one endpoint, which are used in order. */
export class RateLimitReservation {
	/**
	 * @param nextMs start of the first slot
	 * @param untilMs start of the last slot
	 * @param remaining number of slots
	 */
	constructor(
		private nextMs: number,
		private readonly intervalMs: number,
		readonly untilMs: number,
		private remaining: number,
	) {}

	/**
	 * Takes the next slot.
	 * @returns when the attempt may start, and whether it may start in this run
	 */
	takeSlot(nowMs: number): { startMs: number; isReserved: boolean } {
		const startMs = Math.max(nowMs, this.nextMs);
		this.nextMs = startMs + this.intervalMs;
		this.remaining -= 1;
		const lastMs = this.untilMs + Math.max(this.intervalMs, START_GRACE_MS);
		return { startMs, isReserved: this.remaining >= 0 && startMs <= lastMs };
	}
}

/**
 * Reserves slots for a run's attempts at an endpoint, and stores when the next reservation may start.
 * @param count number of attempts
 * @param maxPacingMs how long the rate limit may delay attempts
 * @returns `undefined` if the endpoint has no rate limit
 */
export async function reserveAttemptSlots(
	ports: OutboxPorts,
	endpoint: Endpoint,
	count: number,
	maxPacingMs: number,
): Promise<RateLimitReservation | undefined> {
	if (endpoint.settings.rate_limit === undefined) return undefined;
	let reservation: RateLimitReservation | undefined;
	await modifyEndpointIfExists(ports, endpoint, (stored) => {
		const { rate_limit } = stored.settings;
		if (rate_limit === undefined) return undefined;
		const nowMs = ports.nowMs();
		const limit = { max: rate_limit.max, perSeconds: rate_limit.per_seconds };
		const { freeAtMs, reserved, timesMs } = reserveAttempts(
			limit,
			stored.rateFreeAt === null ? undefined : Date.parse(stored.rateFreeAt),
			count,
			nowMs,
			nowMs + maxPacingMs,
		);
		reservation = new RateLimitReservation(
			timesMs[0],
			computeIntervalMs(limit),
			reserved === 0 ? 0 : timesMs[reserved - 1],
			reserved,
		);
		return { ...stored, rateFreeAt: toIsoTime(freeAtMs) };
	});
	return reservation;
}
