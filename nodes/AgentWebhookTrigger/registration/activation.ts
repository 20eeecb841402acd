import { NodeOperationError, type IHookFunctions, type INode } from 'n8n-workflow';

import { checkInboundSecrets } from '../../../core/credentials/inboundChecks';
import { matchesEventTypes } from '../../../core/event/eventTypes';
import { toIsoTime } from '../../../core/lib/time';
import { createEncrypter } from '../../../core/outbox/store/encryption';
import { API_KIND, getPlatform, SERVED_KINDS } from '../../../core/platforms';
import { listUnknownTexts, parsePortalSettings } from '../../../core/portal/portalSettings';
import { requireConfiguredMethods } from '../../../core/receiving/configuredMethods';
import type { ReceiveRules } from '../../../core/receiving/receive';
import { parseOutboxCredential } from '../../shared/outbox/openOutbox';
import { requireRules } from '../../shared/parameters/ruleList';

import { readPublicEventTypes } from '../webhook/apiRequest';
import { buildReceiveRules, placeTokens } from '../webhook/rules';
import { nameTrigger } from '../webhook/triggerName';
import {
	readTriggerParameter,
	readTriggerParameters,
	type TriggerParameters,
} from '../webhook/triggerParameters';

import { deregisterWebhook, listDocumentedTypes, registerWebhook } from './managedWebhook';
import { deregisterEndpoint, registerEndpoint } from './registeredEndpoint';
import { getPublishedState, readCredential } from './registrationState';

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

const hasRegistrationApi = (context: IHookFunctions): boolean =>
	getPlatform(readTriggerParameter(context, 'platform')).registration !== undefined;

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

/** Checks the portal's settings. Warns in n8n's log of texts that the page does not have. @throws InvalidPortalError */
function checkPortal(context: IHookFunctions, { portal }: TriggerParameters['options']): void {
	if (portal === undefined) return;
	const unknown = listUnknownTexts(parsePortalSettings({ ...portal.settings }));
	if (unknown.length === 0) return;
	context.logger.warn(
		`${nameTrigger(context)} ignores keys of "Texts" that the portal does not have: ${unknown.join(', ').slice(0, 200)}.`,
	);
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
 * Checks the trigger's settings, and registers its URL at the platform or server if that option is on. A
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
		if (parameters.requestKind === API_KIND) readPublicEventTypes(parameters.options);
		if (SERVED_KINDS.includes(parameters.requestKind)) {
			createEncrypter(
				parseOutboxCredential(await context.getCredentials('agentWebhookOutboxApi')).keys,
			);
		}
		checkPortal(context, parameters.options);
		warnOfUnknownTypes(context, rules);
		// At the end, so that no later failure leaves it behind.
		if (readTriggerParameter(context, 'register', false)) {
			await (hasRegistrationApi(context) ? registerEndpoint : registerWebhook)(context, rules);
		}
		forgetDeliveries(context);
	} catch (error) {
		throw new NodeOperationError(context.getNode(), error as Error);
	}
}

/** Takes away what {@link activateWebhook} has registered, if it still exists. */
export async function deactivateWebhook(context: IHookFunctions): Promise<void> {
	await deregisterEndpoint(context);
	await deregisterWebhook(context);
}
