import { parseJson } from '../lib/json';

import { invalidField } from './svixErrors';

/** Paging of lists as Svix's clients know it: each page has an iterator for the next and for the previous one. */

/** The place in a list that a page follows, or precedes. */
export interface ListPlace {
	/** Texts that sort as the list does. */
	position: string[];
	/** `true` for the page before the place. */
	isBackward: boolean;
}

export const INVALID_ITERATOR = 'must be the iterator of another page';

/** Precedes an iterator that leads back. */
const BACKWARD = '-';

const encode = (position: string[]): string =>
	Buffer.from(JSON.stringify(position), 'utf8').toString('base64url');

/** n8n would evaluate text that begins with "=", and PostgreSQL has none with NUL. */
const isSafeText = (part: unknown): boolean =>
	typeof part === 'string' && !part.startsWith('=') && !part.includes('\0');

const isPosition = (value: unknown, length: number): value is string[] =>
	Array.isArray(value) && value.length === length && value.every(isSafeText);

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const isTime = (text: string): boolean => ISO_TIME.test(text) && !Number.isNaN(Date.parse(text));

function decode(iterator: string): { position: unknown; isBackward: boolean } {
	const isBackward = iterator.startsWith(BACKWARD);
	const encoded = isBackward ? iterator.slice(BACKWARD.length) : iterator;
	const json = parseJson(Buffer.from(encoded, 'base64url').toString('utf8'));
	return { position: json?.value, isBackward };
}

/**
 * Checks whether a text may be an iterator of a list.
 * @param length how many texts the positions of the list have
 * @param hasTime `true` if the first one is a time
 */
export function isIterator(text: string, length: number, hasTime: boolean): boolean {
	if (text === '') return true;
	const { position } = decode(text);
	return isPosition(position, length) && (!hasTime || isTime(position[0]));
}

/**
 * Reads an iterator.
 * @param length how many texts the positions of the list have
 * @returns `undefined` for the first page
 * @throws ValidationError
 */
export function parseIterator(iterator: string | undefined, length: number): ListPlace | undefined {
	if (iterator === undefined || iterator === '') return undefined;
	const { isBackward, position } = decode(iterator);
	if (isPosition(position, length)) return { position, isBackward };
	throw invalidField(['query', 'iterator'], INVALID_ITERATOR);
}

/** A page of a list, in the list's order. */
export interface ListPage {
	data: object[];
	iterator: string | null;
	prevIterator: string | null;
	/** `true` if nothing follows in the direction of the request. */
	done: boolean;
}

/**
 * Builds a page.
 * @param found up to `limit + 1` entries in the list's order: those that follow the place, or the last ones before it
 */
export function toListPage<T>(
	found: T[],
	limit: number,
	isBackward: boolean,
	getPosition: (entry: T) => string[],
	present: (entry: T) => object,
): ListPage {
	const entries = isBackward ? found.slice(-limit) : found.slice(0, limit);
	const [first, last] = [entries.at(0), entries.at(-1)];
	return {
		data: entries.map(present),
		iterator: last === undefined ? null : encode(getPosition(last)),
		prevIterator: first === undefined ? null : BACKWARD + encode(getPosition(first)),
		done: found.length <= limit,
	};
}

const compare = (a: string[], b: string[]): number => {
	const index = a.findIndex((part, position) => part !== b[position]);
	if (index === -1) return 0;
	return a[index] < b[index] ? -1 : 1;
};

/** A request for a page of a list that is read as a whole. */
export interface PageRequest {
	limit: number;
	iterator?: string;
	order?: 'ascending' | 'descending';
}

/**
 * Sorts a list and picks the page that a request asks for.
 * @throws ValidationError for an iterator of another list
 */
export function pickPage<T>(
	entries: T[],
	{ iterator, limit, order = 'ascending' }: PageRequest,
	getPosition: (entry: T) => string[],
	present: (entry: T) => object,
): ListPage {
	const direction = order === 'ascending' ? 1 : -1;
	const sorted = [...entries].sort((a, b) => direction * compare(getPosition(a), getPosition(b)));
	const [sample] = sorted;
	const length = sample === undefined ? undefined : getPosition(sample).length;
	const place = length === undefined ? undefined : parseIterator(iterator, length);
	if (place === undefined) {
		return toListPage(sorted.slice(0, limit + 1), limit, false, getPosition, present);
	}
	const { isBackward, position } = place;
	const side = isBackward ? -1 : 1;
	const beyond = sorted.filter(
		(entry) => side * direction * compare(getPosition(entry), position) > 0,
	);
	const found = isBackward ? beyond.slice(-limit - 1) : beyond.slice(0, limit + 1);
	return toListPage(found, limit, isBackward, getPosition, present);
}
