import { HOUR_MS, isDueAgain, toIsoTime } from '../../lib/time';
import { computeDisableProgress, findWarningShare } from '../../sending/disableProgress';
import {
	applyAttemptOutcomes,
	type AttemptObservation,
	type DisableRule,
} from '../../sending/endpointHealth';
import type { Endpoint, EndpointChange } from '../model';

import type { AlertState, ExhaustedDelivery } from './alertTypes';

/** Findings of one attempt about its endpoint. */
export interface ObservedAttempt extends AttemptObservation {
	/** `true` if the attempt was about an alert. No alert is sent about it. */
	isOfAlert: boolean;
	/** Set if the delivery ended and was not delivered. */
	exhausted?: ExhaustedDelivery;
}

type Change = Omit<EndpointChange, 'endpoint' | 'tellsTenant'>;

/** Returns whether an alert of this kind may be sent again: at most one an hour. */
const mayAlert = (lastAt: string | undefined, atMs: number): boolean =>
	lastAt === undefined || isDueAgain(Date.parse(lastAt), atMs, HOUR_MS);

/** Finds how far the endpoint is on its way to being disabled, if it fails after the attempts. */
function findProgress(
	health: Endpoint,
	attempts: ObservedAttempt[],
	rule: DisableRule,
): { progress: number; atMs: number } | undefined {
	// All of a run's deliveries to the endpoint may have been left to the next run.
	const last = attempts.length > 0 ? attempts[attempts.length - 1] : undefined;
	if (last === undefined || health.failingSince === null || health.status !== 'active') {
		return undefined;
	}
	const progress = computeDisableProgress(rule, health, last);
	return progress === undefined ? undefined : { progress, atMs: last.atMs };
}

/** Returns the alert about deliveries that ended without success, unless there was one in the last hour. */
function findExhausted({ alerts }: Endpoint, attempts: ObservedAttempt[]): Change[] {
	const ended = attempts.filter(({ exhausted, isOfAlert }) => exhausted && !isOfAlert);
	if (ended.length === 0) return [];
	const { atMs, exhausted } = ended[ended.length - 1];
	if (!mayAlert(alerts.exhausted, atMs)) return [];
	const reason =
		ended.length === 1
			? 'A delivery failed and is not retried'
			: `${ended.length} deliveries failed and are not retried`;
	return [{ change: 'exhausted', reason, atMs, exhausted }];
}

/** Adds how far a failing endpoint is on its way to being disabled, and the alert if it has reached the next share. */
function addProgress(
	changes: Change[],
	{ alerts }: Endpoint,
	reached: ReturnType<typeof findProgress>,
): Change[] {
	if (reached === undefined) return changes;
	const percent = Math.floor(reached.progress * 100);
	const progress = percent / 100;
	if (changes.some(({ change }) => change === 'failing')) {
		return changes.map((change) =>
			change.change === 'failing' ? { ...change, progress } : change,
		);
	}
	if (findWarningShare(reached.progress) <= (alerts.share ?? 0)) return changes;
	const reason = `The endpoint keeps failing: ${percent}% of the way to being disabled`;
	return [{ change: 'failing', reason, atMs: reached.atMs, progress }, ...changes];
}

/**
 * Applies a run's attempts to an endpoint as it is stored.
 * @returns the endpoint's new health and alert state, and its changes, each kind at most once
 */
export function applyObservedAttempts(
	stored: Endpoint,
	attempts: ObservedAttempt[],
	rule: DisableRule,
): { endpoint: Endpoint; changes: Array<Omit<EndpointChange, 'endpoint'>> } {
	const { circuit_breaker: breaker } = stored.settings;
	const applied = applyAttemptOutcomes(stored, attempts, rule, breaker);
	const after: Endpoint = { ...stored, ...applied.health };
	const reached = findProgress(after, attempts, rule);
	const changes = [
		...addProgress(applied.changes, stored, reached),
		...findExhausted(stored, attempts),
	].map((change) => {
		const isOfAlert = attempts.every(
			(attempt) => attempt.atMs !== change.atMs || attempt.isOfAlert,
		);
		const tellsTenant = !isOfAlert && mayAlert(stored.alerts[change.change], change.atMs);
		return { ...change, tellsTenant };
	});
	const alerts: AlertState = { ...stored.alerts };
	for (const { atMs, change, tellsTenant } of changes) {
		if (tellsTenant) alerts[change] = toIsoTime(atMs);
	}
	if (stored.probeAt !== null && after.probeAt === null) {
		alerts.closedAt = toIsoTime(attempts[attempts.length - 1].atMs);
	}
	if (after.failingSince === null) delete alerts.share;
	else if (reached) {
		// A failure that began in this run has reached nothing before.
		const isNew = after.failingSince !== stored.failingSince;
		const before = isNew ? 0 : (stored.alerts.share ?? 0);
		alerts.share = Math.max(before, findWarningShare(reached.progress));
	}
	return { endpoint: { ...after, alerts }, changes };
}
