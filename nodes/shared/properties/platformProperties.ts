import mapValues from 'lodash/mapValues';
import sortBy from 'lodash/sortBy';
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import {
	PLATFORMS,
	listRequestKinds,
	type EventType,
	type Platform,
	type RequestKind,
} from '../../../core/platforms';

import { listOptionNames } from './optionNames';

const SECTION_ORDER: Array<Platform['section']> = ['open', 'provider', 'platform'];

/**
 * All platforms in the order of the editor's lists: the schemes for any sender, then the providers that most
 * people know, and the agent platforms last, each by name.
 */
const LISTED_PLATFORMS: Platform[] = sortBy(
	[...PLATFORMS].sort((a, b) => a.name.localeCompare(b.name, 'en')),
	({ section }) => SECTION_ORDER.indexOf(section),
);

/**
 * Returns the parameter to choose a platform.
 * @param isListed returns whether a platform is on the list
 */
export const buildPlatformProperty = (
	description: string,
	isListed: (platform: Platform) => boolean = () => true,
): INodeProperties => {
	const options: INodePropertyOptions[] = LISTED_PLATFORMS.filter(isListed).map((platform) => ({
		name: platform.name,
		value: platform.id,
		description: platform.description,
	}));
	return {
		displayName: 'Platform',
		name: 'platform',
		type: 'options',
		noDataExpression: true,
		options,
		default: 'agenticflow',
		description,
	};
};

/**
 * Returns the parameters to choose a kind of request: one for all platforms that have the same kinds. It is
 * hidden if there is nothing to choose.
 * @param listKinds returns the kinds on a platform's list; a platform without kinds has no parameter
 * @param isDefault returns whether a kind is the default; without such a kind, the first one is
 */
export function buildRequestKindProperties(
	displayName: string,
	description: string,
	listKinds: (platform: Platform) => RequestKind[] = listRequestKinds,
	isDefault: (kind: RequestKind) => boolean = () => true,
): INodeProperties[] {
	const groups = new Map<string, { kinds: RequestKind[]; platforms: string[] }>();
	for (const platform of PLATFORMS) {
		const kinds = listKinds(platform);
		if (kinds.length === 0) continue;
		const key = kinds.map(({ id }) => id).join();
		const group = groups.get(key) ?? { kinds, platforms: [] };
		groups.set(key, group);
		group.platforms.push(platform.id);
	}
	return [...groups.values()].map(({ kinds, platforms }): INodeProperties => {
		const options = kinds.map((kind) => ({
			name: kind.name,
			value: kind.id,
			description: kind.description,
		}));
		const defaultKind = (kinds.find(isDefault) ?? kinds[0]).id;
		return {
			displayName,
			name: 'requestKind',
			// With its options even if it is hidden: without them, n8n keeps the kind of the platform chosen before.
			type: kinds.length > 1 ? 'options' : 'hidden',
			noDataExpression: true,
			options,
			default: defaultKind,
			description,
			displayOptions: { show: { platform: platforms } },
		};
	});
}

/**
 * Returns the names of request kinds as they are written within a sentence, by option value.
 * @param properties the node's parameters, from {@link buildRequestKindProperties} among others
 */
export const listKindNames = (properties: INodeProperties[]): Record<string, string> =>
	mapValues(listOptionNames(properties, 'requestKind'), (name) =>
		// Abbreviations keep their capital letters.
		name.replace(/\b[A-Z][a-z]+/g, (word) => word.toLowerCase()),
	);

/** Returns the options of event types. */
export const toEventTypeOptions = (types: EventType[]): INodePropertyOptions[] =>
	types.map(({ name, value }) => ({ name, value, description: value }));

/** A platform that lists its event types. */
interface Catalog {
	id: string;
	name: string;
	types: EventType[];
}

/** The platforms that list their event types, and whose events Send can send. */
export const CATALOGS: Catalog[] = PLATFORMS.flatMap(({ id, name, events }) =>
	events?.envelope && events.types.length > 0 ? [{ id, name, types: events.types }] : [],
);

type Shown = NonNullable<INodeProperties['displayOptions']>['show'];

/**
 * Returns the parameters to choose one of a platform's event types to send: one for each platform that lists
 * them.
 * @param show other parameter values that are required to show them
 * @param additionalOptions listed after the platform's event types
 */
export const buildEventTypeProperties = (
	show: Shown = {},
	additionalOptions: INodePropertyOptions[] = [],
): INodeProperties[] =>
	CATALOGS.map(({ id, types }): INodeProperties => {
		const options = [...toEventTypeOptions(types), ...additionalOptions];
		const { value: defaultType } = options[0];
		return {
			displayName: 'Event Type',
			name: 'eventType',
			type: 'options',
			options,
			default: defaultType,
			displayOptions: { show: { platform: [id], ...show } },
		};
	});

/**
 * Returns the parameters to choose several of a platform's event types: one for each platform that lists
 * them.
 * @param options `show`: other parameter values that are required to show them
 */
export const buildEventTypesProperties = (
	description: string,
	{ required = false, show = {} }: { required?: boolean; show?: Shown } = {},
): INodeProperties[] =>
	CATALOGS.map(({ id, types }): INodeProperties => {
		const options = toEventTypeOptions(types);
		return {
			displayName: 'Event Types',
			name: 'events',
			type: 'multiOptions',
			noDataExpression: true,
			options,
			default: [],
			...(required && { required }),
			description,
			displayOptions: { show: { platform: [id], ...show } },
		};
	});
