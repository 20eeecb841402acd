import sortBy from 'lodash/sortBy';

import type { AuthenticationRule } from './authentication';
import { canSign, InvalidSchemeError, type SignatureScheme } from '../signing/scheme';

import { REGISTRY } from './registry';
import type { PlatformEvents, ManagementApi, Platform, PlatformRequest } from './platform';

export type {
	EnvelopeTemplate,
	PlatformEvents,
	EventType,
	ManagementApi,
	Platform,
	RequestField,
	PlatformRequest,
	ValueSource,
} from './platform';

const SECTIONS: Array<Platform['section']> = ['platform', 'open', 'provider'];

/** Every platform. Lists in the editor and in the docs are made from this one. */
export const PLATFORMS: Platform[] = sortBy(REGISTRY, ({ section }) => SECTIONS.indexOf(section));

const namesOf = (items: Array<{ name: string }>): string =>
	items.map(({ name }) => name).join(', ');

/** @throws InvalidSchemeError for a platform that is not there, e.g. of a newer version of the package */
export function getPlatform(id: string): Platform {
	const profile = PLATFORMS.find((candidate) => candidate.id === id);
	if (profile === undefined) {
		throw new InvalidSchemeError(
			`The platform "${id}" is not known. Choose one of: ${namesOf(PLATFORMS)}.`,
		);
	}
	return profile;
}

/** A request kind that a platform does not have. */
export class InvalidRequestKindError extends Error {
	override readonly name = 'InvalidRequestKindError';
}

/** The ID of the request kind that stands for a platform's events. */
export const EVENT_KIND = 'event';

/** The ID of the request kind that stands for a platform's API for its webhooks. */
export const MANAGEMENT_KIND = 'managementRequest';

/**
 * One kind of request that goes to or comes from a platform: its events, one that it takes, or those to
 * its API for webhooks.
 */
export interface RequestKind {
	id: string;
	name: string;
	description: string;
	authentication: AuthenticationRule;
	/** Exactly one of the three is there. */
	events?: PlatformEvents;
	request?: PlatformRequest;
	management?: ManagementApi;
}

/** All kinds of request that a platform takes or sends; the most usual one first. */
export function listRequestKinds({ events, management, requests }: Platform): RequestKind[] {
	const kinds: RequestKind[] = requests.map((request) => ({ ...request, request }));
	if (events !== undefined) {
		kinds.push({
			id: EVENT_KIND,
			name: 'Event',
			description: 'What the platform sends to a webhook',
			authentication: events.authentication,
			events,
		});
	}
	if (management !== undefined) {
		kinds.push({
			id: MANAGEMENT_KIND,
			name: 'Management Request',
			description:
				'To register and manage webhooks, which are endpoints of the outbox: the API of the platform, served by n8n',
			authentication: { methods: ['bearer'], require: 'all' },
			management,
		});
	}
	return kinds;
}

/** Those that Send can make: no management, and no events of who is only received from. */
export const listSendableKinds = (profile: Platform): RequestKind[] =>
	listRequestKinds(profile).filter(({ events, request }) => request ?? events?.envelope);

/** @throws InvalidRequestKindError naming those that the platform has */
export function getRequestKind(profile: Platform, id: string): RequestKind {
	const kinds = listRequestKinds(profile);
	const kind = kinds.find((candidate) => candidate.id === id);
	if (kind === undefined) {
		throw new InvalidRequestKindError(
			`${profile.name} has no request kind "${id}". Choose one of: ${namesOf(kinds)}.`,
		);
	}
	return kind;
}

/** Whether a platform has a scheme that requests to others can be signed in. */
export const hasSigningScheme = ({ scheme }: Platform): boolean =>
	scheme !== undefined && canSign(scheme);

/** What a credential says of the scheme: the platform's, a named one, or its own. */
export type SchemeChoice =
	| { kind: 'platform' }
	| { kind: 'profile'; id: string }
	| { kind: 'custom'; scheme: SignatureScheme };

/**
 * The scheme to sign or verify with: the credential's where it names one, else the platform's.
 * @param platformId the node's platform; absent where no node of ours asks, e.g. n8n's HTTP Request
 * @throws InvalidSchemeError where neither of them has a scheme
 */
export function resolveScheme(choice: SchemeChoice, platformId?: string): SignatureScheme {
	if (choice.kind === 'custom') return choice.scheme;
	const id = choice.kind === 'profile' ? choice.id : platformId;
	if (id === undefined) {
		throw new InvalidSchemeError(
			'The credential takes its signature scheme from the node\'s platform, and this node has none. Choose a scheme under "Signature Scheme" in the credential.',
		);
	}
	const { scheme, name } = getPlatform(id);
	if (scheme === undefined) {
		throw new InvalidSchemeError(
			`The platform ${name} has no signature scheme of its own. Choose "Custom" under "Signature Scheme" in the credential and fill in its fields.`,
		);
	}
	return scheme;
}
