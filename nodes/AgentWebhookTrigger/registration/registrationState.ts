import type { IHookFunctions } from 'n8n-workflow';

import { parseInboundCredential, type InboundCredential } from '../../../core/credentials/inbound';
import { findHeaderFault, type SentAs } from '../../../core/http/headerValues';

import { getWebhookUrl } from '../webhook/request';

/** The trigger's record of its publication, in the workflow's static data. */
export interface PublishedState {
	/** The ID of its webhook at the platform. */
	webhookId?: string;
	/** Its endpoint at a server. */
	endpoint?: { id: string; uid: string };
	/** Duplicates of what was received before this time are accepted. */
	publishedAt?: string;
}

/** Returns the record, to read and to change. */
export const getPublishedState = (context: IHookFunctions): PublishedState =>
	context.getWorkflowStaticData('node');

/** Reads the credential that requests are checked by. */
export const readCredential = async (context: IHookFunctions): Promise<InboundCredential> =>
	parseInboundCredential(await context.getCredentials('agentWebhookInboundApi'));

/** Finds the first token that the platform can send; `checkSecrets` requires one. */
export const findSendable = (sentAs: SentAs, tokens: string[]): string | undefined =>
	tokens.find((token) => findHeaderFault(sentAs, token) === undefined);

/** Returns the URL that events are to be sent to, with the URL token that callers must have. */
export function buildRegisteredUrl(context: IHookFunctions, urlToken: string | undefined): string {
	const url = getWebhookUrl(context);
	return urlToken === undefined ? url : `${url}?token=${encodeURIComponent(urlToken)}`;
}
