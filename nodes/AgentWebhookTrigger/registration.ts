import {
	NodeOperationError,
	UserError,
	type IDataObject,
	type IHookFunctions,
	type INode,
} from 'n8n-workflow';

import { parseInboundCredential, type InboundCredential } from '../../core/credentials/inbound';
import { checkInboundSecrets } from '../../core/credentials/inboundChecks';
import { expandEventTypes, matchesEventTypes } from '../../core/event/eventTypes';
import { toIsoTime } from '../../core/lib/time';
import { findHeaderFault, type SentAs } from '../../core/http/headerValues';
import { createEncrypter } from '../../core/outbox/store/encryption';
import { getPlatform, MANAGEMENT_KIND } from '../../core/platforms';
import type { AuthenticationMethod } from '../../core/platforms/authentication';
import { requireConfiguredMethods } from '../../core/receiving/configuredMethods';
import type { ReceiveRules } from '../../core/receiving/receive';
import { parseOutboxCredential } from '../shared/outbox/openOutbox';
import { requireRules } from '../shared/parameters/ruleList';
import {
	ManagementClient,
	buildWebhookPath,
	type PlatformWebhook,
} from '../shared/transport/platformApi';

import { getWebhookUrl } from './webhook/request';
import { buildReceiveRules, placeTokens } from './webhook/rules';
import { nameTrigger } from './webhook/triggerName';
import {
	readTriggerParameter,
	readTriggerParameters,
	type TriggerParameters,
} from './webhook/triggerParameters';

const PATH = /^[\w.~-]{1,200}$/;

const PATH_HINT =
	'Fill in "Path" with letters, digits, dots, hyphens, underscores and tildes, e.g. orders, or leave it empty for a unique URL.';

/**
 * Describes what is wrong with a path as it is stored; `undefined` if it can be part of a URL, or if n8n has an
 * ID of the node to use instead.
 */
function describePathFault({ parameters: { path = '' }, webhookId }: INode): string | undefined {
	if (path === '') {
		return webhookId === undefined
			? 'The path is empty, and n8n has no webhook ID for this node to use instead.'
			: undefined;
	}
	const text = String(path);
	const shown = text.slice(0, 200);
	// n8n evaluates it when it registers the URL and again for each request, with different results.
	if (text.startsWith('=')) {
		return `The path "${shown}" is an expression, but the URL of a webhook is fixed.`;
	}
	if (text === '.' || text === '..') {
		return `The path "${text}" would lead callers to another URL, because a path cannot end with it.`;
	}
	return PATH.test(text) ? undefined : `The path "${shown}" is not valid in a URL.`;
}

/** The trigger's record of its publication, in the workflow's static data. */
export interface PublishedState {
	/** The ID of its webhook at the platform. */
	webhookId?: string;
	/** Duplicates of what was received before this time are accepted. */
	publishedAt?: string;
}

const getPublishedState = (context: IHookFunctions): PublishedState =>
	context.getWorkflowStaticData('node');

/**
 * Forgets which deliveries were received, in all processes, when a person publishes the workflow. Keeps them if
 * "Accept Again" names the only ones to accept.
 */
function forgetDeliveries(context: IHookFunctions): void {
	if (['init', 'leadershipChange', 'manual'].includes(context.getActivationMode())) return;
	const { acceptAgain = '' } = readTriggerParameter(context, 'options', {});
	if (String(acceptAgain).trim() !== '') return;
	getPublishedState(context).publishedAt = toIsoTime(Date.now());
}

const readCredential = async (context: IHookFunctions): Promise<InboundCredential> =>
	parseInboundCredential(await context.getCredentials('agentWebhookInboundApi'));

const openClient = async (context: IHookFunctions): Promise<ManagementClient> =>
	await ManagementClient.create(context, readTriggerParameter(context, 'platform'));

/** Lists the event types of the trigger's platform, or none if only the usual ones are known. */
function listDocumentedTypes(context: IHookFunctions): string[] {
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

/** Warns in n8n's log of event types that may be misspelled: their events would be ignored. */
function warnOfUnknownTypes(context: IHookFunctions, { eventTypes }: ReceiveRules): void {
	const documented = listDocumentedTypes(context);
	if (documented.length === 0) return;
	const unknown = eventTypes.filter(
		(pattern) => !documented.some((type) => matchesEventTypes([pattern], type)),
	);
	if (unknown.length === 0) return;
	context.logger.warn(
		`${context.getNode().name}: "Other Event Types" has ${unknown.join(', ')}, which the platform does not document. Its event types are ${documented.join(', ')}.`,
	);
}

/** Finds the first token that the platform can send; {@link checkSecrets} requires one. */
const findSendable = (sentAs: SentAs, tokens: string[]): string | undefined =>
	tokens.find((token) => findHeaderFault(sentAs, token) === undefined);

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
async function registerWebhook(context: IHookFunctions, rules: ReceiveRules): Promise<void> {
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

/**
 * Checks that each required method has a secret that can be used. If others of its kind can be used, a secret
 * that cannot is skipped when requests arrive, so only n8n's log mentions it.
 * @throws an error of core with what to change in the credential
 */
async function checkSecrets(
	context: IHookFunctions,
	rules: ReceiveRules,
	parameters: TriggerParameters,
): Promise<void> {
	if (rules.methods.length === 0) return;
	const methods = requireConfiguredMethods(rules, await rules.loadSecrets());
	const credential = placeTokens(await readCredential(context), parameters);
	for (const fault of checkInboundSecrets(credential, methods, parameters.platform)) {
		context.logger.warn(`${nameTrigger(context)} skips a secret of its credential: ${fault}`);
	}
}

/**
 * Checks the trigger's settings, and registers its webhook at the platform if that option is on. A
 * mistake then shows when the workflow is published, not when the first request arrives.
 * @throws NodeOperationError with what to change
 */
export async function activateWebhook(context: IHookFunctions): Promise<void> {
	const parameters = readTriggerParameters(context);
	const fault = describePathFault(context.getNode());
	if (fault !== undefined) {
		throw new NodeOperationError(context.getNode(), `${fault} ${PATH_HINT}`);
	}
	try {
		const rules = buildReceiveRules(parameters, async () => await readCredential(context));
		if (parameters.hasRules) requireRules(context.getNode());
		await checkSecrets(context, rules, parameters);
		if (parameters.requestKind === MANAGEMENT_KIND) {
			createEncrypter(
				parseOutboxCredential(await context.getCredentials('agentWebhookOutboxApi')).keys,
			);
		}
		if (readTriggerParameter(context, 'register', false)) await registerWebhook(context, rules);
		warnOfUnknownTypes(context, rules);
		forgetDeliveries(context);
	} catch (error) {
		throw new NodeOperationError(context.getNode(), error as Error);
	}
}

/** Deletes this trigger's webhook at the platform, if it is registered and still exists. */
export async function deactivateWebhook(context: IHookFunctions): Promise<void> {
	const registration = getPublishedState(context);
	if (registration.webhookId === undefined) return;
	const client = await openClient(context);
	await client.deleteIfExists(registration.webhookId);
	delete registration.webhookId;
}
