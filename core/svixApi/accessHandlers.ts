import type { z } from 'zod';

import { SECOND_MS } from '../lib/time';
import { InvalidApiKeyError, type KeyRight } from '../outbox/apiKey/apiKeyToken';
import type { KeyFilter } from '../outbox/apiKey/keyFilter';
import { getKeyOwner, withdrawKey } from '../outbox/apiKey/keyStanding';
import {
	DEFAULT_LINK_MS,
	issueLinkKey,
	LINK_RIGHTS,
	toPortalLink,
	type LinkRight,
} from '../outbox/apiKey/portalLink';
import { DEFAULT_TENANT, type Tenant } from '../outbox/model';
import { insertDefaultTenant, modifyTenant } from '../outbox/tenant/tenantRepository';

import {
	findApplication,
	isImplied,
	openApplication,
	requireKey,
	type ApiCall,
	type Handler,
} from './apiContext';
import { insertMissingApplication } from './applicationHandlers';
import { allows } from './checkCall';
import { invalidField, parsePart, SvixApiError, type SvixReply } from './svixErrors';
import { appPortalAccessIn } from './svixSchemas';

type AccessBody = z.infer<typeof appPortalAccessIn>;

const RIGHTS_BY_CAPABILITY = {
	ViewBase: 'read',
	ViewEndpointSecret: 'secrets',
	ManageEndpoint: 'manage',
	CreateAttempts: 'replay',
} as const;

/** Returns what a link is to allow besides to read. */
function listWantedRights(
	{ capabilities, readOnly }: AccessBody,
	granted: KeyRight[],
): LinkRight[] {
	if (readOnly) return [];
	if (!capabilities) return granted.includes('secrets') ? ['manage', 'secrets'] : ['manage'];
	const rights = capabilities.map((capability) => RIGHTS_BY_CAPABILITY[capability]);
	return LINK_RIGHTS.filter((right) => rights.includes(right));
}

/**
 * Returns what a link allows besides to read: nothing that the key which asks for it does not allow.
 * @throws SvixApiError 403
 */
function listRights(body: AccessBody, granted: KeyRight[]): LinkRight[] {
	const wanted = listWantedRights(body, granted);
	// Every link reads.
	const missing = (['read', ...wanted] as const).find((right) => !allows(granted, right));
	if (missing === undefined) return wanted;
	const hint = missing === 'secrets' ? ' Leave out "ViewEndpointSecret".' : '';
	throw new SvixApiError(403, 'forbidden', `The key lacks the right "${missing}".${hint}`);
}

/**
 * Returns the event types and channels that a link is for: those that are asked for, within those of the key which
 * asks for it.
 * @throws SvixApiError 403
 */
function narrowFilter(body: AccessBody, granted: KeyFilter | undefined): KeyFilter {
	const narrow = (name: 'channels' | 'eventTypes'): string[] => {
		const [asked, allowed] = [body[name] ?? [], granted?.[name] ?? []];
		if (allowed.length === 0) return asked;
		if (asked.length === 0) return allowed;
		if (asked.every((entry) => allowed.includes(entry))) return asked;
		throw new SvixApiError(
			403,
			'forbidden',
			`The key is for fewer ${name}. Name only ${allowed.join(', ')}.`,
		);
	};
	return { eventTypes: narrow('eventTypes'), channels: narrow('channels') };
}

/** Creates the key of a link, which does not outlast the key that asks for it. @throws ValidationError */
function createLinkKey(
	{ keys, outbox, request }: ApiCall,
	{ expiry }: AccessBody,
	grant: { rights: LinkRight[]; filter: KeyFilter },
	tenant: Tenant,
): string {
	const nowMs = outbox.nowMs();
	const { expiresAtMs } = request.key;
	const wantedMs = expiry ? expiry * SECOND_MS : DEFAULT_LINK_MS;
	const input = {
		...grant,
		keyId: `key_${outbox.newId()}`,
		tenantId: tenant.id,
		validMs: expiresAtMs === null ? wantedMs : Math.min(wantedMs, expiresAtMs - nowMs),
	};
	try {
		return keys.create(issueLinkKey(input, isImplied(tenant) ? undefined : tenant, nowMs));
	} catch (error) {
		throw error instanceof InvalidApiKeyError ? invalidField(['body'], error.message) : error;
	}
}

/** Writes the link: to the page of the owner, which reads `key`, or to the one that the trigger serves. */
function writeLink({ request, rules }: ApiCall, token: string): string | undefined {
	if (rules.portalUrl !== undefined) return `${rules.portalUrl}#key=${token}`;
	return request.portalUrl === undefined ? undefined : toPortalLink(request.portalUrl, token);
}

/** Creates a key for the portal of an application, and the link that leads there with it. */
async function createPortalAccess(call: ApiCall): Promise<SvixReply> {
	const { request } = call;
	const body = parsePart('body', appPortalAccessIn, request.body);
	const grant = {
		rights: listRights(body, request.key.rights),
		filter: narrowFilter(body, request.key.filter),
	};
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
		await insertMissingApplication(call, body.application);
	}
	const { tenant } = await openApplication(call);
	const token = createLinkKey(call, body, grant, tenant);
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
	if (ownerId === DEFAULT_TENANT) await insertDefaultTenant(outbox);
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
