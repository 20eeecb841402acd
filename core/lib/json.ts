/**
 * Parses JSON from outside, without throwing.
 * @param revive as in `JSON.parse`, which recurses if it is set
 * @returns `{ value }`, since the value may be `null`; `undefined` if the text is not JSON
 */
export function parseJson(
	text: string,
	revive?: (key: string, value: unknown) => unknown,
): { value: unknown } | undefined {
	try {
		return { value: JSON.parse(text, revive) as unknown };
	} catch {
		return undefined;
	}
}

const [QUOTE, BACKSLASH, COMMA, OPEN_LIST, OPEN_OBJECT, CLOSE_LIST, CLOSE_OBJECT] = Array.from(
	'"\\,[{]}',
	(character) => character.charCodeAt(0),
);

/** Returns the index after the string that begins at `start` of a JSON text. */
export function skipString(text: string, start: number): number {
	for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
		let backslashes = 0;
		while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes += 1;
		if (backslashes % 2 === 0) return end + 1;
	}
	return text.length;
}

/**
 * Returns whether a JSON text has more than `levels` nested lists and objects. Works on the text, since
 * parsing some megabytes of brackets takes a second.
 */
export function isNestedDeeper(text: string, levels: number): boolean {
	let depth = 0;
	for (let index = 0; index < text.length; ) {
		const code = text.charCodeAt(index);
		if (code === QUOTE) {
			index = skipString(text, index);
			continue;
		}
		if (code === OPEN_LIST || code === OPEN_OBJECT) depth += 1;
		else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth -= 1;
		if (depth > levels) return true;
		index += 1;
	}
	return false;
}

/**
 * Returns whether a JSON text has more than `values` values, each of which takes time to parse. An empty list or object
 * counts twice.
 */
export function hasMoreValues(text: string, values: number): boolean {
	let count = 1;
	for (let index = 0; index < text.length; ) {
		const code = text.charCodeAt(index);
		if (code === QUOTE) {
			index = skipString(text, index);
			continue;
		}
		if (code === COMMA || code === OPEN_LIST || code === OPEN_OBJECT) count += 1;
		if (count > values) return true;
		index += 1;
	}
	return false;
}
