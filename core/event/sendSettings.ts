import { checkEndpointUrl, toPrintableUrl } from '../http/endpointUrl';
import { getPlatform, getRequestKind, type Platform, type RequestKind } from '../platforms';
import { buildDeliveryRules, type RetrySettings } from '../sending/retrySettings';
import type { DeliveryTarget } from '../sending/target';

import { getEventFormat, type CloudEventMode, type EventFormat } from './envelope';
import type { WebhookEvent } from './event';
import { compileFieldFilters, type FieldFilters } from './fieldFilter';

/** A direct send as a person configures it: to one URL, without a registered endpoint. */
export interface SendRequest {
	platformId: string;
	/** The ID of one of the platform's request kinds. */
	requestKindId: string;
	url: string;
	allowHttp: boolean;
	headers: Record<string, string>;
	signed: boolean;
	skipTlsCheck: boolean;
	/** Defaults to the platform's. */
	timeoutMs?: number;
	maxResponseBytes: number;
	maxTotalWaitMs: number;
	retry: RetrySettings;
	/** e.g. `408, 429, 5xx`; empty for the platform's. */
	retryStatuses: string;
	fieldFilters: FieldFilters;
	/** `true` to send the data alone, without the platform's envelope. */
	withoutEnvelope: boolean;
	webhook: WebhookEvent['webhook'];
	/** The source in the events' envelope, if the platform's has one. */
	source: string;
	cloudEventMode: CloudEventMode;
}

/** Everything about a direct send that does not depend on an item's data. */
export interface SendSettings {
	platform: Platform;
	kind: RequestKind;
	target: DeliveryTarget;
	filterData: (data: Record<string, unknown>) => Record<string, unknown>;
	/** `undefined` if the data is sent alone. */
	format: EventFormat | undefined;
	webhook: WebhookEvent['webhook'];
	source: string;
	/** Events may share a batch if their settings have the same key. */
	batchKey: string;
}

const MAX_TIMEOUT_MS = 300_000;

function buildTarget(request: SendRequest, platform: Platform, kind: RequestKind): DeliveryTarget {
	const url = checkEndpointUrl(request.url, {
		allowHttp: request.allowHttp,
		// The owner of the workflow chooses the URL, as in n8n's own HTTP Request node.
		allowInternal: true,
		...(platform.httpsOnly && { httpsOnlyFor: platform.name }),
	});
	return {
		platformId: platform.id,
		url: url.href,
		printableUrl: toPrintableUrl(url),
		headers: request.headers,
		signed: request.signed,
		unsignedAllowed: !kind.authentication.methods.includes('signature'),
		skipTlsCheck: request.skipTlsCheck,
		timeoutMs: Math.min(request.timeoutMs ?? platform.timeoutMs, MAX_TIMEOUT_MS),
		maxResponseBytes: request.maxResponseBytes,
		tokenUrlRules: { allowHttp: request.allowHttp, allowInternal: true },
		rules: buildDeliveryRules(
			platform,
			request.retry,
			request.retryStatuses,
			request.maxTotalWaitMs,
		),
	};
}

/**
 * Checks a direct send and builds what all its events share.
 * @throws InvalidSchemeError, InvalidRequestKindError, InvalidEndpointUrlError, InvalidPathError,
 * InvalidStatusesError, InvalidDelaysError
 * @example
 * const settings = buildSendSettings(request);
 * const ref = toEventRef(settings, 'evt_1', 'order.created');
 * const event = createPendingEvent(settings, ref, { order_id: 7 }, nowMs);
 * const [{ delivery }] = buildDirectDeliveries([event], 1, { newId: randomUUID, nowMs });
 * const jobs = [{ delivery, progress: { attempts: [] }, credential }];
 * const [report] = await attemptDirectDeliveries(jobs, ports, limits);
 * report.status; // 'delivered', 'retrying' or 'failed'
 */
export function buildSendSettings(request: SendRequest): SendSettings {
	const platform = getPlatform(request.platformId);
	const kind = getRequestKind(platform, request.requestKindId);
	const target = buildTarget(request, platform, kind);
	const { source, webhook } = request;
	const format = request.withoutEnvelope
		? undefined
		: getEventFormat(kind.events, request.cloudEventMode);
	return {
		platform,
		kind,
		target,
		filterData: compileFieldFilters(request.fieldFilters),
		format,
		webhook,
		source,
		batchKey: JSON.stringify({ ...target, webhook, kind: kind.id, format }),
	};
}
