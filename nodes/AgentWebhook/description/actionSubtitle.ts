import { PLATFORMS } from '../../../core/platforms';
import { toExpression } from '../../shared/properties/expression';

import { RESOURCES } from '../resources';
import type {
	OptionNames,
	StoredParameters,
	SubtitleFunction,
	SubtitleTools,
} from '../resources/operation';

/** Values that {@link writeSubtitle} needs, by resource and operation except for the platforms' names. */
interface Texts {
	actions: Record<string, string>;
	names: Record<string, OptionNames>;
	platforms: Record<string, string>;
}

const writeSubtitle = (
	parameters: StoredParameters,
	texts: Texts,
	subtitles: Record<string, SubtitleFunction>,
) => {
	const key = parameters.resource + '/' + parameters.operation;
	const action = texts.actions[key];
	const subtitle = subtitles[key];
	if (!subtitle) return action;
	const literal: SubtitleTools['literal'] = (text) =>
		typeof text === 'string' && text.trim() !== '' && text[0] !== '=' ? text.trim() : undefined;
	const names = { platform: texts.platforms, ...texts.names[key] };
	const result = subtitle(parameters, { action, literal, names });
	if (typeof result === 'string') return result;
	const details = result.map(literal).filter(Boolean);
	return details.length > 0 ? action + ': ' + details.join(', ') : action;
};

const OPERATIONS = Object.entries(RESOURCES).flatMap(([resource, { operations }]) =>
	Object.entries(operations).map(([value, operation]) => ({
		key: `${resource}/${value}`,
		...operation,
	})),
);

const TEXTS: Texts = {
	actions: Object.fromEntries(OPERATIONS.map(({ action, key }) => [key, action])),
	names: Object.fromEntries(
		OPERATIONS.flatMap(({ key, subtitleNames }) => (subtitleNames ? [[key, subtitleNames]] : [])),
	),
	platforms: Object.fromEntries(PLATFORMS.map(({ id, name }) => [id, name])),
};

const SUBTITLES = Object.fromEntries(
	OPERATIONS.flatMap(({ key, subtitle }) => (subtitle ? [[key, subtitle]] : [])),
);

/** The text below the node on the canvas, composed of the operations' subtitles. */
export const subtitle = toExpression(writeSubtitle, TEXTS, '$rawParameter', SUBTITLES);
