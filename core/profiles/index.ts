import { InvalidSchemeError, type SignatureScheme } from '../signing/scheme';

import { agenticflow } from './agenticflow';
import { custom } from './custom';
import type { PlatformProfile } from './profile';
import { standardWebhooks } from './standardWebhooks';

export type { EnvelopeTemplate, EventType, PlatformProfile } from './profile';

/** Every platform. Lists in the editor and in the docs are made from this one. */
export const PROFILES: PlatformProfile[] = [agenticflow, standardWebhooks, custom];

/** @throws InvalidSchemeError for a platform that is not there, e.g. of a newer version of the package */
export function profileById(id: string): PlatformProfile {
	const profile = PROFILES.find((candidate) => candidate.id === id);
	if (profile === undefined) {
		throw new InvalidSchemeError(
			`The platform "${id}" is not known. Choose one of: ${PROFILES.map(({ name }) => name).join(', ')}.`,
		);
	}
	return profile;
}

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
	const { scheme, name } = profileById(id);
	if (scheme === undefined) {
		throw new InvalidSchemeError(
			`The platform ${name} has no signature scheme of its own. Choose "Custom" under "Signature Scheme" in the credential and fill in its fields.`,
		);
	}
	return scheme;
}
