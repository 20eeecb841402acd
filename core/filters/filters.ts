import { isObject, parsePath } from '../paths/paths';

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

function combine(a: PathTree, b: PathTree | undefined): PathTree {
	if (b === undefined) return a;
	const children = new Map(a.children);
	for (const [key, child] of b.children) {
		const own = children.get(key);
		children.set(key, own === undefined ? child : combine(own, child));
	}
	return { whole: a.whole || b.whole, children };
}

// An array element is reached by its index and by every path that goes through the array.
const elementTree = (tree: PathTree, index: number): PathTree =>
	combine({ whole: false, children: tree.children }, tree.children.get(String(index)));

const NOTHING = Symbol('nothing');

function pick(value: unknown, tree: PathTree): unknown {
	if (tree.whole) return value;
	if (Array.isArray(value)) {
		const picked = value
			.map((element, index) => pick(element, elementTree(tree, index)))
			.filter((element) => element !== NOTHING);
		return picked.length > 0 ? picked : NOTHING;
	}
	if (!isObject(value)) return NOTHING;
	const entries = Object.entries(value).flatMap(([key, child]): Array<[string, unknown]> => {
		const subtree = tree.children.get(key);
		const picked = subtree === undefined ? NOTHING : pick(child, subtree);
		return picked === NOTHING ? [] : [[key, picked]];
	});
	return entries.length > 0 ? Object.fromEntries(entries) : NOTHING;
}

function drop(value: unknown, tree: PathTree): unknown {
	if (tree.whole) return NOTHING;
	if (tree.children.size === 0) return value;
	if (Array.isArray(value)) {
		return value
			.map((element, index) => drop(element, elementTree(tree, index)))
			.filter((element) => element !== NOTHING);
	}
	if (!isObject(value)) return value;
	return Object.fromEntries(
		Object.entries(value).flatMap(([key, child]): Array<[string, unknown]> => {
			const subtree = tree.children.get(key);
			const kept = subtree === undefined ? child : drop(child, subtree);
			return kept === NOTHING ? [] : [[key, kept]];
		}),
	);
}

/**
 * Makes a function that filters an event's data; the data itself is not changed. Structure is never
 * invented: a field that is not there stays away, and so does a container of which nothing is left
 * after `include_fields`.
 * @throws InvalidPathError for a path that is empty or is not data, when made and not when used
 */
export function compileFilters(
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
