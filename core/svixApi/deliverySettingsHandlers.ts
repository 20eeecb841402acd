import isUndefined from 'lodash/isUndefined';
import omitBy from 'lodash/omitBy';

import { setEndpointStatus, updateEndpoint } from '../outbox/endpoint/lifecycle';
import { isUnreadable, modifyEndpoint, requireReadable } from '../outbox/endpoint/repository';
import { isCircuitOpen } from '../outbox/endpoint/suspension';
import type { Endpoint, EndpointSettings, RegisteredEndpoint } from '../outbox/model';

import type { ApplicationCall, Handler } from './apiContext';
import { loadApiEndpoint, SVIX_SCOPE } from './apiEndpoint';
import { parsePart, type SvixReply } from './svixErrors';
import {
	deliverySettingsIn,
	deliverySettingsPatch,
	type DeliverySettingsBody,
} from './svixSchemas';

/** The settings that decide when an endpoint gets its events: pause, order and circuit breaker. */

/** Reason that an endpoint has after a caller paused it. */
export const PAUSED_REASON = 'Paused through the API';

/** Returns the settings of an endpoint, with the names that the API has. */
export function presentDeliverySettings(endpoint: RegisteredEndpoint): object {
	const { circuit_breaker: breaker, in_order: order }: EndpointSettings =
		(isUnreadable(endpoint) ? endpoint.subscription?.settings : endpoint.settings) ?? {};
	return {
		paused: endpoint.status === 'paused',
		inOrder: order === undefined ? null : { key: order.key ?? null },
		circuitBreaker:
			breaker === undefined
				? null
				: { failures: breaker.failures, probeMinutes: breaker.probe_minutes },
		probeAt: isCircuitOpen(endpoint) ? endpoint.probeAt : null,
	};
}

/** Translates order and circuit breaker into the outbox's words. What is absent does not change. */
function toSettings({ circuitBreaker, inOrder }: DeliverySettingsBody): Record<string, unknown> {
	const settings = {
		in_order: inOrder && (inOrder.key ? { key: inOrder.key } : {}),
		circuit_breaker: circuitBreaker && {
			failures: circuitBreaker.failures,
			probe_minutes: circuitBreaker.probeMinutes,
		},
	};
	return omitBy(settings, isUndefined);
}

/** Pauses or resumes an endpoint. One that is disabled stays disabled, unless it is to be paused. */
function setPaused(endpoint: Endpoint, paused: boolean | undefined, nowMs: number): Endpoint {
	if (paused === undefined || (endpoint.status === 'disabled' && !paused)) return endpoint;
	return setEndpointStatus(endpoint, paused ? 'paused' : 'active', PAUSED_REASON, nowMs);
}

async function change(call: ApplicationCall, body: DeliverySettingsBody): Promise<SvixReply> {
	const { ports } = call;
	const endpoint = requireReadable(await loadApiEndpoint(call));
	const settings = toSettings(body);
	const apply = (latest: Endpoint): Endpoint => {
		const nowMs = ports.nowMs();
		return setPaused(updateEndpoint(latest, { settings }, nowMs), body.paused, nowMs);
	};
	const changed = await modifyEndpoint(ports, endpoint, apply, SVIX_SCOPE);
	return { statusCode: 200, body: presentDeliverySettings(changed) };
}

/** The operations on when an endpoint gets its events, which Svix's server lacks. */
export const DELIVERY_SETTINGS_HANDLERS = {
	'v1.endpoint.get-delivery-settings': async (call) => ({
		statusCode: 200,
		body: presentDeliverySettings(await loadApiEndpoint(call)),
	}),
	'v1.endpoint.update-delivery-settings': async (call) => {
		const body = parsePart('body', deliverySettingsIn, call.request.body);
		const { circuitBreaker = null, inOrder = null, paused = false } = body;
		return await change(call, { circuitBreaker, inOrder, paused });
	},
	'v1.endpoint.patch-delivery-settings': async (call) =>
		await change(call, parsePart('body', deliverySettingsPatch, call.request.body)),
} satisfies Record<string, Handler<ApplicationCall>>;
