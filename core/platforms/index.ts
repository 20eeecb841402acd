import sortBy from 'lodash/sortBy';

import { canSign, InvalidSchemeError } from '../signing/scheme';

import type { Platform } from './platform';
import { REGISTRY } from './registry';

export type {
	EnvelopeTemplate,
	EventType,
	ManagementApi,
	Platform,
	PlatformEvents,
	PlatformRequest,
	RequestField,
	ValueSource,
} from './platform';
export {
	EVENT_KIND,
	getRequestKind,
	InvalidRequestKindError,
	listRequestKinds,
	listSendableKinds,
	MANAGEMENT_KIND,
	type RequestKind,
} from './requestKinds';

const SECTIONS: Array<Platform['section']> = ['platform', 'open', 'provider'];

/** Every platform, in the order of the lists in the editor and in the docs. */
export const PLATFORMS: Platform[] = sortBy(REGISTRY, ({ section }) => SECTIONS.indexOf(section));

/** @throws InvalidSchemeError for an unknown ID, e.g. one of a newer version of the package */
export function getPlatform(id: string): Platform {
	const platform = PLATFORMS.find((candidate) => candidate.id === id);
	if (platform === undefined) {
		const names = PLATFORMS.map(({ name }) => name).join(', ');
		throw new InvalidSchemeError(`The platform "${id}" is unknown. Choose one of: ${names}.`);
	}
	return platform;
}

/** Returns whether a platform has a scheme in which requests can be signed, and not only verified. */
export const hasSigningScheme = ({ scheme }: Platform): boolean =>
	scheme !== undefined && canSign(scheme);
