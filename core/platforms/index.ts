import sortBy from 'lodash/sortBy';

import { InvalidSchemeError } from '../signing/scheme';
import { canSign } from '../signing/schemeFacts';

import type { Platform } from './platform';
import { REGISTRY } from './registry';
import { getOnlyKind } from './requestKinds';

export type {
	EnvelopeTemplate,
	EventType,
	Evidence,
	ManagementApi,
	Platform,
	PlatformEvents,
	PlatformRequest,
	PlatformSetup,
	RequestField,
	SigningSecretHelp,
	ValueSource,
} from './platform';
export {
	API_KIND,
	EVENT_KIND,
	getRequestKind,
	InvalidRequestKindError,
	listRequestKinds,
	listSendableKinds,
	MANAGEMENT_KIND,
	SERVED_KINDS,
	type RequestKind,
} from './requestKinds';
export { findOtherSecret, findWrongSecret } from './otherSecrets';
export {
	continueWithSecret,
	describeCredentialStep,
	describeSecretSource,
	describeSigningSecret,
	findSecretCommand,
} from './setup';

const SECTIONS: Array<Platform['section']> = ['platform', 'open', 'provider'];

/** Every platform, in the order of the lists in the editor and in the docs. */
export const PLATFORMS: Platform[] = sortBy(REGISTRY, ({ section }) => SECTIONS.indexOf(section));

/** The kind of each platform that has only one, by the platform's ID. */
export const ONLY_KINDS: Record<string, string> = Object.fromEntries(
	PLATFORMS.flatMap((platform) => {
		const kind = getOnlyKind(platform);
		return kind === undefined ? [] : [[platform.id, kind.id]];
	}),
);

const BY_ID = new Map(PLATFORMS.map((platform) => [platform.id, platform]));

/** @throws InvalidSchemeError for an unknown ID, e.g. one of a newer version of the package */
export function getPlatform(id: string): Platform {
	const platform = BY_ID.get(id);
	if (platform === undefined) {
		const names = PLATFORMS.map(({ name }) => name).join(', ');
		throw new InvalidSchemeError(`The platform "${id}" is unknown. Choose one of: ${names}.`);
	}
	return platform;
}

/** Returns whether a platform has a scheme in which requests can be signed, and not only verified. */
export const hasSigningScheme = ({ scheme }: Platform): boolean =>
	scheme !== undefined && canSign(scheme);
