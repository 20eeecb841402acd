import trimEnd from 'lodash/trimEnd';
import trimStart from 'lodash/trimStart';

import { isObject } from '../lib/fieldPath';
import { parseJson } from '../lib/json';

/** A pattern of event types that matches none. */
export class InvalidEventTypeError extends Error {
	override readonly name = 'InvalidEventTypeError';
}

/** Matches what separates entries, also within quotes and in the entries of a list. */
const SEPARATORS = /[,;|\r\n、，；]+/;
const QUOTED_OR_WORD = /"([^"]*)"|'([^']*)'|[^\s,;|、，；]+/g;
/** Matches characters that nobody sees and that copied text may have. */
const INVISIBLE = /[\u00ad\u200b-\u200f\u2060\ufeff]/gu;
/** The characters that people and programs write before and after an entry of a list. */
const [OPENING, CLOSING] = ['[({"\'`“”„‘’«»「『', '])}"\'`“”„‘’«»」』'];
const BULLET = /^[-•]$/;

function splitText(text: string): string[] {
	const json = /^\s*\[/.test(text) ? parseJson(text)?.value : undefined;
	if (Array.isArray(json)) return json.filter((entry) => !isObject(entry)).map(String);
	return Array.from(
		text.matchAll(QUOTED_OR_WORD),
		([entry, double, single]: Array<string | undefined>) => double ?? single ?? entry ?? '',
	);
}

/**
 * Reads a list of event types as people write them: between commas, semicolons, spaces or line breaks, with
 * or without quotes, brackets and bullets, or as a JSON list. White space within quotes stays.
 * @example
 * parseEventTypes('"push"; pull_request\nissues'); // ['push', 'pull_request', 'issues']
 */
export function parseEventTypes(list: string | string[] | undefined): string[] {
	const entries = typeof list === 'string' ? splitText(list) : (list ?? []).map(String);
	const types = entries
		.flatMap((entry) => entry.replace(INVISIBLE, '').split(SEPARATORS))
		.map((entry) => trimEnd(trimStart(entry.trim(), OPENING), CLOSING).trim())
		.filter((entry) => entry !== '' && !BULLET.test(entry));
	return [...new Set(types)];
}

/** Returns whether an entry of a list of event types matches several. */
const isEventTypePattern = (pattern: string): boolean => pattern.includes('*');

/** Returns whether a text matches a pattern: each part is found once, from left to right, and never again. */
function matchesPattern(pattern: string, text: string): boolean {
	const [first, ...parts] = pattern.split('*');
	const last = parts.pop();
	if (last === undefined) return text === first;
	if (!text.startsWith(first)) return false;
	let start = first.length;
	for (const part of parts) {
		const found = text.indexOf(part, start);
		if (found === -1) return false;
		start = found + part.length;
	}
	return text.length - last.length >= start && text.endsWith(last);
}

/**
 * Returns whether an event type matches any entry of a list, in upper or lower case. Each `*` of an entry matches
 * any text, also none.
 * @param patterns empty for all event types
 * @example
 * matchesEventTypes(['order.*.created', '*.failed'], 'payment.failed'); // true
 */
export function matchesEventTypes(patterns: string[], type: string): boolean {
	if (patterns.length === 0) return true;
	const lowerType = type.toLowerCase();
	return patterns.some((pattern) => matchesPattern(pattern.toLowerCase(), lowerType));
}

/**
 * Replaces each entry of a list by the documented event types that it matches. Other entries stay as they
 * are, except for those with a `*`.
 */
export const expandEventTypes = (patterns: string[], documented: string[]): string[] => [
	...new Set(
		patterns.flatMap((pattern) => {
			const matches = documented.filter((type) => matchesEventTypes([pattern], type));
			return matches.length > 0 || isEventTypePattern(pattern) ? matches : [pattern];
		}),
	),
];

/**
 * Matches what other programs read as a pattern, and no platform has in an event type. A name may begin with a $, as
 * PostHog's do, but text with an expression, e.g. `{{ $json.type }}`, is none.
 */
const FOREIGN_PATTERN = /^[!^]|[?\\]|.\$|^\$(?![\w*-]+$)|^\/.*\/[a-z]*$/;

/**
 * Checks the entries of a list that may match event types of any form.
 * @throws InvalidEventTypeError naming the entry
 */
export function requireEventTypePatterns(patterns: string[]): string[] {
	const foreign = patterns.find((pattern) => FOREIGN_PATTERN.test(pattern));
	if (foreign !== undefined) {
		throw new InvalidEventTypeError(
			`"${foreign}" is a pattern that event types are not compared with. Write the event types themselves, with a * for any text, e.g. order.* or *.failed.`,
		);
	}
	return patterns;
}
