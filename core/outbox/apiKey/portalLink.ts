import { DAY_MS, HOUR_MS } from '../../lib/time';
import type { Tenant } from '../model';

import type { ApiKeyFacts, KeyRight } from './apiKeyToken';
import type { KeyFilter } from './keyFilter';
import { issueKey, type ApiKeyInput } from './keyStanding';

/** Links that open the portal of one tenant for a time. */

/** The validity of a link by default. */
export const DEFAULT_LINK_MS = HOUR_MS;

export const MAX_LINK_MS = 7 * DAY_MS;

/** The rights that a link may have in addition to `read`. */
export const LINK_RIGHTS = ['manage', 'replay', 'secrets'] as const satisfies KeyRight[];

export type LinkRight = (typeof LINK_RIGHTS)[number];

/** Values for a link. */
interface PortalLinkInput {
	keyId: string;
	tenantId: string;
	/** None for a link that only reads. */
	rights: LinkRight[];
	validMs: number;
	filter?: KeyFilter;
}

/**
 * Returns the facts of the key of a new link.
 * @param owner the tenant; `undefined` for the default one without a row
 * @throws InvalidApiKeyError
 */
export function issueLinkKey(
	{ filter, keyId, rights, tenantId, validMs }: PortalLinkInput,
	owner: Tenant | undefined,
	nowMs: number,
): ApiKeyFacts {
	const input: ApiKeyInput = {
		id: keyId,
		tenantId,
		rights: ['read', ...rights],
		validMs: Math.min(validMs, MAX_LINK_MS),
		isPortal: true,
		filter,
	};
	return issueKey(input, owner, nowMs);
}

/** Returns a link. A browser sends what follows "#" to no server, and in no Referer. */
export const toPortalLink = (portalUrl: string, token: string): string => `${portalUrl}#${token}`;
