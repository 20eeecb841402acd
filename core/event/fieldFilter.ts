import { InvalidPathError, isObject, parsePath } from '../lib/fieldPath';

/**
 * The fields of an event's data to send, with the names and meanings of AgenticFlow's webhook filters
 * (docs/platforms.md#agenticflow).
 */
export interface FieldFilters {
	/** Dotted paths; only these fields are sent. Empty for all. */
	include_fields?: string[];
	/** Dotted paths; these fields are not sent, even if `include_fields` names them. */
	exclude_fields?: string[];
}

/** The fields below a value that paths name. */
interface PathTree {
	/** `true` if a path ends here. */
	readonly isEnd: boolean;
	/** The nodes that it consists of. */
	readonly nodes: readonly PathNode[];
	findChild(key: string): PathTree | undefined;
}

/** The paths that begin with the same keys. */
class PathNode implements PathTree {
	isEnd = false;

	private readonly children = new Map<string, PathNode>();

	get nodes(): readonly PathNode[] {
		return [this];
	}

	findChild(key: string): PathNode | undefined {
		return this.children.get(key);
	}

	/** Returns the node at a key. Adds it if it is missing. */
	ensureChild(key: string): PathNode {
		const existing = this.children.get(key);
		if (existing !== undefined) return existing;
		const child = new PathNode();
		this.children.set(key, child);
		return child;
	}
}

/** Several nodes that apply to one value. Merging the trees below them would take much longer. */
class PathUnion implements PathTree {
	readonly isEnd: boolean;

	constructor(readonly nodes: readonly PathNode[]) {
		this.isEnd = nodes.some(({ isEnd }) => isEnd);
	}

	findChild(key: string): PathTree | undefined {
		const children = this.nodes.flatMap((node) => node.findChild(key) ?? []);
		return children.length === 0 ? undefined : new PathUnion(children);
	}
}

/** Most paths in one filter. */
const MAX_PATHS = 1000;

function buildTree(paths: string[]): PathTree {
	if (paths.length > MAX_PATHS) {
		throw new InvalidPathError(
			`A filter may have at most ${MAX_PATHS} fields, and this one has ${paths.length}. Remove some.`,
		);
	}
	const root = new PathNode();
	for (const path of paths) {
		let node = root;
		for (const key of parsePath(path)) node = node.ensureChild(key);
		node.isEnd = true;
	}
	return root;
}

// An array's element is at its index, and at every path that continues through the array.
function findElementTree(tree: PathTree, index: number): PathTree {
	const child = tree.findChild(String(index));
	return child === undefined ? tree : new PathUnion([...new Set([...tree.nodes, ...child.nodes])]);
}

/** Result of filtering a value of which nothing remains. */
const NOTHING = Symbol('nothing');

type Filter = (value: unknown, tree: PathTree) => unknown;

/** Filters each element of an array by the tree that applies to it. */
function filterElements(elements: unknown[], tree: PathTree, filter: Filter): unknown[] {
	const remaining: unknown[] = [];
	for (let index = 0; index < elements.length; index += 1) {
		const element = filter(elements[index], findElementTree(tree, index));
		if (element !== NOTHING) remaining.push(element);
	}
	return remaining;
}

const PLAIN_PROPERTY = { configurable: true, enumerable: true, writable: true };

/**
 * Filters each field of an object by its subtree.
 * @param keepsUnnamed whether fields that the tree does not name remain
 */
function filterFields(
	value: Record<string, unknown>,
	tree: PathTree,
	filter: Filter,
	keepsUnnamed: boolean,
): Record<string, unknown> {
	const remaining: Record<string, unknown> = {};
	for (const key of Object.keys(value)) {
		const subtree = tree.findChild(key);
		const unnamed = keepsUnnamed ? value[key] : NOTHING;
		const child = subtree === undefined ? unnamed : filter(value[key], subtree);
		if (child === NOTHING) continue;
		if (key !== '__proto__') remaining[key] = child;
		// An assignment would set the prototype instead of a field.
		else Object.defineProperty(remaining, key, { value: child, ...PLAIN_PROPERTY });
	}
	return remaining;
}

/** Keeps only what the tree names. */
function includeFields(value: unknown, tree: PathTree): unknown {
	if (tree.isEnd) return value;
	if (Array.isArray(value)) {
		const elements = filterElements(value, tree, includeFields);
		return elements.length > 0 ? elements : NOTHING;
	}
	if (!isObject(value)) return NOTHING;
	const fields = filterFields(value, tree, includeFields, false);
	return Object.keys(fields).length > 0 ? fields : NOTHING;
}

/** Removes what the tree names. */
function excludeFields(value: unknown, tree: PathTree): unknown {
	if (tree.isEnd) return NOTHING;
	if (Array.isArray(value)) return filterElements(value, tree, excludeFields);
	return isObject(value) ? filterFields(value, tree, excludeFields, true) : value;
}

/**
 * Creates a function that filters an event's data and returns the rest as new objects. Missing fields stay
 * missing, and `include_fields` omits a list or an object of which nothing remains.
 * @throws InvalidPathError for too many paths, or for a path that {@link parsePath} rejects, when it is created
 * @example
 * compileFieldFilters({ include_fields: ['customer.email'] })({ customer: { email: 'a@b.c', age: 7 } });
 * // { customer: { email: 'a@b.c' } }
 */
export function compileFieldFilters(
	filters: FieldFilters,
): (data: Record<string, unknown>) => Record<string, unknown> {
	const includeTree = filters.include_fields?.length
		? buildTree(filters.include_fields)
		: undefined;
	const excludeTree = filters.exclude_fields?.length
		? buildTree(filters.exclude_fields)
		: undefined;
	return (data) => {
		const included = includeTree ? includeFields(data, includeTree) : data;
		if (!isObject(included)) return {};
		return excludeTree
			? (excludeFields(included, excludeTree) as Record<string, unknown>)
			: included;
	};
}
