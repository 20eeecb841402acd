import { z } from 'zod';

/** The names in requests to Svix's API: uids, channels and event types. */

export const NAME = /^[a-zA-Z0-9\-_.]+$/;
export const NAME_RULE = 'must have letters, digits, hyphens, underscores and periods only';

/** Clients drop "." and ".." from a URL: the deletion of such an endpoint would be that of its application. */
export const uid = z
	.string()
	.min(1)
	.max(256)
	.regex(NAME, NAME_RULE)
	.refine((text) => !/^\.\.?$/.test(text), 'must not be "." or "..", which URLs cannot have');
export const channel = z.string().min(1).max(128).regex(NAME, NAME_RULE);
export const eventType = z.string().min(1).max(256).regex(NAME, NAME_RULE);

/** Returns whether the API lets a caller name a text as an event type, or as a channel. */
export const isName = (text: string, kind: 'channels' | 'eventTypes'): boolean =>
	(kind === 'channels' ? channel : eventType).safeParse(text).success;

/** What an endpoint may have from its owner, e.g. `order.*`: a change may send it back, but not add it. */
export const keptType = z.string().min(1).max(256);
export const keptChannel = z.string().min(1).max(1000);
