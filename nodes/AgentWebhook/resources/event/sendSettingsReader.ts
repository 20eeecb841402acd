import isEqual from 'lodash/isEqual';
import type { IExecuteFunctions } from 'n8n-workflow';

import type { CloudEventMode } from '../../../../core/event/envelope';
import {
	buildSendSettings,
	type SendRequest,
	type SendSettings,
} from '../../../../core/event/sendSettings';
import { EVENT_KIND } from '../../../../core/platforms';
import type { RetrySettings } from '../../../../core/sending/retrySettings';
import type { ItemParameters } from '../../../shared/parameters/itemParameters';
import { parseFieldNames, type ListParameter } from '../../../shared/parameters/parse';
import { readHeaders, type HeaderParameter } from '../../../shared/properties/headersProperty';
import { RETRY_PARAMETERS } from '../../../shared/properties/retryProperties';

/** The values of the collection Options for one endpoint. */
export interface SendOptions {
	allowHttp?: boolean;
	bare?: boolean;
	cloudEventMode?: CloudEventMode;
	eventId?: string;
	eventSource?: string;
	excludeFields?: ListParameter;
	headers?: HeaderParameter;
	includeFields?: ListParameter;
	jitter?: number;
	maxResponseKilobytes?: number;
	maxRetryAfterSeconds?: number;
	maxTotalWaitSeconds?: number;
	retryStatuses?: string;
	skipTlsCheck?: boolean;
	timeoutSeconds?: number;
	webhookId?: string;
	webhookName?: string;
}

/** The parameters of the chosen schedule; those of others are missing. */
interface RetryParameters {
	backoffMultiplier?: number;
	firstDelaySeconds?: number;
	maxDelaySeconds?: number;
	maxRetries?: number;
	retryDelays?: string;
	retrySchedule?: RetrySettings['schedule'];
}

interface SendParameters {
	options: SendOptions;
	platform: string;
	requestKind: string;
	retry: RetryParameters;
	signed: boolean;
	url: string;
}

const toRetrySettings = (retry: RetryParameters, options: SendOptions): RetrySettings => ({
	schedule: retry.retrySchedule,
	delays: retry.retryDelays,
	firstDelaySeconds: retry.firstDelaySeconds,
	backoffMultiplier: retry.backoffMultiplier,
	maxDelaySeconds: retry.maxDelaySeconds,
	maxRetries: retry.maxRetries,
	jitter: options.jitter,
	maxRetryAfterSeconds: options.maxRetryAfterSeconds,
});

function toSendRequest(
	context: IExecuteFunctions,
	{ options, platform, requestKind, retry, signed, url }: SendParameters,
): SendRequest {
	const workflow = context.getWorkflow();
	return {
		platformId: platform,
		requestKindId: requestKind,
		url,
		allowHttp: options.allowHttp ?? false,
		headers: readHeaders(options.headers),
		signed,
		skipTlsCheck: options.skipTlsCheck ?? false,
		timeoutMs: options.timeoutSeconds === undefined ? undefined : options.timeoutSeconds * 1000,
		maxResponseBytes: (options.maxResponseKilobytes ?? 16) * 1024,
		maxTotalWaitMs: (options.maxTotalWaitSeconds ?? 60) * 1000,
		retry: toRetrySettings(retry, options),
		retryStatuses: options.retryStatuses ?? '',
		fieldFilters: {
			include_fields: parseFieldNames(options.includeFields),
			exclude_fields: parseFieldNames(options.excludeFields),
		},
		withoutEnvelope: options.bare ?? false,
		webhook: {
			id: options.webhookId || `wh_${workflow.id ?? ''}_${context.getNode().id}`,
			name: options.webhookName || (workflow.name ?? ''),
		},
		source: options.eventSource || `/n8n/workflows/${workflow.id ?? ''}`,
		cloudEventMode: options.cloudEventMode ?? 'structured',
	};
}

/**
 * Reads the settings of Send for one endpoint. Items in a row with equal parameters share one object,
 * so that its filters are compiled once.
 */
export class SendSettingsReader {
	private last: { parameters: SendParameters; settings: SendSettings } | undefined;

	constructor(private readonly parameters: ItemParameters) {}

	/** @throws as `buildSendSettings`; UserError for a header that cannot be sent */
	read(itemIndex: number): { settings: SendSettings; eventId: string | undefined } {
		const parameters = this.readParameters(itemIndex);
		if (this.last === undefined || !isEqual(this.last.parameters, parameters)) {
			const settings = buildSendSettings(toSendRequest(this.parameters.context, parameters));
			this.last = { parameters, settings };
		}
		return { settings: this.last.settings, eventId: parameters.options.eventId || undefined };
	}

	private readParameters(itemIndex: number): SendParameters {
		const { parameters } = this;
		return {
			options: parameters.read('options', itemIndex, {}) as SendOptions,
			platform: parameters.read('platform', itemIndex) as string,
			requestKind: parameters.read('requestKind', itemIndex, EVENT_KIND) as string,
			retry: Object.fromEntries(
				RETRY_PARAMETERS.map((name) => [name, parameters.read(name, itemIndex, null) ?? undefined]),
			),
			signed: parameters.read('useCredential', itemIndex) as boolean,
			url: parameters.read('url', itemIndex) as string,
		};
	}
}
