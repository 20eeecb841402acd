import pick from 'lodash/pick';
import type { IDataObject } from 'n8n-workflow';

import { CLIENT_TLS_FIELDS } from '../../../../core/credentials/clientTls';
import { parseEventTypes } from '../../../../core/event/eventTypes';
import type { EndpointInput } from '../../../../core/outbox/endpoint/lifecycle';
import { listAuthenticationFields } from '../../../../credentials/authenticationFields';
import {
	parseFieldNames,
	parseJsonObject,
	parseList,
	type ListParameter,
} from '../../../shared/parameters/parse';
import { readHeaders, type HeaderParameter } from '../../../shared/properties/headersProperty';

import { readWorkflowChoice } from './workflowFields';

/** The values of an endpoint's parameters. A field that the node does not show is missing. */
export interface EndpointFields {
	accessKeyId?: string;
	allowHttp?: boolean;
	allowInternal?: boolean;
	allowManagementApi?: boolean;
	backoffMultiplier?: number;
	caCertificate?: string;
	clientCertificate?: string;
	clientId?: string;
	clientKey?: string;
	clientKeyPassphrase?: string;
	clientSecret?: string;
	clientSecretIn?: string;
	cloudEventMode?: string;
	eventSource?: string;
	catalogEventTypes?: string[];
	channels?: ListParameter;
	audience?: string;
	batch?: { settings?: { maxEvents: number; maxKilobytes?: number; maxWaitSeconds: number } };
	circuitBreaker?: { breaker?: { failures: number; probeMinutes: number } };
	conditions?: unknown;
	description?: string;
	disableCount?: number;
	disableDays?: number;
	disableRule?: string;
	endpointAuthentication?: string;
	endpointName?: string;
	eventTypes?: ListParameter;
	excludeFields?: ListParameter;
	firstDelaySeconds?: number;
	headers?: HeaderParameter;
	includeFields?: ListParameter;
	inOrder?: string;
	maxDelaySeconds?: number;
	maxRetries?: number;
	orderKey?: string;
	password?: string;
	platform?: string;
	removeHeaders?: ListParameter;
	region?: string;
	rateLimit?: { limit?: { max: number; perSeconds: number } };
	retryDelays?: string;
	retrySchedule?: string;
	retryStatuses?: string;
	scope?: string;
	secretAccessKey?: string;
	service?: string;
	sessionToken?: string;
	skipTlsCheck?: boolean;
	timeoutSeconds?: number;
	token?: string;
	tokenUrl?: string;
	/** A choice of n8n's list of workflows. */
	transformWorkflowId?: unknown;
	url?: string;
	user?: string;
	/** A choice of n8n's list of workflows. */
	workflowId?: unknown;
}

/** The fields of each authentication. */
const AUTHENTICATION_FIELDS: Record<string, string[]> = {
	bearer: ['token'],
	urlToken: ['token'],
	basic: ['user', 'password'],
	oauth2: listAuthenticationFields('oauth2'),
	awsSigV4: listAuthenticationFields('awsSigV4'),
};

/** Drops undefined fields. @returns `undefined` if none is left */
const pickDefined = (fields: Record<string, unknown>): IDataObject | undefined => {
	const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
	return entries.length > 0 ? (Object.fromEntries(entries) as IDataObject) : undefined;
};

const readOptional = (
	list: ListParameter,
	parse: (list: ListParameter) => string[],
): string[] | undefined => (list === undefined ? undefined : parse(list));

const emptyToUndefined = (text: string | undefined): string | undefined =>
	text === '' ? undefined : text;

/** Reads the event types that were typed and those that were chosen; none for all. */
function readEventTypes({
	catalogEventTypes = [],
	eventTypes,
}: EndpointFields): string[] | undefined {
	const typed = readOptional(eventTypes, parseEventTypes);
	if (catalogEventTypes.length === 0) return typed;
	return [...new Set([...(typed ?? []), ...catalogEventTypes])];
}

function readDisableRule(fields: EndpointFields): IDataObject | undefined {
	const { disableCount = 20, disableDays = 5, disableRule: rule } = fields;
	if (rule === undefined) return undefined;
	return {
		rule,
		...(rule === 'consecutiveFailures' && { count: disableCount }),
		...(rule === 'failingFor' && { days: disableDays }),
	};
}

