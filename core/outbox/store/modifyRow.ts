import type { OutboxPorts } from '../ports';

/** Another row has the uid, or has it as its ID. The message says what to do. */
export class UidTakenError extends Error {
	override readonly name = 'UidTakenError';

	constructor(uid: string) {
		super(`The uid "${uid.slice(0, 100)}" is taken. Choose another one.`);
	}
}

/** What a tenant and an endpoint have in common. */
interface Modifiable {
	uid: string | null;
	/** Increases with every change. */
	revision: number;
}

/** A row that has a uid, or has it as its ID. */
export interface UidRow {
	/** `false` while the request that inserts it may still find out that it must not. */
	isDecided: boolean;
}

/** Reads and writes the row that is changed. */
interface ModifiedRow<T extends Modifiable> {
	/** Loads its latest state. */
	load: () => Promise<T>;
	/** Replaces it if it still has a revision. @returns whether it had */
	replace: (after: T, revision: number) => Promise<boolean>;
	/** Finds the other rows that its uid leads to, by their ID or their uid. */
	findUidRows: (after: T) => Promise<UidRow[]>;
}

const MAX_TRIES = 20;

/** Takes back a change, or only its uid if the row has been changed again since. */
async function takeBack<T extends Modifiable>(
	row: ModifiedRow<T>,
	before: T,
	after: T,
): Promise<void> {
	let [latest, restored] = [after, before];
	for (let tries = 0; tries < MAX_TRIES; tries += 1) {
		const { revision } = latest;
		if (await row.replace({ ...restored, revision: revision + 1 }, revision)) return;
		latest = await row.load();
		if (latest.uid !== after.uid) return;
		restored = { ...latest, uid: before.uid };
	}
}

/**
 * Changes a row. If another run changes it at the same time, the change is repeated on top of that one. A new uid
 * must be free: since Data Tables have no unique index, requests that give one uid to several rows at once look again
 * afterwards, and each that sees another row with it takes its change back and tries again.
 * @param first the row if it is already loaded, which saves a call
 * @param change returns the changed row, or `undefined` to leave it as it is
 * @returns the row after the change; `undefined` if others kept changing it
 * @throws UidTakenError, and the errors of `change` and of the row
 */
export async function modifyRow<T extends Modifiable>(
	{ random, wait }: Pick<OutboxPorts, 'random' | 'wait'>,
	row: ModifiedRow<T>,
	change: (before: T) => T | undefined,
	first?: T,
): Promise<T | undefined> {
	let before = first ?? (await row.load());
	for (let tries = 0; tries < MAX_TRIES; tries += 1) {
		const changed = change(before);
		if (changed === undefined) return before;
		const after = { ...changed, revision: before.revision + 1 };
		const newUid = after.uid === before.uid ? null : after.uid;
		const findOthers = async () => (newUid === null ? [] : await row.findUidRows(after));
		const others = await findOthers();
		if (newUid !== null && others.some(({ isDecided }) => isDecided)) {
			throw new UidTakenError(newUid);
		}
		if (others.length === 0 && (await row.replace(after, before.revision))) {
			if ((await findOthers()).length === 0) return after;
			await takeBack(row, before, after);
		}
		await wait(random() * 50);
		before = await row.load();
	}
	return undefined;
}
