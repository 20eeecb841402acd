import type { AuthenticationRule } from './authentication';
import type {
	ManagementApi,
	Platform,
	PlatformEvents,
	PlatformRequest,
	ServedApi,
} from './platform';

/** A request kind that a platform does not have. */
export class InvalidRequestKindError extends Error {
	override readonly name = 'InvalidRequestKindError';
}

/** ID of the request kind for the events that a platform sends. */
export const EVENT_KIND = 'event';

/** ID of the request kind for the API by which a platform's webhooks are managed. */
export const MANAGEMENT_KIND = 'managementRequest';

/** ID of the request kind for the API by which tenants, endpoints and messages are managed: Svix's. */
export const API_KIND = 'apiRequest';

/** The kinds that a node of ours answers, for a caller who waits for data. */
export const SERVED_KINDS = [MANAGEMENT_KIND, API_KIND];

/**
 * A kind of request to or from a platform: the events that it sends, a request that it accepts, or the
 * requests to its API for webhooks.
 */
export interface RequestKind {
	id: string;
	/** Title case, for the editor. */
	name: string;
	description: string;
	authentication: AuthenticationRule;
	/** Exactly one of these four is set. */
	events?: PlatformEvents;
	request?: PlatformRequest;
	management?: ManagementApi;
	api?: ServedApi;
}

/** Lists all kinds of request that a platform accepts or sends, the most common one first. */
export function listRequestKinds({ api, events, management, requests }: Platform): RequestKind[] {
	const kinds: RequestKind[] = [];
	if (events !== undefined) {
		kinds.push({
			id: EVENT_KIND,
			name: 'Event',
			description: 'An event that the platform sends to webhooks',
			authentication: events.authentication,
			events,
		});
	}
	kinds.push(...requests.map((request) => ({ ...request, request })));
	if (management !== undefined) {
		kinds.push({
			id: MANAGEMENT_KIND,
			name: 'Management Request',
			description:
				'A request to register or manage webhooks: n8n serves the platform’s API, with the outbox’s endpoints as webhooks',
			authentication: { methods: ['bearer'], require: 'all' },
			management,
		});
	}
	if (api !== undefined) {
		kinds.push({
			id: API_KIND,
			name: 'API Request',
			description:
				'A request to the API for tenants, endpoints and events: n8n serves Svix’s API, and Svix’s clients work with it',
			// Its keys carry their own proof.
			authentication: { methods: [], require: 'all' },
			api,
		});
	}
	return kinds;
}

/** Lists the kinds that Send can send: all but those that are answered with data, and events that are only received. */
export const listSendableKinds = (platform: Platform): RequestKind[] =>
	listRequestKinds(platform).filter(({ events, request }) => request ?? events?.envelope);

/** Returns a platform's kind if it has only one: then there is nothing to choose. */
export function getOnlyKind(platform: Platform): RequestKind | undefined {
	const [kind, ...others] = listRequestKinds(platform);
	return others.length === 0 ? kind : undefined;
}

/**
 * Returns a platform's kind of request. One with a single kind ignores the ID, which may be of a platform that
 * was chosen before.
 * @throws InvalidRequestKindError naming the kinds that the platform has
 */
export function getRequestKind(platform: Platform, id: string): RequestKind {
	const kinds = listRequestKinds(platform);
	const kind = getOnlyKind(platform) ?? kinds.find((candidate) => candidate.id === id);
	if (kind === undefined) {
		const names = kinds.map(({ name }) => name).join(', ');
		throw new InvalidRequestKindError(
			`${platform.name} has no request kind "${id}". Choose one of: ${names}.`,
		);
	}
	return kind;
}
