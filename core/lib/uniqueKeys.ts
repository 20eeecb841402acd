import { skipString } from './json';

const [QUOTE, COLON, OPEN_LIST, OPEN_OBJECT, CLOSE_LIST, CLOSE_OBJECT] = Array.from(
	'":[{]}',
	(character) => character.charCodeAt(0),
);

/** Returns whether a colon follows, after white space: what is before it is a key. */
function isBeforeColon(text: string, end: number): boolean {
	let index = end;
	while (' \n\r\t'.includes(text.charAt(index)) && index < text.length) index += 1;
	return text.charCodeAt(index) === COLON;
}

/**
 * Returns whether no object of a JSON text has a key twice, however it is escaped: parsing hides all values of such a
 * key but one. Takes linear time.
 * @param text valid JSON
 */
export function hasUniqueKeys(text: string): boolean {
	/** The keys of each object around the current place; `undefined` for a list. */
	const containers: Array<Set<string> | undefined> = [];
	for (let index = 0; index < text.length; ) {
		const code = text.charCodeAt(index);
		if (code === QUOTE) {
			const end = skipString(text, index);
			const keys = containers.at(-1);
			if (keys !== undefined && isBeforeColon(text, end)) {
				const key = JSON.parse(text.slice(index, end)) as string;
				if (keys.has(key)) return false;
				keys.add(key);
			}
			index = end;
			continue;
		}
		if (code === OPEN_OBJECT) containers.push(new Set());
		else if (code === OPEN_LIST) containers.push(undefined);
		else if (code === CLOSE_OBJECT || code === CLOSE_LIST) containers.pop();
		index += 1;
	}
	return true;
}
