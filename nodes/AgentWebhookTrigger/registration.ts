import { NodeOperationError, UserError, type IDataObject, type IHookFunctions } from 'n8n-workflow';

import { parseInboundCredential } from '../../core/credentials/inbound';
import { createEncrypter } from '../../core/outbox/store/encryption';
import { getPlatform, MANAGEMENT_KIND } from '../../core/platforms';
import { requireConfiguredMethods } from '../../core/receiving/authenticate';
import { parseOutboxCredential } from '../shared/outbox/openOutbox';
import { parseList } from '../shared/parameters/parse';
import {
	ManagementClient,
	buildWebhookPath,
	type PlatformWebhook,
} from '../shared/transport/platformApi';

import { getWebhookUrl } from './webhook/request';
import { buildReceiveRules } from './webhook/rules';
import { readTriggerParameter, readTriggerParameters } from './webhook/triggerParameters';

const WEBHOOK_ID = /^[\w.~-]{1,200}$/;

/** The trigger's record of its webhook at the platform, in the workflow's static data. */
interface Registration {
	webhookId?: string;
}

const getRegistration = (context: IHookFunctions): Registration =>
	context.getWorkflowStaticData('node');

const openClient = async (context: IHookFunctions): Promise<ManagementClient> =>
	await ManagementClient.create(context, readTriggerParameter(context, 'platform'));

/**
 * Returns the event types to subscribe to: the chosen ones, or all of the platform's if none is chosen.
 */
function getSubscribedEvents(context: IHookFunctions): string[] {
	const { eventTypes } = readTriggerParameter(context, 'options', {});
	const chosen = [...readTriggerParameter(context, 'events', []), ...parseList(eventTypes)];
	if (chosen.length > 0) return chosen;
	const { events } = getPlatform(readTriggerParameter(context, 'platform'));
	return (events?.types ?? []).map(({ value }) => value);
}

/**
 * Reads how the platform must authenticate with this trigger. Its API accepts a Bearer token, in addition
 * to the signature that it always sends; a URL token becomes part of the URL
 * (docs/platforms.md#agenticflow).
 * @throws UserError if the trigger asks for Basic
 */
async function readPlatformAuthentication(
	context: IHookFunctions,
): Promise<{ authentication?: IDataObject; urlToken?: string }> {
	const methods = readTriggerParameter(context, 'authenticationMethods');
	if (methods.includes('basic')) {
		throw new UserError(
			'The platform can’t send Basic credentials. Remove Basic from "Authentication", or turn off "Register at the Platform".',
		);
	}
	if (!methods.includes('bearer') && !methods.includes('urlToken')) return {};
	const secrets = parseInboundCredential(await context.getCredentials('agentWebhookInboundApi'));
	return {
		...(methods.includes('bearer') && {
			authentication: { type: 'bearer', token: secrets.bearerTokens[0] },
		}),
		...(methods.includes('urlToken') && { urlToken: secrets.urlTokens[0] }),
	};
}

function buildRegisteredUrl(context: IHookFunctions, urlToken: string | undefined): string {
	const url = getWebhookUrl(context);
	return urlToken === undefined ? url : `${url}?token=${encodeURIComponent(urlToken)}`;
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
async function registerWebhook(context: IHookFunctions): Promise<void> {
	const client = await openClient(context);
	const { authentication, urlToken } = await readPlatformAuthentication(context);
	const url = buildRegisteredUrl(context, urlToken);
	const events = getSubscribedEvents(context);
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
		getRegistration(context).webhookId = existing.id;
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
	getRegistration(context).webhookId = id;
}

/**
 * Checks the trigger's settings, and registers its webhook at the platform if that option is on. A
 * mistake then shows when the workflow is published, not when the first request arrives.
 * @throws NodeOperationError with what to change
 */
export async function activateWebhook(context: IHookFunctions): Promise<void> {
	const parameters = readTriggerParameters(context);
	const path = readTriggerParameter(context, 'path');
	if (!WEBHOOK_ID.test(path)) {
		throw new NodeOperationError(
			context.getNode(),
			`The webhook ID "${path}" is not valid in a URL. Fill in "Webhook ID" with letters, digits, dots, hyphens, underscores and tildes, e.g. support-agent.`,
		);
	}
	try {
		const readCredential = async () => await context.getCredentials('agentWebhookInboundApi');
		const rules = buildReceiveRules(parameters, readCredential);
		if (rules.methods.length > 0) requireConfiguredMethods(rules, await rules.loadSecrets());
		if (parameters.requestKind === MANAGEMENT_KIND) {
			createEncrypter(
				parseOutboxCredential(await context.getCredentials('agentWebhookOutboxApi')).keys,
			);
		}
		if (readTriggerParameter(context, 'register', false)) await registerWebhook(context);
	} catch (error) {
		throw new NodeOperationError(context.getNode(), error as Error);
	}
}

/** Deletes this trigger's webhook at the platform, if it is registered and still exists. */
export async function deactivateWebhook(context: IHookFunctions): Promise<void> {
	const registration = getRegistration(context);
	if (registration.webhookId === undefined) return;
	const client = await openClient(context);
	await client.deleteIfExists(registration.webhookId);
	delete registration.webhookId;
}
