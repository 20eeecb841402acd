import type { SchemaNode } from './schemaNode';

/** Most schemas that apply to one value within each other. */
const MAX_HEIGHT = 100;

/**
 * Finds a schema that applies to the same value again, by references, so that a check would not end; or that
 * has too many schemas within each other.
 */
export function findLoops(nodes: SchemaNode[]): SchemaNode | undefined {
	const heights = new Map<SchemaNode, number>();
	const active = new Set<SchemaNode>();
	/** @returns the height above the nodes that it leads to; `undefined` if there is a loop */
	const measure = (node: SchemaNode): number | undefined => {
		const known = heights.get(node);
		if (known !== undefined) return known;
		if (active.has(node) || active.size >= MAX_HEIGHT) return undefined;
		active.add(node);
		let height = 1;
		for (const inner of node.inPlace) {
			const below = measure(inner);
			if (below === undefined || below >= MAX_HEIGHT) return undefined;
			height = Math.max(height, below + 1);
		}
		active.delete(node);
		heights.set(node, height);
		return height;
	};
	return nodes.find((node) => measure(node) === undefined);
}

/** Marks the schemas that lead to a word that is not checked. */
export function markLoose(nodes: SchemaNode[]): void {
	const leadingTo = new Map<SchemaNode, SchemaNode[]>();
	for (const node of nodes) {
		for (const inner of [...node.inPlace, ...node.below]) {
			const outer = leadingTo.get(inner);
			if (outer === undefined) leadingTo.set(inner, [node]);
			else outer.push(node);
		}
	}
	const remaining = nodes.filter(({ isLoose }) => isLoose);
	for (let node = remaining.pop(); node !== undefined; node = remaining.pop()) {
		for (const outer of leadingTo.get(node) ?? []) {
			if (outer.isLoose) continue;
			outer.isLoose = true;
			remaining.push(outer);
		}
	}
}
