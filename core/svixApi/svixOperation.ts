import type { KeyRight } from '../outbox/apiKey/apiKeyToken';

import type { ReplyName } from './replySchemas';
import type { QueryName } from './svixQuery';
import type { BodyName } from './svixSchemas';

/** One operation of the API, and what operations have in common. */

export type Method = 'DELETE' | 'GET' | 'HEAD' | 'PATCH' | 'POST' | 'PUT';

/** One operation. */
export interface Operation {
	method: Method;
	/** Below `/api/v1/`. */
	path: string;
	summary: string;
	/** The right that its key needs; `null` for any key. */
	right: KeyRight | null;
	/** `true` if its key has to be for all tenants. */
	isForAll?: true;
	/** `true` if it needs no key, and no execution. */
	isPublic?: true;
	query: QueryName;
	body?: BodyName;
	/** The replies to success by status; `null` for no body. */
	replies: Record<number, ReplyName | null>;
}

const app = 'app/{app_id}';

/** Paths below which there are several operations. */
export const PATHS = {
	app,
	endpoint: `${app}/endpoint/{endpoint_id}`,
	message: `${app}/msg/{msg_id}`,
	eventType: 'event-type/{event_type_name}',
} as const;

export const read = { method: 'GET', right: 'read', query: 'none' } as const;
export const create = { method: 'POST', right: 'manage', query: 'none' } as const;
export const replay = { method: 'POST', right: 'replay', query: 'none' } as const;
export const replace = { method: 'PUT', right: 'manage', query: 'none' } as const;
export const change = { method: 'PATCH', right: 'manage', query: 'none' } as const;
export const remove = {
	method: 'DELETE',
	right: 'manage',
	query: 'none',
	replies: { 204: null },
} as const;
