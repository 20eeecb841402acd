import { API_KIND, EVENT_KIND, ONLY_KINDS, PLATFORMS } from '../../../core/platforms';
import { toExpression } from '../../shared/properties/expression';
import { listKindNames } from '../../shared/properties/platformProperties';

import { properties } from './triggerProperties';

interface Parameters {
	platform?: string;
	requestKind?: string;
	events?: string[];
	eventTypes?: string;
	authenticationMethods?: string[];
}

/** The names that a subtitle uses, by value. */
interface Names {
	platforms: Record<string, string>;
	kinds: Record<string, string>;
	eventKind: string;
	/** The kind whose callers have keys. */
	apiKind: string;
	/** The kind of each platform that has only one. */
	onlyKinds: Record<string, string>;
}

const formatSubtitle = (parameters: Parameters, names: Names) => {
	const { authenticationMethods, events, eventTypes, platform } = parameters;
	const requestKind = names.onlyKinds[platform || ''] || parameters.requestKind;
	const otherTypes = eventTypes || '';
	const types = (events || []).concat(otherTypes.split(/[\s,;|"'[\]]+/)).filter(Boolean);
	const formatEventTypes = () => {
		if (otherTypes[0] === '=') return 'some events';
		if (types.length === 0 || types.includes('*')) return 'all events';
		return types.length === 1 ? types[0] : types.length + ' event types';
	};
	const received =
		requestKind === names.eventKind ? formatEventTypes() : names.kinds[requestKind || ''];
	const isProtected =
		requestKind === names.apiKind || (authenticationMethods && authenticationMethods.length > 0);
	const open = isProtected ? '' : ', open to anyone';
	return names.platforms[platform || ''] + ': ' + received + open;
};

const NAMES: Names = {
	platforms: Object.fromEntries(PLATFORMS.map(({ id, name }) => [id, name])),
	kinds: listKindNames(properties),
	eventKind: EVENT_KIND,
	apiKind: API_KIND,
	onlyKinds: ONLY_KINDS,
};

/** The text below the node's name on the canvas, e.g. `GitHub: push, open to anyone`. */
export const subtitle = toExpression(formatSubtitle, NAMES, '$rawParameter');
