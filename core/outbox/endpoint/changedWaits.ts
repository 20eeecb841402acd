import isEqual from 'lodash/isEqual';

import { MINUTE_MS, SECOND_MS, toIsoTime } from '../../lib/time';
import type { Endpoint } from '../model';

const limitTime = (time: string | null, latest: string): string | null =>
	time === null || time < latest ? time : latest;

/** Returns the time of the next probe, or when the circuit was closed since it would not have been opened. */
function limitProbe(
	{ alerts, consecutiveFailures, probeAt, settings }: Endpoint,
	nowMs: number,
): Pick<Endpoint, 'alerts' | 'probeAt'> {
	const { circuit_breaker: breaker } = settings;
	if (breaker !== undefined && consecutiveFailures >= breaker.failures) {
		const latest = toIsoTime(nowMs + breaker.probe_minutes * MINUTE_MS);
		return { alerts, probeAt: limitTime(probeAt, latest) };
	}
	const closed = probeAt !== null && { closedAt: toIsoTime(nowMs) };
	return { alerts: { ...alerts, ...closed }, probeAt: null };
}

/** Returns when the rate limit next allows an attempt. */
function limitRate({ rateFreeAt, settings }: Endpoint, nowMs: number): string | null {
	const { rate_limit: limit } = settings;
	if (limit === undefined) return null;
	const intervalMs = (limit.per_seconds / limit.max) * SECOND_MS;
	return limitTime(rateFreeAt, toIsoTime(nowMs + intervalMs));
}

/** Applies an update of the circuit breaker or the rate limit to what is left of an interval, or of an open circuit. */
export function adjustWaits(changed: Endpoint, before: Endpoint, nowMs: number): Endpoint {
	const { circuit_breaker, rate_limit } = before.settings;
	return {
		...changed,
		...(!isEqual(changed.settings.circuit_breaker, circuit_breaker) && limitProbe(changed, nowMs)),
		...(!isEqual(changed.settings.rate_limit, rate_limit) && {
			rateFreeAt: limitRate(changed, nowMs),
		}),
	};
}
