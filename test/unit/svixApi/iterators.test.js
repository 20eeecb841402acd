const fc = require('fast-check');

const { parseIterator, pickPage } = require('../../../build/core/svixApi/iterators');

const entries = fc.uniqueArray(
	fc.record({
		time: fc.constantFrom('2025', '2026'),
		id: fc.string({ minLength: 1, maxLength: 3 }),
	}),
	{ maxLength: 12, selector: ({ id, time }) => `${time} ${id}` },
);
const getPosition = ({ id, time }) => [time, id];
const present = (entry) => entry;

/** Reads all pages in one direction. */
function readPages(list, request, next, field) {
	const pages = [];
	let iterator = next;
	let page;
	do {
		page = pickPage(list, { ...request, ...(iterator && { iterator }) }, getPosition, present);
		pages.push(page.data);
		iterator = page[field];
		expect(pages.length).toBeLessThan(20);
	} while (!page.done);
	return { pages, iterator };
}

test('pages have every entry once, in order, forward and back', () => {
	fc.assert(
		fc.property(
			entries.filter((list) => list.every(({ id }) => !id.startsWith('='))),
			fc.integer({ min: 1, max: 4 }),
			fc.constantFrom('ascending', 'descending'),
			(list, limit, order) => {
				const request = { limit, order };
				const forward = readPages(list, request, undefined, 'iterator');
				const all = forward.pages.flat();
				const sorted = [...list].sort((a, b) => (`${a.time}${a.id}` < `${b.time}${b.id}` ? -1 : 1));
				expect(all).toHaveLength(list.length);
				expect(new Set(all)).toEqual(new Set(sorted));
				const times = all.map(({ time }) => time);
				expect(times).toEqual(
					order === 'ascending' ? times.toSorted() : times.toSorted().reverse(),
				);
				if (all.length <= limit) return;
				const { prevIterator } = pickPage(
					list,
					{ ...request, iterator: lastIterator(list, request) },
					getPosition,
					present,
				);
				const last = forward.pages.at(-1);
				const back = readPages(list, request, prevIterator, 'prevIterator');
				expect([...back.pages.toReversed().flat(), ...last]).toEqual(all);
			},
		),
	);
});

/** Returns the iterator that leads to the last page. */
function lastIterator(list, request) {
	let iterator;
	for (;;) {
		const page = pickPage(
			list,
			{ ...request, ...(iterator && { iterator }) },
			getPosition,
			present,
		);
		if (page.done) return iterator;
		iterator = page.iterator;
	}
}

test.each([
	['another text', 'abc'],
	['a position of another list', Buffer.from('["2025"]').toString('base64url')],
	['a value that n8n would evaluate', Buffer.from('["2025","={{1}}"]').toString('base64url')],
	['numbers', Buffer.from('[1,2]').toString('base64url')],
])('an iterator that is %s is rejected', (_, iterator) => {
	expect(() => parseIterator(iterator, 2)).toThrow('must be the iterator of another page');
	expect(() => parseIterator(`-${iterator}`, 2)).toThrow('must be the iterator of another page');
});
