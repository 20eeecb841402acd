import { UserError, type IDataObject, type IHookFunctions } from 'n8n-workflow';

import { expandEventTypes } from '../../../core/event/eventTypes';
import { getPlatform } from '../../../core/platforms';
import type { AuthenticationMethod } from '../../../core/platforms/authentication';
import type { ReceiveRules } from '../../../core/receiving/receive';
import {
	ManagementClient,
	buildWebhookPath,
	type PlatformWebhook,
} from '../../shared/transport/platformApi';

import { readTriggerParameter } from '../webhook/triggerParameters';

import {
	buildRegisteredUrl,
	findSendable,
	getPublishedState,
	readCredential,
} from './registrationState';

const openClient = async (context: IHookFunctions): Promise<ManagementClient> =>
	await ManagementClient.create(context, readTriggerParameter(context, 'platform'));

/** Lists the event types of the trigger's platform, or none if only the usual ones are known. */
export function listDocumentedTypes(context: IHookFunctions): string[] {
	const { events } = getPlatform(readTriggerParameter(context, 'platform'));
	return events === undefined || events.hasOtherTypes ? [] : events.types.map(({ value }) => value);
}

/**
 * Returns the event types to subscribe to: the chosen ones, or all of the platform's if none is chosen.
 * @throws UserError if the chosen entries match none
 */
function getSubscribedEvents(context: IHookFunctions, { eventTypes }: ReceiveRules): string[] {
	const documented = listDocumentedTypes(context);
	if (eventTypes.length === 0) return documented;
	const chosen = expandEventTypes(eventTypes, documented);
	if (chosen.length > 0) return chosen;
	throw new UserError(
		`The platform has no event type that matches ${eventTypes.join(', ')}. Change "Other Event Types", or leave it empty for all.`,
	);
}

/** The methods that the platform's API does not know. */
const UNSENDABLE_METHODS: Array<{ method: AuthenticationMethod; name: string; secret: string }> = [
	{ method: 'basic', name: 'Basic', secret: 'Basic credentials' },
	{ method: 'headerToken', name: 'Header Token', secret: 'a token in another header' },
	{ method: 'bodyToken', name: 'Body Token', secret: 'a token in the body' },
];

/**
 * Reads how the platform must authenticate with this trigger. Its API accepts a Bearer token, in addition
 * to the signature that it always sends; a URL token becomes part of the URL
 * (docs/platforms.md#agenticflow).
 * @throws UserError if the trigger asks for what it cannot send
 */
async function readPlatformAuthentication(
	context: IHookFunctions,
): Promise<{ authentication?: IDataObject; urlToken?: string }> {
	const methods = readTriggerParameter(context, 'authenticationMethods');
	const unsendable = UNSENDABLE_METHODS.find(({ method }) => methods.includes(method));
	if (unsendable !== undefined) {
		const { name, secret } = unsendable;
		throw new UserError(
			`The platform can’t send ${secret}. Remove ${name} from "Authentication", or turn off "Register at the Platform".`,
		);
	}
	if (!methods.includes('bearer') && !methods.includes('urlToken')) return {};
	const secrets = await readCredential(context);
	return {
		...(methods.includes('bearer') && {
			authentication: { type: 'bearer', token: findSendable('token', secrets.bearerTokens) },
		}),
		...(methods.includes('urlToken') && { urlToken: findSendable('urlToken', secrets.urlTokens) }),
	};
}

const hasSameEvents = (a: string[], b: string[]): boolean =>
	a.length === b.length && a.every((event) => b.includes(event));

const stripQuery = (url: string | undefined): string => (url ?? '').split('?')[0];

/**
 * Finds this trigger's webhook at the platform by its URL without the query: the test webhook has another
 * URL, and the URL token may have changed.
 */
async function findWebhook(
	client: ManagementClient,
	url: string,
): Promise<PlatformWebhook | undefined> {
	const webhooks = await client.listWebhooks();
	return webhooks.find((webhook) => stripQuery(webhook.url) === stripQuery(url));
}

/**
 * Creates this trigger's webhook at the platform, or updates the existing one.
 * @throws NodeApiError or UserError with the reason
 */
export async function registerWebhook(context: IHookFunctions, rules: ReceiveRules): Promise<void> {
	const client = await openClient(context);
	const { authentication, urlToken } = await readPlatformAuthentication(context);
	const url = buildRegisteredUrl(context, urlToken);
	const events = getSubscribedEvents(context, rules);
	const settings = { url, events, ...(authentication && { authentication }) };
	const existing = await findWebhook(client, url);
	if (existing !== undefined) {
		// The API does not return the current token, so the token is always written.
		if (
			existing.url !== url ||
			!hasSameEvents(existing.events ?? [], events) ||
			authentication !== undefined
		) {
			await client.request('PUT', buildWebhookPath(existing.id), settings);
		}
		getPublishedState(context).webhookId = existing.id;
		return;
	}
	const name = `n8n: ${context.getWorkflow().name ?? ''}`.trim();
	const created = await client.request('POST', '', { name, ...settings });
	const nested = created.webhook as IDataObject | undefined;
	// The platform documents no response for this request. If it has no ID, the list of webhooks does.
	const id = created.id ?? nested?.id ?? (await findWebhook(client, url))?.id;
	if (typeof id !== 'string') {
		throw new UserError(
			'The platform created the webhook but did not return its ID. Delete the webhook at the platform, and try again.',
		);
	}
	getPublishedState(context).webhookId = id;
}

/** Deletes this trigger's webhook at the platform, if it is registered and still exists. */
export async function deregisterWebhook(context: IHookFunctions): Promise<void> {
	const state = getPublishedState(context);
	if (state.webhookId === undefined) return;
	const client = await openClient(context);
	await client.deleteIfExists(state.webhookId);
	delete state.webhookId;
}
