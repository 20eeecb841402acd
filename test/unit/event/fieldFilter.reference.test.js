/**
 * Compares field filters with a reference implementation of the same rules, which is written without regard
 * to speed, on generated data and paths.
 */
const fc = require('fast-check');

const { compileFieldFilters } = require('../../../build/core/event/fieldFilter');

const { isList, isMap, object, path } = require('./documentArbitraries');

describe('compileFieldFilters', () => {
	const paths = fc.array(path, { minLength: 1, maxLength: 3 });

	/** Collects the nodes at a path. Both an index and a path that skips the list reach its elements. */
	function collectNodes(node, [name, ...rest], found) {
		if (name === undefined) return found.add(node);
		if (isList(node)) {
			node.forEach((element, index) => {
				collectNodes(element, [name, ...rest], found);
				if (String(index) === name) collectNodes(element, rest, found);
			});
		} else if (isMap(node) && name in node) collectNodes(node[name], rest, found);
		return found;
	}

	class Leaf {
		constructor(value) {
			this.value = value;
		}
	}

	/** Copies data and wraps every value in an object, so that a set can tell equal values apart. */
	const wrap = (node) => {
		if (isList(node)) return node.map(wrap);
		if (isMap(node)) return Object.fromEntries(Object.entries(node).map(([k, v]) => [k, wrap(v)]));
		return new Leaf(node);
	};
	const isLeaf = (node) => node instanceof Leaf;
	const unwrap = (node) => {
		if (isLeaf(node)) return node.value;
		if (isList(node)) return node.map(unwrap);
		return Object.fromEntries(Object.entries(node).map(([k, v]) => [k, unwrap(v)]));
	};
	const listNames = (node) => (isLeaf(node) ? [] : Object.keys(node));
	/** Rebuilds a node from those of its children that are kept. */
	const rebuild = (node, child) => {
		const left = listNames(node).flatMap((name) => {
			const kept = child(node[name]);
			return kept === undefined ? [] : [[name, kept]];
		});
		return isList(node) ? left.map(([, kept]) => kept) : Object.fromEntries(left);
	};
	const keepNodes = (node, wanted) => {
		if (wanted.has(node)) return node;
		if (isLeaf(node)) return undefined;
		const kept = rebuild(node, (child) => keepNodes(child, wanted));
		return listNames(kept).length > 0 ? kept : undefined;
	};
	const removeNodes = (node, unwanted) => {
		if (unwanted.has(node)) return undefined;
		return isLeaf(node) ? node : rebuild(node, (child) => removeNodes(child, unwanted));
	};
	const findNodes = (root, list) => {
		const found = new Set();
		for (const entry of list) collectNodes(root, entry.split('.'), found);
		return found;
	};
	const filterByReference = (data, include, exclude) => {
		const root = wrap(data);
		const kept = include.length > 0 ? (keepNodes(root, findNodes(root, include)) ?? {}) : root;
		// Exclude from what is left after including: the indexes of a list's elements have changed.
		return unwrap(exclude.length > 0 ? removeNodes(kept, findNodes(kept, exclude)) : kept);
	};

	test('keeps the same fields as the reference', () => {
		let changed = 0;
		fc.assert(
			fc.property(
				object,
				fc.oneof(paths, fc.constant([])),
				fc.oneof(paths, fc.constant([])),
				(data, include, exclude) => {
					const filtered = compileFieldFilters({
						include_fields: include,
						exclude_fields: exclude,
					})(data);
					expect(filtered).toEqual(filterByReference(data, include, exclude));
					if (JSON.stringify(filtered) !== JSON.stringify(data)) changed += 1;
				},
			),
			{ numRuns: 5000 },
		);
		expect(changed).toBeGreaterThan(1000);
	});
});
