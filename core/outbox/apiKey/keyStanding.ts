import { toIsoTime } from '../../lib/time';
import { DEFAULT_TENANT, type Tenant, type WithdrawnKey } from '../model';

import { InvalidApiKeyError, type ApiKeyFacts, type KeyRight } from './apiKeyToken';
import { MAX_FILTER_NAMES, type KeyFilter } from './keyFilter';

/** Keys on record with a tenant: what the trigger cannot check. */

/** The tenant whose row says whether a key still counts. Keys for all tenants belong to the default one. */
export const getKeyOwner = ({ tenantId }: Pick<ApiKeyFacts, 'tenantId'>): string =>
	tenantId ?? DEFAULT_TENANT;

/**
 * Returns whether a key still counts.
 * @param owner the tenant of {@link getKeyOwner}; `undefined` if it has no row. The default tenant may have none;
 * the keys of any other end when it is deleted
 */
export const isKeyInForce = (key: ApiKeyFacts, owner: Tenant | undefined): boolean =>
	owner === undefined
		? getKeyOwner(key) === DEFAULT_TENANT
		: key.epoch === owner.keyEpoch &&
			// A tenant that was deleted and created again does not inherit the keys.
			(owner.id === DEFAULT_TENANT || key.issuedAtMs >= Date.parse(owner.registeredAt)) &&
			!owner.withdrawnKeys.some(({ id }) => id === key.id);

const FILTER_NAME = /^[\w.-]{1,256}$/;

/** Values for a key. */
export interface ApiKeyInput {
	id: string;
	/** `null` for all tenants. */
	tenantId: string | null;
	rights: KeyRight[];
	/** `null` for a key that is valid until it is withdrawn. */
	validMs: number | null;
	isPortal?: boolean;
	filter?: KeyFilter;
}

/** @returns `undefined` for a filter that lets everything through */
function checkFilter(filter: KeyFilter | undefined): KeyFilter | undefined {
	if (filter === undefined) return undefined;
	const { channels, eventTypes } = filter;
	if (Math.max(channels.length, eventTypes.length) > MAX_FILTER_NAMES) {
		throw new InvalidApiKeyError(
			`The key has more than ${MAX_FILTER_NAMES} event types or channels. Name fewer.`,
		);
	}
	const wrong = [...eventTypes, ...channels].find((name) => !FILTER_NAME.test(name));
	if (wrong !== undefined) {
		throw new InvalidApiKeyError(
			`"${wrong.slice(0, 100)}" is not the name of an event type or a channel. It has letters, digits, hyphens, underscores and periods only.`,
		);
	}
	return channels.length + eventTypes.length === 0 ? undefined : filter;
}

/**
 * Returns the facts of a new key.
 * @param owner the tenant of {@link getKeyOwner}
 * @throws InvalidApiKeyError for a key that allows nothing or is never valid
 */
export function issueKey(
	{ filter, id, isPortal = false, rights, tenantId, validMs }: ApiKeyInput,
	owner: Tenant | undefined,
	nowMs: number,
): ApiKeyFacts {
	if (rights.length === 0) {
		throw new InvalidApiKeyError('The key would allow nothing. Choose at least one right.');
	}
	if (validMs !== null && !(validMs > 0)) {
		throw new InvalidApiKeyError('The key would never be valid. Enter a time in the future.');
	}
	const checkedFilter = checkFilter(filter);
	return {
		id,
		tenantId,
		rights,
		// The tenant may have been created on a machine whose clock is ahead.
		issuedAtMs: Math.max(nowMs, owner === undefined ? 0 : Date.parse(owner.registeredAt)),
		expiresAtMs: validMs === null ? null : nowMs + validMs,
		epoch: owner?.keyEpoch ?? 1,
		isPortal,
		...(checkedFilter !== undefined && { filter: checkedFilter }),
	};
}

/** More than anybody withdraws one by one; the row stays small. */
const MAX_WITHDRAWN = 500;

const KEY_ID = /^key_[\w-]{1,60}$/;

/** Returns the withdrawn keys that could still be presented. */
const dropExpired = (withdrawn: WithdrawnKey[], nowMs: number): WithdrawnKey[] =>
	withdrawn.filter(({ until }) => until === null || Date.parse(until) > nowMs);

/**
 * Withdraws one key.
 * @param expiresAtMs its end if that is known, after which it need not be remembered
 * @throws InvalidApiKeyError
 */
export function withdrawKey(
	tenant: Tenant,
	id: string,
	nowMs: number,
	expiresAtMs: number | null = null,
): Tenant {
	if (!KEY_ID.test(id)) {
		throw new InvalidApiKeyError(
			`"${id.slice(0, 100)}" is not the ID of a key. It begins with key_: Tenant → Create API Key has returned it together with the key.`,
		);
	}
	const others = dropExpired(tenant.withdrawnKeys, nowMs).filter(
		(withdrawn) => withdrawn.id !== id,
	);
	if (others.length >= MAX_WITHDRAWN) {
		throw new InvalidApiKeyError(
			`The tenant "${tenant.id}" has ${MAX_WITHDRAWN} withdrawn keys. Withdraw all with Tenant → Withdraw All Keys, and create new ones.`,
		);
	}
	const until = expiresAtMs === null ? null : toIsoTime(expiresAtMs);
	return { ...tenant, withdrawnKeys: [...others, { id, until }] };
}

/** Withdraws all keys that were issued until now. */
export const withdrawAllKeys = (tenant: Tenant): Tenant => ({
	...tenant,
	keyEpoch: tenant.keyEpoch + 1,
	withdrawnKeys: [],
});
