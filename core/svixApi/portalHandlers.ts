import groupBy from 'lodash/groupBy';
import orderBy from 'lodash/orderBy';

import { describeConditions } from '../event/describeConditions';
import { isObject } from '../lib/fieldPath';
import { DAY_MS, toIsoTime } from '../lib/time';
import { formatDay, UTC } from '../lib/timeZone';
import { OFFERED_ALERTS } from '../outbox/alert/alertTypes';
import { coversEventType } from '../outbox/apiKey/keyFilter';
import { isUnreadable } from '../outbox/endpoint/repository';
import { loadCounts } from '../outbox/log/counts';
import { computeStats, countDeliveries, type StatsPart } from '../outbox/log/stats';
import type { RegisteredEndpoint } from '../outbox/model';
import { replayMany } from '../outbox/recovery/changeMany';
import { recoverMissing } from '../outbox/recovery/recoverMissing';

import type { ApplicationCall, Handler } from './apiContext';
import {
	loadApiEndpoint,
	loadApiEndpoints,
	mayReadSecrets,
	presentSvixEndpoint,
} from './apiEndpoint';
import { findCovered } from './attemptHandlers';
import { PAUSED_REASON, presentDeliverySettings } from './deliverySettingsHandlers';
import { DISABLED_REASON } from './endpointHandlers';
import { loadMessage } from './messageHandlers';
import { listAttempts, presentMessage, presentStatus, presentSvixAttempt } from './presentMessage';
import { parsePart, type SvixReply } from './svixErrors';
import { recoveryIn } from './svixSchemas';

/** Operations that only the portal needs: each of its views is one call, so one execution. */

const DAYS = 7;

const OWN_REASONS = [DISABLED_REASON, PAUSED_REASON];

/** A recovery that takes longer is continued by the next call. */
const MAX_RUN_MS = 20_000;

/** Returns the days of the week that ends now, in UTC. */
const listDays = (nowMs: number): string[] =>
	Array.from({ length: DAYS }, (_, index) => formatDay(nowMs - (DAYS - 1 - index) * DAY_MS, UTC));

/** Counts the deliveries of each day. */
function countDays(parts: StatsPart[], days: string[]): object[] {
	const byDay = new Map(computeStats(parts).by_day.map((counts) => [counts.day, counts]));
	const none = countDeliveries([]);
	return days.map((day) => {
		const { failed_deliveries, response_time_ms, successful_deliveries } = byDay.get(day) ?? none;
		return {
			day,
			success: successful_deliveries,
			fail: failed_deliveries,
			medianMs: response_time_ms?.p50 ?? null,
			p95Ms: response_time_ms?.p95 ?? null,
		};
	});
}

const listConditions = (endpoint: RegisteredEndpoint): string[] =>
	isUnreadable(endpoint) ? [] : describeConditions(endpoint.settings.conditions ?? {});

/** Returns why an endpoint has a status; `null` if it has another one, or a subscriber gave it this one. */
const getForeignReason = (
	endpoint: RegisteredEndpoint,
	status: RegisteredEndpoint['status'],
): string | null =>
	endpoint.status !== status || OWN_REASONS.includes(endpoint.statusReason ?? '')
		? null
		: endpoint.statusReason;

/** Returns an endpoint with its health and its week. */
function presentWatchedEndpoint(
	call: ApplicationCall,
	endpoint: RegisteredEndpoint,
	parts: StatsPart[],
	days: string[],
): object {
	const counts = countDeliveries(parts);
	return {
		...presentSvixEndpoint(endpoint, mayReadSecrets(call)),
		...presentDeliverySettings(endpoint),
		failingSince: endpoint.failingSince,
		disabledReason: getForeignReason(endpoint, 'disabled'),
		pausedReason: getForeignReason(endpoint, 'paused'),
		conditions: listConditions(endpoint),
		week: {
			success: counts.successful_deliveries,
			fail: counts.failed_deliveries,
			pending: counts.pending_deliveries + counts.held_deliveries,
			lastDelivery: counts.last_delivery,
		},
		days: countDays(parts, days),
	};
}

/** Names the group of alerts: the catalog has no entries for them, unless its owner adds some. */
const ALERT_GROUP = 'Alerts about your other endpoints';

