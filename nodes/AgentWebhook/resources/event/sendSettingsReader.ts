import isEqual from 'lodash/isEqual';
import type { IExecuteFunctions } from 'n8n-workflow';

import {
	buildSendSettings,
	type SendRequest,
	type SendSettings,
} from '../../../../core/event/sendSettings';
import { EVENT_KIND } from '../../../../core/platforms';
import type { RetrySettings } from '../../../../core/sending/retrySettings';
import type { ItemParameters } from '../../../shared/parameters/itemParameters';
import { parseList } from '../../../shared/parameters/parse';
import { readHeaders, type HeaderParameter } from '../../../shared/properties/headersProperty';

/** The values of the collection Options for one endpoint. */
export interface SendOptions {
	allowHttp?: boolean;
	backoffMultiplier?: number;
	bare?: boolean;
	eventId?: string;
	excludeFields?: string;
	firstDelaySeconds?: number;
	headers?: HeaderParameter;
	includeFields?: string;
	jitter?: number;
	maxDelaySeconds?: number;
	maxResponseKilobytes?: number;
	maxRetries?: number;
	maxRetryAfterSeconds?: number;
	maxTotalWaitSeconds?: number;
	retryDelays?: string;
	retrySchedule?: RetrySettings['schedule'];
	retryStatuses?: string;
	skipTlsCheck?: boolean;
	timeoutSeconds?: number;
	webhookId?: string;
	webhookName?: string;
}

interface SendParameters {
	options: SendOptions;
	platform: string;
	requestKind: string;
	signed: boolean;
	url: string;
}

const toRetrySettings = (options: SendOptions): RetrySettings => ({
	schedule: options.retrySchedule,
	delays: options.retryDelays,
	firstDelaySeconds: options.firstDelaySeconds,
	backoffMultiplier: options.backoffMultiplier,
	maxDelaySeconds: options.maxDelaySeconds,
	jitter: options.jitter,
	maxRetries: options.maxRetries,
	maxRetryAfterSeconds: options.maxRetryAfterSeconds,
});

function toSendRequest(
	context: IExecuteFunctions,
	{ options, platform, requestKind, signed, url }: SendParameters,
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
		retry: toRetrySettings(options),
		retryStatuses: options.retryStatuses ?? '',
		fieldFilters: {
			include_fields: parseList(options.includeFields),
			exclude_fields: parseList(options.excludeFields),
		},
		withoutEnvelope: options.bare ?? false,
		webhook: {
			id: options.webhookId || `wh_${workflow.id ?? ''}_${context.getNode().id}`,
			name: options.webhookName || (workflow.name ?? ''),
		},
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
			signed: parameters.read('useCredential', itemIndex) as boolean,
			url: parameters.read('url', itemIndex) as string,
		};
	}
}
