import type { OutboxPorts } from '../ports';

/** Another row has the uid, or has it as its ID. The message says what to do. */
export class UidTakenError extends Error {
	override readonly name = 'UidTakenError';

	constructor(uid: string) {
		super(`The uid "${uid.slice(0, 100)}" is taken. Choose another one.`);
	}
}

/** The fields that a tenant and an endpoint share. */
interface Modifiable {
	id: string;
	uid: string | null;
	/** Increases with every change. */
	revision: number;
}

/** A row that has a uid, or has it as its ID. */
export interface UidRow {
	/** The ID of the tenant or endpoint. */
	id: string;
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

const MAX_CHECKS = 10;

type Waiting = Pick<OutboxPorts, 'random' | 'wait'>;

/**
 * Waits until a row is the only one with its new uid. Of several rows that get it at once, the first by ID keeps it,
 * and those that are being inserted give way.
 * @returns whether the row may keep it
 */
async function settleUid<T extends Modifiable>(
	{ random, wait }: Waiting,
	row: ModifiedRow<T>,
	after: T,
): Promise<boolean> {
	for (let checks = 0; checks < MAX_CHECKS; checks += 1) {
		const others = await row.findUidRows(after);
		if (others.length === 0) return true;
		if (others.some(({ id, isDecided }) => isDecided && id < after.id)) return false;
		await wait(50 + random() * 50);
	}
	return false;
}

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
 * afterwards, and all but one take their change back.
 * @param first the row if it is already loaded, which saves a call
 * @param change returns the changed row, or `undefined` to leave it as it is
 * @returns the row after the change; `undefined` if others kept changing it
 * @throws UidTakenError, and the errors of `change` and of the row
 */
export async function modifyRow<T extends Modifiable>(
	ports: Waiting,
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
		const others = newUid === null ? [] : await row.findUidRows(after);
		if (newUid !== null && others.some(({ isDecided }) => isDecided)) {
			throw new UidTakenError(newUid);
		}
		if (others.length === 0 && (await row.replace(after, before.revision))) {
			if (newUid === null || (await settleUid(ports, row, after))) return after;
			await takeBack(row, before, after);
		}
		await ports.wait(ports.random() * 50);
		before = await row.load();
	}
	return undefined;
}
