import { isObject, parsePath } from '../lib/fieldPath';

/**
 * AgenticFlow's webhook filters (spec/agenticflow.txt, "Webhook Filters"): which fields of an
 * event's data are sent.
 */
export interface FieldFilters {
	/** Only these fields. Empty: all. */
	include_fields?: string[];
	/** Not these fields, also where `include_fields` names them. */
	exclude_fields?: string[];
}

interface PathTree {
	/** A path ends here. */
	whole: boolean;
	children: Map<string, PathTree>;
}

const emptyTree = (): PathTree => ({ whole: false, children: new Map() });

function treeOf(paths: string[]): PathTree {
	const root = emptyTree();
	for (const path of paths) {
		let tree = root;
		for (const key of parsePath(path)) {
			let child = tree.children.get(key);
			if (child === undefined) tree.children.set(key, (child = emptyTree()));
			tree = child;
		}
		tree.whole = true;
	}
	return root;
}

function combine(a: PathTree, b: PathTree): PathTree {
	const children = new Map(a.children);
	for (const [key, child] of b.children) {
		const own = children.get(key);
		children.set(key, own === undefined ? child : combine(own, child));
	}
	return { whole: a.whole || b.whole, children };
}

// An array element is reached by its index and by every path that goes through the array.
function elementTree(tree: PathTree, index: number): PathTree {
	const own = tree.children.get(String(index));
	return own === undefined ? tree : combine(tree, own);
}

const NOTHING = Symbol('nothing');

const AS_ASSIGNED = { configurable: true, enumerable: true, writable: true };

/** What is left of an array's elements, each by the tree that reaches it. */
function elementsLeft(
	elements: unknown[],
	tree: PathTree,
	leave: (element: unknown, tree: PathTree) => unknown,
): unknown[] {
	const left: unknown[] = [];
	for (let index = 0; index < elements.length; index += 1) {
		const element = leave(elements[index], elementTree(tree, index));
		if (element !== NOTHING) left.push(element);
	}
	return left;
}

/** What is left of an object's fields: those that the tree does not name as they are, or none of them. */
function fieldsLeft(
	value: Record<string, unknown>,
	tree: PathTree,
	leave: (child: unknown, tree: PathTree) => unknown,
	leavesOthers: boolean,
): Record<string, unknown> {
	const left: Record<string, unknown> = {};
	for (const key of Object.keys(value)) {
		const subtree = tree.children.get(key);
		const child =
			subtree !== undefined ? leave(value[key], subtree) : leavesOthers ? value[key] : NOTHING;
		if (child === NOTHING) continue;
		if (key !== '__proto__') left[key] = child;
		// Assigned, it would be no field.
		else Object.defineProperty(left, key, { value: child, ...AS_ASSIGNED });
	}
	return left;
}

function pick(value: unknown, tree: PathTree): unknown {
	if (tree.whole) return value;
	if (Array.isArray(value)) {
		const picked = elementsLeft(value, tree, pick);
		return picked.length > 0 ? picked : NOTHING;
	}
	if (!isObject(value)) return NOTHING;
	const picked = fieldsLeft(value, tree, pick, false);
	return Object.keys(picked).length > 0 ? picked : NOTHING;
}

function drop(value: unknown, tree: PathTree): unknown {
	if (tree.whole) return NOTHING;
	if (tree.children.size === 0) return value;
	if (Array.isArray(value)) return elementsLeft(value, tree, drop);
	return isObject(value) ? fieldsLeft(value, tree, drop, true) : value;
}

/**
 * Makes a function that filters an event's data; the data itself is not changed. Structure is never
 * invented: a field that is not there stays away, and so does a container of which nothing is left
 * after `include_fields`.
 * @throws InvalidPathError for a path that is empty or is not data, when made and not when used
 */
export function compileFieldFilters(
	filters: FieldFilters,
): (data: Record<string, unknown>) => Record<string, unknown> {
	const include = filters.include_fields?.length ? treeOf(filters.include_fields) : undefined;
	const exclude = filters.exclude_fields?.length ? treeOf(filters.exclude_fields) : undefined;
	return (data) => {
		const picked = include ? pick(data, include) : data;
		if (!isObject(picked)) return {};
		return exclude ? (drop(picked, exclude) as Record<string, unknown>) : picked;
	};
}
