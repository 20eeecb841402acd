import type { INodeProperties } from 'n8n-workflow';

import { EVENT_KIND, PLATFORMS } from '../../../core/platforms';
import { expressionOf } from '../../shared/properties/expression';
import { kindNames } from '../../shared/properties/platformProperties';

import { properties, RESOURCES } from '../resources';
import { OTHER_EVENT_TYPE, TO_SUBSCRIBERS } from '../resources/event/sendProperties';

interface Parameters {
	resource?: string;
	operation?: string;
	platform?: string;
	sendTo?: string;
	requestKind?: string;
	eventType?: string;
	customEventType?: string;
	url?: string;
	/** An ID or a name: of what a person chose, an expression sees no more. */
	endpoint?: string;
	endpointName?: string;
	filters?: { status?: string; eventType?: string };
	format?: string;
	respondWith?: string;
}

/** What a subtitle is made from beside the parameters: names, by value. */
interface Words {
	actions: Record<string, string>;
	platforms: Record<string, string>;
	kinds: Record<string, string>;
	withCatalogue: string[];
	formats: Record<string, string>;
	replies: Record<string, string>;
	eventKind: string;
	otherEventType: string;
	subscribers: string;
}

// n8n writes this function's source into an expression: it may use nothing from outside. The parameters are
// as they are written in the node: where an expression stands, there is nothing to say before a run.
const subtitleOf = (parameters: Parameters, words: Words) => {
	const known = (text: unknown) =>
		typeof text === 'string' && text.trim() !== '' && text[0] !== '=' ? text.trim() : undefined;
	const { endpoint, filters, operation, platform, requestKind, resource, sendTo } = parameters;
	const key = resource + '/' + operation;
	const action = words.actions[key];
	const about = (...details: unknown[]) => {
		const given = details.map(known).filter(Boolean);
		return given.length > 0 ? action + ': ' + given.join(', ') : action;
	};
	const platformName = words.platforms[platform || ''];
	if (key === 'event/send') {
		const toSubscribers = sendTo === words.subscribers;
		if (!toSubscribers && requestKind && requestKind !== words.eventKind) {
			return 'Send ' + words.kinds[requestKind] + ' to ' + platformName;
		}
		const listed =
			!toSubscribers &&
			words.withCatalogue.includes(platform || '') &&
			parameters.eventType !== words.otherEventType;
		const type = known(listed ? parameters.eventType : parameters.customEventType) || 'an event';
		const [, host] = /^https?:\/\/(?:[^/?#]*@)?([^/?#:]+)/i.exec(known(parameters.url) || '') || [];
		return 'Send ' + type + ' to ' + (toSubscribers ? 'all subscribers' : host || 'an endpoint');
	}
	if (resource === 'platformWebhook') {
		return action.replace(/platform webhook(s?)/, 'webhook$1 at ' + platformName);
	}
	if (key === 'signature/generateSecret') return about(words.formats[parameters.format || '']);
	if (resource === 'signature') return about(platformName);
	if (resource === 'webhook') return about(words.replies[parameters.respondWith || '']);
	if (resource === 'endpoint') {
		const name = operation === 'create' ? parameters.endpointName : endpoint;
		return about(/^ep_/.test(name || '') ? undefined : name);
	}
	return about(filters && filters.status, filters && filters.eventType);
};

/** The names of a parameter's options, by value. */
function optionNames(of: INodeProperties[], name: string): Record<string, string> {
	const named = of.filter((property) => property.name === name);
	const options = named.flatMap((property) => property.options ?? []);
	return Object.fromEntries(
		options.flatMap((option) => ('value' in option ? [[String(option.value), option.name]] : [])),
	);
}

const WORDS: Words = {
	actions: Object.fromEntries(
		Object.entries(RESOURCES).flatMap(([resource, { operations }]) =>
			Object.entries(operations).map(([operation, { action }]) => [
				`${resource}/${operation}`,
				action,
			]),
		),
	),
	platforms: Object.fromEntries(PLATFORMS.map(({ id, name }) => [id, name])),
	kinds: kindNames(properties),
	withCatalogue: PLATFORMS.filter(({ events }) => (events?.types.length ?? 0) > 0).map(
		({ id }) => id,
	),
	formats: optionNames(properties, 'format'),
	replies: optionNames(properties, 'respondWith'),
	eventKind: EVENT_KIND,
	otherEventType: OTHER_EVENT_TYPE,
	subscribers: TO_SUBSCRIBERS,
};

/** What the canvas shows below the node's name. */
export const subtitle = expressionOf(subtitleOf, WORDS, '$rawParameter');
