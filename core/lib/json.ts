const isContainer = (value: unknown): value is object =>
	typeof value === 'object' && value !== null;

/**
 * Parses JSON that somebody else wrote.
 * @returns the value in an object of its own, since it may be `null`; `undefined` for text that is not JSON
 */
export function parseJson(text: string): { value: unknown } | undefined {
	try {
		return { value: JSON.parse(text) as unknown };
	} catch {
		return undefined;
	}
}

/**
 * Whether a value that was parsed from JSON has more levels of lists and objects than `levels`. It never
 * overflows the stack, as `JSON.stringify` does from some thousand levels on.
 */
export function isNestedDeeper(value: unknown, levels: number): boolean {
	let level = [value].filter(isContainer);
	for (let depth = 0; level.length > 0; depth += 1) {
		if (depth === levels) return true;
		level = level.flatMap((container) => Object.values(container).filter(isContainer));
	}
	return false;
}