/** Reads the channels that an endpoint listens to. @returns `null` for all events */
function readChannels(list: ListParameter): string[] | null {
	const channels = [...new Set(parseList(list))];
	return channels.length === 0 ? null : channels;
}

/** @returns `null` if a person removed the batches */
function readBatchSettings({ settings }: NonNullable<EndpointFields['batch']>): IDataObject | null {
	if (settings === undefined) return null;
	return {
		max_events: settings.maxEvents,
		max_wait_seconds: settings.maxWaitSeconds,
		...(settings.maxKilobytes !== undefined && { max_bytes: settings.maxKilobytes * 1024 }),
	};
}

/** @returns `null` if a person removed the limit */
function readRateLimit({ limit }: NonNullable<EndpointFields['rateLimit']>): IDataObject | null {
	return limit === undefined ? null : { max: limit.max, per_seconds: limit.perSeconds };
}

/** @returns `null` if a person removed the circuit breaker */
function readCircuitBreaker({
	breaker,
}: NonNullable<EndpointFields['circuitBreaker']>): IDataObject | null {
	return breaker === undefined
		? null
		: { failures: breaker.failures, probe_minutes: breaker.probeMinutes };
}

/** @returns `null` for no order */
function readOrder({ inOrder, orderKey = '' }: EndpointFields): IDataObject | null | undefined {
	switch (inOrder) {
		case 'all':
			return {};
		case 'key':
			return { key: orderKey.trim() };
		case 'no':
			return null;
		default:
			return undefined;
	}
}

/** Returns the settings under the names of AgenticFlow's API: docs/platforms.md#agenticflow. */
function readSettings(fields: EndpointFields): Record<string, unknown> {
	return (
		pickDefined({
			channels: fields.channels === undefined ? undefined : readChannels(fields.channels),
			conditions: parseJsonObject(fields.conditions, 'Conditions (JSON)'),
			filters: pickDefined({
				include_fields: readOptional(fields.includeFields, parseFieldNames),
				exclude_fields: readOptional(fields.excludeFields, parseFieldNames),
			}),
			retry_policy: pickDefined({
				schedule: fields.retrySchedule,
				delays: emptyToUndefined(fields.retryDelays),
				max_retries: fields.maxRetries,
				first_delay_seconds: fields.firstDelaySeconds,
				backoff_multiplier: fields.backoffMultiplier,
				max_delay_seconds: fields.maxDelaySeconds,
				retry_statuses: emptyToUndefined(fields.retryStatuses),
			}),
			batch_settings: fields.batch && readBatchSettings(fields.batch),
			rate_limit: fields.rateLimit && readRateLimit(fields.rateLimit),
			disable_rule: readDisableRule(fields),
			circuit_breaker: fields.circuitBreaker && readCircuitBreaker(fields.circuitBreaker),
			in_order: readOrder(fields),
			timeout_seconds: fields.timeoutSeconds,
			verify_tls: fields.skipTlsCheck === undefined ? undefined : !fields.skipTlsCheck,
			allow_http: fields.allowHttp,
			allow_internal: fields.allowInternal,
			cloud_event_mode: fields.cloudEventMode,
			event_source: emptyToUndefined(fields.eventSource),
		}) ?? {}
	);
}

/**
 * Converts parameters to an endpoint's input. Missing fields stay missing.
 * @throws UserError for conditions or headers that are not valid
 */
export function toEndpointInput(fields: EndpointFields): EndpointInput {
	const { endpointAuthentication: type } = fields;
	return {
		name: fields.endpointName,
		description: fields.description,
		url: fields.url,
		workflowId: fields.workflowId === undefined ? undefined : readWorkflowChoice(fields.workflowId),
		transformWorkflowId:
			fields.transformWorkflowId === undefined
				? undefined
				: readWorkflowChoice(fields.transformWorkflowId) || null,
		platform: fields.platform,
		eventTypes: readEventTypes(fields),
		isApiManaged: fields.allowManagementApi,
		settings: readSettings(fields),
		headers: fields.headers === undefined ? undefined : readHeaders(fields.headers),
		authentication:
			type === undefined
				? undefined
				: {
						authentication: type,
						...pickDefined(pick(fields, AUTHENTICATION_FIELDS[type] ?? [])),
					},
		clientTls: pickDefined(pick(fields, CLIENT_TLS_FIELDS)),
	};
}
