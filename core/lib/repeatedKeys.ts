import { isIndex } from './fieldPath';
import { skipString } from './json';

/** An object or a list that a scan of JSON is in. */
interface OpenValue {
	isObject: boolean;
	/** The keys of the path that lead here; -1 if the path does not. */
	depth: number;
	/** The keys of the path that lead to the value that is read next. */
	nextDepth: number;
	hasNextKey: boolean;
}

function readKey(text: string, start: number, end: number): string {
	const key = text.slice(start + 1, end - 1);
	return key.includes('\\') ? (JSON.parse(text.slice(start, end)) as string) : key;
}

function openValue(isObject: boolean, depth: number, path: string[]): OpenValue {
	// A key that is no index applies to each element of a list.
	const nextDepth = !isObject && depth >= 0 && isIndex(path[depth] ?? '') ? depth + 1 : depth;
	return { isObject, depth, nextDepth: isObject ? -1 : nextDepth, hasNextKey: false };
}

/**
 * Returns whether an object on the way to a path has the path's next key more than once: of several values, another
 * program may read another one. Takes linear time.
 * @param text valid JSON
 */
export function hasRepeatedKey(text: string, path: string[]): boolean {
	const open: OpenValue[] = [];
	let expectsKey = false;
	for (let index = 0; index < text.length; ) {
		const current = open.at(-1);
		const character = text[index];
		if (character === '"') {
			const end = skipString(text, index);
			if (expectsKey && current !== undefined && current.depth >= 0) {
				const isNext = readKey(text, index, end) === path[current.depth];
				if (isNext && current.hasNextKey) return true;
				current.hasNextKey ||= isNext;
				current.nextDepth = isNext ? current.depth + 1 : -1;
			}
			expectsKey = false;
			index = end;
			continue;
		}
		if (character === '{' || character === '[') {
			open.push(openValue(character === '{', current === undefined ? 0 : current.nextDepth, path));
			expectsKey = character === '{';
		} else if (character === '}' || character === ']') {
			open.pop();
			expectsKey = false;
		} else if (character === ',') {
			expectsKey = current?.isObject === true;
		}
		index += 1;
	}
	return false;
}
