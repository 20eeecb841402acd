import chunk from 'lodash/chunk';

import {
	MAX_CHANGES,
	MAX_FINDS,
	type Change,
	type Find,
	type StoredRow,
	type Tables,
} from './tables';

/**
 * Any number of changes, in calls of at most `MAX_CHANGES`, and of finds, in calls of at most `MAX_FINDS`. If
 * a call fails, those before it are done.
 */

/** Makes changes in order. Without changes, it makes no call. */
export async function applyAllChanges(
	tables: Pick<Tables, 'applyChanges'>,
	changes: Change[],
): Promise<void> {
	for (const group of chunk(changes, MAX_CHANGES)) await tables.applyChanges(group);
}

/** Makes changes in order, and finds rows in the same call as the last of them. */
export async function applyAllAndFind(
	tables: Pick<Tables, 'applyAndFind' | 'applyChanges'>,
	changes: Change[],
	finds: Find[],
): Promise<StoredRow[][]> {
	const lastGroup = chunk(changes, MAX_CHANGES).pop() ?? [];
	await applyAllChanges(tables, changes.slice(0, changes.length - lastGroup.length));
	return await tables.applyAndFind(lastGroup, finds);
}

/** Finds rows in as few calls as possible. @returns the rows of each find, in order */
export async function findEach(
	tables: Pick<Tables, 'applyAndFind'>,
	finds: Find[],
): Promise<StoredRow[][]> {
	const found: StoredRow[][] = [];
	for (const group of chunk(finds, MAX_FINDS)) {
		found.push(...(await tables.applyAndFind([], group)));
	}
	return found;
}
