const isContainer = (value: unknown): value is object =>
	typeof value === 'object' && value !== null;

/**
 * Parses JSON from outside, without throwing.
 * @returns `{ value }`, since the value may be `null`; `undefined` if the text is not JSON
 */
export function parseJson(text: string): { value: unknown } | undefined {
	try {
		return { value: JSON.parse(text) as unknown };
	} catch {
		return undefined;
	}
}

/**
 * Returns whether a value parsed from JSON has more than `levels` nested lists and objects. Unlike
 * `JSON.stringify`, it cannot overflow the stack.
 */
export function isNestedDeeper(value: unknown, levels: number): boolean {
	let level = [value].filter(isContainer);
	for (let depth = 0; level.length > 0; depth += 1) {
		if (depth === levels) return true;
		level = level.flatMap((container) => Object.values(container).filter(isContainer));
	}
	return false;
}