/** Lists the event types that the call's key is for: those of the catalog, and the alerts that the outbox sends. */
async function listEventTypes({ eventTypes, ports, request }: ApplicationCall): Promise<object[]> {
	const types = (await eventTypes?.list({ skipsUnreadable: true })) ?? [];
	const alerts = (ports.sendsAlerts ? OFFERED_ALERTS : [])
		.filter(({ name }) => !types.some((type) => type.name === name))
		.map((alert) => ({ ...alert, groupName: ALERT_GROUP, example: null }));
	return [...types, ...alerts]
		.filter(({ name }) => coversEventType(request.key.filter, name))
		.map(({ description, example, groupName, name }) => ({
			name,
			description,
			groupName: groupName ?? null,
			example: isObject(example) ? example : null,
		}));
}

/** Returns everything that the first view of a portal shows. */
async function presentPortal(call: ApplicationCall): Promise<SvixReply> {
	const days = listDays(call.ports.nowMs());
	const since = `${days[0]}T00:00:00.000Z`;
	const [endpoints, { parts }, eventTypes] = await Promise.all([
		loadApiEndpoints(call),
		loadCounts(call.ports, { since }),
		listEventTypes(call),
	]);
	const byEndpoint = groupBy(parts, ({ endpointId }) => endpointId);
	const shownParts = endpoints.flatMap(({ id }) => byEndpoint[id] ?? []);
	return {
		statusCode: 200,
		body: {
			endpoints: endpoints.map((endpoint) =>
				presentWatchedEndpoint(call, endpoint, byEndpoint[endpoint.id] ?? [], days),
			),
			days: countDays(shownParts, days),
			eventTypes,
		},
	};
}

/**
 * Returns a message with the attempts to deliver it to an endpoint, the newest first. An endpoint that got it in a
 * batch and again alone has two deliveries: the one alone tells the state.
 */
async function presentEndpointMessage(call: ApplicationCall): Promise<SvixReply> {
	const [event, endpoint] = await Promise.all([loadMessage(call), loadApiEndpoint(call)]);
	const query = { eventId: event.id, endpointId: endpoint.id };
	const deliveries = await findCovered(call, query);
	const attempts = orderBy(deliveries.flatMap(listAttempts), ({ record }) => record.time, 'desc');
	const delivery = deliveries.find(({ eventId }) => eventId === event.id) ?? deliveries[0];
	return {
		statusCode: 200,
		body: {
			...presentMessage(event, true),
			delivery: delivery === undefined ? null : presentStatus(delivery, endpoint, true),
			attempts: attempts.map((attempt) => presentSvixAttempt(attempt, endpoint.url, true)),
		},
	};
}

/** Counts, or queues, the failed or missing messages of an endpoint. The caller waits for that. */
async function recoverWithReport(call: ApplicationCall): Promise<SvixReply> {
	const { ports, request } = call;
	const { kind, preview, ...span } = parsePart('body', recoveryIn, request.body);
	const endpoint = await loadApiEndpoint(call);
	const [since, until] = [span.since, span.until ?? undefined].map((time) =>
		time === undefined ? undefined : toIsoTime(Date.parse(time)),
	);
	const { filter } = request.key;
	const limits = { isPreview: preview, maxRunMs: MAX_RUN_MS };
	const report =
		kind === 'failed'
			? await replayMany(
					ports,
					{ statuses: ['failed', 'held'], endpointIds: [endpoint.id], filter, since, until },
					limits,
				)
			: await recoverMissing(
					ports,
					{
						endpointId: endpoint.id,
						eventTypes: filter?.eventTypes,
						since: String(since),
						until,
					},
					limits,
				);
	const { deliveries, isComplete, kept } = report;
	const [share] = report.endpoints;
	// The outbox's own reason names what its owner can do in n8n.
	const reason =
		endpoint.status === 'disabled' ? 'The endpoint is disabled. Enable it first.' : share?.reason;
	return {
		statusCode: 200,
		body: { deliveries, kept, reason: kept === 0 ? null : (reason ?? null), isComplete },
	};
}

/** The operations that only the portal needs. */
export const PORTAL_HANDLERS = {
	'v1.portal.get': presentPortal,
	'v1.endpoint.get-message': presentEndpointMessage,
	'v1.endpoint.recovery': recoverWithReport,
} satisfies Record<string, Handler<ApplicationCall>>;
