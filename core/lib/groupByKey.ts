/**
 * Groups entries by a key, in the order of their first appearance. An object would have those first that are whole
 * numbers, as IDs of tenants may be.
 */
export function groupByKey<T>(entries: T[], getKey: (entry: T) => string | number): T[][] {
	const groups = new Map<string | number, T[]>();
	for (const entry of entries) {
		const key = getKey(entry);
		const group = groups.get(key);
		if (group === undefined) groups.set(key, [entry]);
		else group.push(entry);
	}
	return [...groups.values()];
}
