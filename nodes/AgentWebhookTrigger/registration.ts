import { UserError, type IDataObject, type IHookFunctions } from 'n8n-workflow';

import { inboundSecrets } from '../../core/credentials/credentialFields';
import { getPlatform } from '../../core/platforms';
import { listParameter } from '../shared/parameters/parse';
import {
	ManagementClient,
	buildWebhookPath,
	type PlatformWebhook,
} from '../shared/transport/platformApi';

import { webhookUrl } from './webhook/request';

/** What this trigger remembers of its webhook at the platform, in n8n's own store. */
interface Registration {
	webhookId?: string;
}

const registrationOf = (context: IHookFunctions): Registration =>
	context.getWorkflowStaticData('node');

const isWanted = (context: IHookFunctions): boolean =>
	context.getNodeParameter('register', false) as boolean;

const platformOf = (context: IHookFunctions): string =>
	context.getNodeParameter('platform') as string;

/** The events to ask for: those chosen, or all of the platform's. */
function chosenEvents(context: IHookFunctions): string[] {
	const options = context.getNodeParameter('options', {}) as { eventTypes?: string };
	const chosen = [
		...(context.getNodeParameter('events', []) as string[]),
		...listParameter(options.eventTypes),
	];
	const all = getPlatform(platformOf(context)).events?.types ?? [];
	return chosen.length > 0 ? chosen : all.map(({ value }) => value);
}

/**
 * How the platform shall prove itself to this trigger: its page knows Bearer tokens, beside the
 * signature that it always sends. A URL token goes into the URL.
 */
async function callerAuthentication(
	context: IHookFunctions,
): Promise<{ authentication?: IDataObject; token?: string }> {
	const methods = context.getNodeParameter('authenticationMethods') as string[];
	if (methods.includes('basic')) {
		throw new UserError(
			'The platform cannot be told a user and password. Take Basic out of "Authentication", or switch off "Register at the Platform".',
		);
	}
	if (!methods.includes('bearer') && !methods.includes('urlToken')) return {};
	const secrets = inboundSecrets(await context.getCredentials('agentWebhookInboundApi'));
	return {
		...(methods.includes('bearer') && {
			authentication: { type: 'bearer', token: secrets.bearerTokens[0] },
		}),
		...(methods.includes('urlToken') && { token: secrets.urlTokens[0] }),
	};
}

function registeredUrl(context: IHookFunctions, token: string | undefined): string {
	const url = webhookUrl(context);
	return token === undefined ? url : `${url}?token=${encodeURIComponent(token)}`;
}

const sameEvents = (a: string[], b: string[]): boolean =>
	a.length === b.length && a.every((event) => b.includes(event));

/**
 * This trigger's webhook at the platform. It is told by its address: the test URL's is another one, and
 * a URL token may have changed.
 */
async function find(client: ManagementClient, url: string): Promise<PlatformWebhook | undefined> {
	const addressOf = (text: string | undefined): string => (text ?? '').split('?')[0];
	const webhooks = await client.listWebhooks();
	return webhooks.find((webhook) => addressOf(webhook.url) === addressOf(url));
}

/**
 * Creates this trigger's webhook at the platform, or brings the one that is there up to date.
 * @throws NodeApiError or UserError that says why it cannot
 */
export async function register(context: IHookFunctions): Promise<void> {
	if (!isWanted(context)) return;
	const client = await ManagementClient.create(context, platformOf(context));
	const { authentication, token } = await callerAuthentication(context);
	const url = registeredUrl(context, token);
	const events = chosenEvents(context);
	const wanted = { url, events, ...(authentication && { authentication }) };
	const found = await find(client, url);
	if (found !== undefined) {
		if (found.url !== url || !sameEvents(found.events ?? [], events) || authentication) {
			await client.request('PUT', buildWebhookPath(found.id), wanted);
		}
		registrationOf(context).webhookId = found.id;
		return;
	}
	const name = `n8n: ${context.getWorkflow().name ?? ''}`.trim();
	const created = await client.request('POST', '', { name, ...wanted });
	const nested = created.webhook as IDataObject | undefined;
	// The page does not show this answer: where it names no ID, the list does.
	const id = created.id ?? nested?.id ?? (await find(client, url))?.id;
	if (typeof id !== 'string') {
		throw new UserError(
			'The platform created the webhook and did not say under which ID. Look for it there, delete it, and try again.',
		);
	}
	registrationOf(context).webhookId = id;
}

/** Deletes this trigger's webhook at the platform. One that is gone already is no fault. */
export async function deregister(context: IHookFunctions): Promise<void> {
	const registration = registrationOf(context);
	if (registration.webhookId === undefined) return;
	const client = await ManagementClient.create(context, platformOf(context));
	await client.deleteIfExists(registration.webhookId);
	delete registration.webhookId;
}
