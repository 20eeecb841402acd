import { EVENT_KIND, PLATFORMS } from '../../../core/platforms';
import { expressionOf } from '../../shared/properties/expression';
import { kindNames } from '../../shared/properties/platformProperties';

import { properties } from './triggerProperties';

interface Parameters {
	platform?: string;
	requestKind?: string;
	events?: string[];
	authenticationMethods?: string[];
	options?: { eventTypes?: string };
}

/** What a subtitle is made from beside the parameters: names, by value. */
interface Words {
	platforms: Record<string, string>;
	kinds: Record<string, string>;
	eventKind: string;
}

// n8n writes this function's source into an expression: it may use nothing from outside.
const subtitleOf = (parameters: Parameters, words: Words) => {
	const { authenticationMethods, events, options, platform, requestKind } = parameters;
	const others = (options && options.eventTypes) || '';
	const types = (events || []).concat(others.split(/[\s,]+/)).filter(Boolean);
	const chosen = types.length === 1 ? types[0] : types.length + ' event types';
	const received =
		requestKind === words.eventKind
			? others[0] === '='
				? 'some events'
				: types.length > 0
					? chosen
					: 'all events'
			: words.kinds[requestKind || ''];
	const open = authenticationMethods && authenticationMethods.length > 0 ? '' : ', open to anyone';
	return words.platforms[platform || ''] + ': ' + received + open;
};

const WORDS: Words = {
	platforms: Object.fromEntries(PLATFORMS.map(({ id, name }) => [id, name])),
	kinds: kindNames(properties),
	eventKind: EVENT_KIND,
};

/** What the canvas shows below the node's name. */
export const subtitle = expressionOf(subtitleOf, WORDS, '$rawParameter');
