import type { z } from 'zod';

import { SECOND_MS } from '../lib/time';
import type { KeyRight } from '../outbox/apiKey/apiKeyToken';
import { getKeyOwner, withdrawKey } from '../outbox/apiKey/keyStanding';
import {
	DEFAULT_LINK_MS,
	issueLinkKey,
	LINK_RIGHTS,
	toPortalLink,
	type LinkRight,
} from '../outbox/apiKey/portalLink';
import { createTenant } from '../outbox/tenant/tenantInput';
import { findTenant, insertTenant, modifyTenant } from '../outbox/tenant/tenantRepository';

import {
	findApplication,
	isImplied,
	openApplication,
	requireKey,
	type ApiCall,
	type Handler,
} from './apiContext';
import { insertApplication } from './applicationHandlers';
import { parsePart, SvixApiError, type SvixReply } from './svixErrors';
import { appPortalAccessIn } from './svixSchemas';

type AccessBody = z.infer<typeof appPortalAccessIn>;

const RIGHTS_BY_CAPABILITY = {
	ViewBase: 'read',
	ViewEndpointSecret: 'secrets',
	ManageEndpoint: 'manage',
	CreateAttempts: 'replay',
} as const;

/**
 * Returns what a link allows besides to read: nothing that the key which asks for it does not allow.
 * @throws SvixApiError 403
 */
function listRights({ capabilities, readOnly }: AccessBody, granted: KeyRight[]): LinkRight[] {
	if (readOnly) return [];
	const mayGrantSecrets = granted.includes('secrets');
	if (!capabilities) return mayGrantSecrets ? ['manage', 'secrets'] : ['manage'];
	const rights = capabilities.map((capability) => RIGHTS_BY_CAPABILITY[capability]);
	if (rights.includes('secrets') && !mayGrantSecrets) {
		throw new SvixApiError(
			403,
			'forbidden',
			'The key lacks the right "secrets". Leave out "ViewEndpointSecret".',
		);
	}
	return LINK_RIGHTS.filter((right) => rights.includes(right));
}

/** Writes the link: to the page of the owner, which reads `key`, or to the one that the trigger serves. */
function writeLink({ request, rules }: ApiCall, token: string): string | undefined {
	if (rules.portalUrl !== undefined) return `${rules.portalUrl}#key=${token}`;
	return request.portalUrl === undefined ? undefined : toPortalLink(request.portalUrl, token);
}

/** Creates a key for the portal of an application, and the link that leads there with it. */
async function createPortalAccess(call: ApiCall): Promise<SvixReply> {
	const { keys, outbox, request } = call;
	const body = parsePart('body', appPortalAccessIn, request.body);
	const rights = listRights(body, request.key.rights);
	const { app_id: id } = request.path;
	if (writeLink(call, '') === undefined) {
		await requireKey(call);
		throw new SvixApiError(
			409,
			'portal_not_set_up',
			'The owner of this API has set no page for its subscribers.',
		);
	}
	if (body.application && (await findApplication(call, id)) === undefined) {
		await insertApplication(call, { ...body.application, uid: body.application.uid ?? id });
	}
	const { tenant } = await openApplication(call);
	const facts = issueLinkKey(
		{
			keyId: `key_${outbox.newId()}`,
			tenantId: tenant.id,
			rights,
			validMs: body.expiry ? body.expiry * SECOND_MS : DEFAULT_LINK_MS,
			filter: { eventTypes: body.eventTypes ?? [], channels: body.channels ?? [] },
		},
		isImplied(tenant) ? undefined : tenant,
		outbox.nowMs(),
	);
	const token = keys.create(facts);
	return { statusCode: 200, body: { token, url: writeLink(call, token) } };
}

/** Withdraws the key of the call itself, if it was made for a portal. */
async function logOut(call: ApiCall): Promise<SvixReply> {
	const { outbox, request } = call;
	const { key } = request;
	await requireKey(call);
	if (!key.isPortal) {
		throw new SvixApiError(
			403,
			'forbidden',
			'Only the key of a portal can be logged out. The owner withdraws other keys.',
		);
	}
	const ownerId = getKeyOwner(key);
	if ((await findTenant(outbox.tables, ownerId)) === undefined) {
		await insertTenant(outbox, createTenant(ownerId, {}, key.issuedAtMs));
	}
	await modifyTenant(outbox, ownerId, (tenant) =>
		withdrawKey(tenant, key.id, outbox.nowMs(), key.expiresAtMs),
	);
	return { statusCode: 204 };
}

/** The operations on keys. */
export const ACCESS_HANDLERS = {
	'v1.authentication.app-portal-access': createPortalAccess,
	'v1.authentication.logout': logOut,
} satisfies Record<string, Handler<ApiCall>>;
