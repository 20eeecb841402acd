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
