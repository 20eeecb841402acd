const { modifyRow, UidTakenError } = require('../../../../build/core/outbox/store/modifyRow');

const OTHER = { id: 'a', isDecided: true };

/** A row in memory; `uidRows` are the others with its uid, for each time that they are looked for. */
function createRow(uidRows, onFind = (_row) => undefined) {
	const row = { stored: { id: 'b', uid: 'old', name: 'Old', revision: 1 }, finds: 0 };
	return Object.assign(row, {
		load: async () => row.stored,
		replace: async (after, revision) => {
			if (row.stored.revision !== revision) return false;
			row.stored = after;
			return true;
		},
		findUidRows: async () => {
			const found = uidRows[row.finds] ?? [];
			row.finds += 1;
			onFind(row);
			return found;
		},
	});
}

const ports = { random: () => 0, wait: async () => undefined };
const rename = (before) => ({ ...before, uid: 'new', name: 'New' });

test('a row gets a free uid, and is looked at again', async () => {
	const row = createRow([]);
	const after = { id: 'b', uid: 'new', name: 'New', revision: 2 };
	expect(await modifyRow(ports, row, rename)).toEqual(after);
	expect([row.stored, row.finds]).toEqual([after, 2]);
});

test('a change that leaves the uid looks for no other', async () => {
	const row = createRow([[OTHER]]);
	expect(await modifyRow(ports, row, (before) => ({ ...before, name: 'New' }))).toMatchObject({
		name: 'New',
	});
	expect(row.finds).toBe(0);
});

test('a uid that is taken changes nothing', async () => {
	const row = createRow([[OTHER]]);
	await expect(modifyRow(ports, row, rename)).rejects.toThrow(UidTakenError);
	expect(row.stored).toMatchObject({ uid: 'old', name: 'Old', revision: 1 });
});

test('of rows that get a uid at once, the one with the lower ID keeps it, and the other is restored', async () => {
	const row = createRow([[], [OTHER], [OTHER]]);
	await expect(modifyRow(ports, row, rename)).rejects.toThrow('The uid "new" is taken');
	expect(row.stored).toMatchObject({ uid: 'old', name: 'Old' });
	const first = createRow([[], [{ id: 'c', isDecided: true }]]);
	expect(await modifyRow(ports, first, rename)).toMatchObject({ uid: 'new', name: 'New' });
});

test('a row that was changed again meanwhile loses the uid only', async () => {
	const row = createRow([[], [OTHER], [OTHER]], ({ finds, stored }) => {
		if (finds !== 2) return;
		row.stored = { ...stored, name: 'Newest', revision: stored.revision + 1 };
	});
	await expect(modifyRow(ports, row, rename)).rejects.toThrow(UidTakenError);
	expect(row.stored).toMatchObject({ uid: 'old', name: 'Newest' });
});

test('a row waits for one that is being inserted, which may be removed', async () => {
	const row = createRow([[{ id: 'a', isDecided: false }], [], []]);
	expect(await modifyRow(ports, row, rename)).toMatchObject({ uid: 'new' });
});
