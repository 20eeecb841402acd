import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import {
	PLATFORMS,
	listRequestKinds,
	type EventType,
	type Platform,
	type RequestKind,
} from '../../../core/platforms';

/**
 * The parameter for choosing a platform.
 * @param description what the choice is about in this place
 * @param fits which platforms are on the list
 */
export const platformProperty = (
	description: string,
	fits: (profile: Platform) => boolean = () => true,
): INodeProperties => {
	const options: INodePropertyOptions[] = PLATFORMS.filter(fits).map((profile) => ({
		name: profile.name,
		value: profile.id,
		description: profile.description,
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
 * The parameters for choosing a kind of request: one for all platforms with the same kinds.
 * @param kindsOf the kinds that are on the list; a platform without any has no parameter
 * @param isDefault which of them is chosen at first; else the first one
 */
export function requestKindProperties(
	displayName: string,
	description: string,
	kindsOf: (profile: Platform) => RequestKind[] = listRequestKinds,
	isDefault: (kind: RequestKind) => boolean = () => true,
): INodeProperties[] {
	const groups = new Map<string, { kinds: RequestKind[]; platforms: string[] }>();
	for (const profile of PLATFORMS) {
		const kinds = kindsOf(profile);
		if (kinds.length === 0) continue;
		const key = kinds.map(({ id }) => id).join();
		const group = groups.get(key) ?? { kinds, platforms: [] };
		groups.set(key, group);
		group.platforms.push(profile.id);
	}
	return [...groups.values()].map(({ kinds, platforms }): INodeProperties => {
		const options = kinds.map((kind) => ({
			name: kind.name,
			value: kind.id,
			description: kind.description,
		}));
		const chosen = (kinds.find(isDefault) ?? kinds[0]).id;
		return {
			displayName,
			name: 'requestKind',
			type: 'options',
			noDataExpression: true,
			options,
			default: chosen,
			description,
			displayOptions: { show: { platform: platforms } },
		};
	});
}

/**
 * How the kinds of request that a node lets choose are called within a sentence, by value.
 * @param properties the node's parameters
 */
export function kindNames(properties: INodeProperties[]): Record<string, string> {
	const options = properties
		.filter(({ name }) => name === 'requestKind')
		.flatMap((property) => property.options ?? []);
	// Abbreviations stay as they are.
	const inSentence = (name: string): string =>
		name.replace(/\b[A-Z][a-z]+/g, (word) => word.toLowerCase());
	return Object.fromEntries(
		options.flatMap((option) =>
			'value' in option ? [[String(option.value), inSentence(option.name)]] : [],
		),
	);
}

const eventTypeOptions = (types: EventType[]): INodePropertyOptions[] =>
	types.map(({ name, value }) => ({ name, value, description: value }));

/** The platforms that have a catalogue of event types, and the catalogue. */
export const CATALOGUES: Array<{ id: string; name: string; types: EventType[] }> =
	PLATFORMS.flatMap(({ id, name, events }) =>
		events && events.types.length > 0 ? [{ id, name, types: events.types }] : [],
	);

type Shown = NonNullable<INodeProperties['displayOptions']>['show'];

/**
 * The parameters for choosing one of a platform's event types: one for each catalogue.
 * @param show what else must hold for them to be shown
 * @param further options beside the catalogue's
 */
export const eventTypeProperties = (
	show: Shown = {},
	further: INodePropertyOptions[] = [],
): INodeProperties[] =>
	CATALOGUES.map(({ id, types }): INodeProperties => {
		const options = [...eventTypeOptions(types), ...further];
		const first = options[0].value;
		return {
			displayName: 'Event Type',
			name: 'eventType',
			type: 'options',
			options,
			default: first,
			displayOptions: { show: { platform: [id], ...show } },
		};
	});

/**
 * The parameters for choosing several of a platform's event types: one for each catalogue.
 * @param more `show`: what else must hold for them to be shown
 */
export const eventTypesProperties = (
	description: string,
	{ required = false, show = {} }: { required?: boolean; show?: Shown } = {},
): INodeProperties[] =>
	CATALOGUES.map(({ id, types }): INodeProperties => {
		const options = eventTypeOptions(types);
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
