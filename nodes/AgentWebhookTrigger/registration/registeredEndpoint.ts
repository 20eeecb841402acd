import { UserError, type IHookFunctions } from 'n8n-workflow';

import { listSigningSecrets } from '../../../core/credentials/signingFields';
import { digestJson } from '../../../core/lib/digestJson';
import { getPlatform } from '../../../core/platforms';
import { METHOD_LABELS } from '../../../core/platforms/authentication';
import type { RegistrationApi, RegistrationValues } from '../../../core/platforms/registrationApi';
import type { ReceiveRules } from '../../../core/receiving/receive';
import { RegistrationClient } from '../../shared/transport/registrationClient';

import { getWebhookUrl } from '../webhook/request';
import { readTriggerParameter } from '../webhook/triggerParameters';

import {
	buildRegisteredUrl,
	findSendable,
	getPublishedState,
	readCredential,
} from './registrationState';

const TURN_OFF = 'or turn off "Register at the Platform"';

const openClient = async (context: IHookFunctions): Promise<RegistrationClient> =>
	await RegistrationClient.open(context, readTriggerParameter(context, 'platform'));

/**
 * Computes the `uid` of this trigger's endpoint, by which it finds it again after a crash. The test URL has another
 * one, and so has the same workflow in another n8n.
 */
function computeUid(context: IHookFunctions): string {
	const { id = '' } = context.getWorkflow();
	const { pathname } = new URL(getWebhookUrl(context));
	const digest = digestJson([context.getInstanceId(), id, context.getNode().id, pathname]);
	return `n8n-${digest.slice(0, 32)}`;
}

/** @throws UserError for a method by which the server cannot authenticate its requests */
function requireSendableMethods({ methods }: ReceiveRules, api: RegistrationApi): void {
	const unsendable = methods.find((method) => !api.methods.includes(method));
	if (unsendable !== undefined) {
		const label = METHOD_LABELS[unsendable];
		throw new UserError(
			`The server cannot authenticate by "${label}". Remove it from "Authentication", ${TURN_OFF}.`,
		);
	}
	if (methods.includes('signature')) return;
	throw new UserError(
		`The server signs its requests. Choose "Signature" under "Authentication", ${TURN_OFF}.`,
	);
}

/** @throws UserError if the credential has no secret that the server accepts */
async function readValues(
	context: IHookFunctions,
	rules: ReceiveRules,
	api: RegistrationApi,
): Promise<RegistrationValues> {
	requireSendableMethods(rules, api);
	const { signing, urlTokens } = await readCredential(context);
	const secret = listSigningSecrets(signing).find((text) => api.secret.pattern.test(text));
	if (secret === undefined) {
		throw new UserError(
			`The Receiving credential has no signing secret with ${api.secret.format}, which the server needs. Enter one under "Signing Secret"; Signature → Generate Secret makes one. ${TURN_OFF.replace('or turn', 'Or turn')}.`,
		);
	}
	const urlToken = rules.methods.includes('urlToken')
		? findSendable('urlToken', urlTokens)
		: undefined;
	const eventTypes = readTriggerParameter(context, 'subscribedTypes', []);
	return {
		url: buildRegisteredUrl(context, urlToken),
		uid: computeUid(context),
		description: `n8n: ${context.getWorkflow().name ?? ''}`.trim(),
		eventTypes: eventTypes.length === 0 ? null : eventTypes,
		secret,
	};
}

/**
 * Creates this trigger's endpoint at the server in the credential, or updates the existing one.
 * @throws NodeApiError or UserError with the reason
 */
export async function registerEndpoint(
	context: IHookFunctions,
	rules: ReceiveRules,
): Promise<void> {
	const { registration } = getPlatform(readTriggerParameter(context, 'platform'));
	if (registration === undefined) return;
	const client = await openClient(context);
	const values = await readValues(context, rules, registration);
	const state = getPublishedState(context);
	const existing = await client.find(values.uid);
	const id =
		existing === undefined ? await client.create(values) : await client.update(existing, values);
	const earlier = state.endpoint;
	state.endpoint = { id, uid: values.uid };
	// The published URL has changed. A person who listens has another URL beside it.
	const isReplaced = earlier !== undefined && earlier.uid !== values.uid;
	if (isReplaced && context.getMode() !== 'manual') await client.deleteIfExists(earlier.id);
}

/**
 * Deletes this trigger's endpoint at the server, if it exists. One whose registration failed midway has no record here,
 * but its `uid`.
 */
export async function deregisterEndpoint(context: IHookFunctions): Promise<void> {
	const state = getPublishedState(context);
	if (state.endpoint === undefined && !readTriggerParameter(context, 'register', false)) return;
	const { registration } = getPlatform(readTriggerParameter(context, 'platform'));
	if (registration === undefined) return;
	const client = await openClient(context);
	const uid = computeUid(context);
	await client.deleteIfExists(state.endpoint?.uid === uid ? state.endpoint.id : uid);
	delete state.endpoint;
}
