const fc = require('fast-check');

const { RequestCoalescer } = require('../../../dist/core/receiving/coalescer');

/** A kind of wait that ends when the test says so. */
function waiting() {
	const open = [];
	return {
		wait: async () => await new Promise((resolve) => open.push(resolve)),
		begun: () => open.length,
		end: () => open.shift()(),
	};
}

/** What the leaders of bursts wait for. */
function waits() {
	const [window, extension] = [waiting(), waiting()];
	return {
		wait: { window: window.wait, extension: extension.wait },
		begun: window.begun,
		end: window.end,
		extension,
	};
}

/** Lets everything happen that waits for nothing more. */
const quiet = async () => await new Promise((resolve) => setImmediate(resolve));

const roomy = { maxItems: 50, maxOpenRequests: 100 };

/** Joins, and keeps what became of it. */
function joining(bursts, key, item, wait) {
	const request = { item };
	bursts.join(key, item, wait).then((role) => Object.assign(request, role));
	return request;
}

test('the first leads with the items of all, and the others follow with its fate', async () => {
	const bursts = new RequestCoalescer(roomy);
	const { end, wait } = waits();
	const requests = ['a', 'b', 'c'].map((item) => joining(bursts, 'k', item, wait));
	await quiet();
	expect(requests.map(({ role }) => role)).toEqual([undefined, undefined, undefined]);
	end();
	await quiet();
	expect(requests[0]).toMatchObject({ role: 'leader', items: ['a', 'b', 'c'] });
	expect(requests.slice(1).map(({ role }) => role)).toEqual([undefined, undefined]);
	requests[0].complete('as it was');
	await quiet();
	for (const request of requests.slice(1)) {
		expect(request).toMatchObject({ role: 'follower', response: 'as it was' });
	}
});

describe('who comes when the window is over begins another burst, which goes on gathering', () => {
	async function twoBursts() {
		const bursts = new RequestCoalescer(roomy);
		const { end, extension, wait } = waits();
		const first = joining(bursts, 'k', 'a', wait);
		await quiet();
		end();
		await quiet();
		const second = joining(bursts, 'k', 'b', wait);
		await quiet();
		end();
		await quiet();
		expect([first.items, second.items]).toEqual([['a'], undefined]);
		joining(bursts, 'k', 'c', wait);
		await quiet();
		return { first, second, extension };
	}

	test('until the one before is answered', async () => {
		const { first, second } = await twoBursts();
		first.complete('done');
		await quiet();
		expect(second.items).toEqual(['b', 'c']);
	});

	test('but not for ever', async () => {
		const { extension, second } = await twoBursts();
		extension.end();
		await quiet();
		expect(second.items).toEqual(['b', 'c']);
	});

	test('and not at all where that was answered in the window', async () => {
		const bursts = new RequestCoalescer(roomy);
		const { end, wait } = waits();
		const first = joining(bursts, 'k', 'a', wait);
		await quiet();
		end();
		await quiet();
		const second = joining(bursts, 'k', 'b', wait);
		first.complete('done');
		end();
		await quiet();
		expect(second.items).toEqual(['b']);
		const third = joining(bursts, 'k', 'c', wait);
		second.complete('done');
		await quiet();
		end();
		await quiet();
		expect(third.items).toEqual(['c']);
	});
});

test('triggers do not share bursts', async () => {
	const bursts = new RequestCoalescer(roomy);
	const { end, wait } = waits();
	const requests = ['k', 'l'].map((key) => joining(bursts, key, key, wait));
	await quiet();
	end();
	end();
	await quiet();
	expect(requests.map(({ items }) => items)).toEqual([['k'], ['l']]);
});

test('a full burst does not wait, and the next request begins another', async () => {
	const bursts = new RequestCoalescer({ maxItems: 2, maxOpenRequests: 100 });
	const { begun, wait } = waits();
	const requests = ['a', 'b', 'c'].map((item) => joining(bursts, 'k', item, wait));
	await quiet();
	expect(requests.map(({ items }) => items)).toEqual([['a', 'b'], undefined, undefined]);
	expect(begun()).toBe(2);
});

test('who comes when too many are held is on its own, until some are answered', async () => {
	const bursts = new RequestCoalescer({ maxItems: 50, maxOpenRequests: 2 });
	const { end, wait } = waits();
	const requests = ['a', 'b', 'c'].map((item) => joining(bursts, 'k', item, wait));
	await quiet();
	expect(requests[2]).toMatchObject({ role: 'leader', items: ['c'] });
	requests[2].complete('done');
	end();
	await quiet();
	expect(requests[0].items).toEqual(['a', 'b']);
	requests[0].complete('done');
	// Told twice, it would count twice.
	requests[0].complete('done');
	await quiet();
	const later = ['d', 'e', 'f'].map((item) => joining(bursts, 'k', item, wait));
	await quiet();
	end();
	await quiet();
	expect(later.map(({ items }) => items)).toEqual([['d', 'e'], undefined, ['f']]);
});

test('however requests, windows and answers interleave, each item goes to one leader, and each is told its leader’s fate', async () => {
	const step = fc.constantFrom('request', 'request', 'request', 'window', 'extension', 'answer');
	await fc.assert(
		fc.asyncProperty(
			fc.array(step, { maxLength: 60 }),
			fc.integer({ min: 1, max: 5 }),
			fc.integer({ min: 1, max: 8 }),
			async (steps, maxItems, maxOpenRequests) => {
				const bursts = new RequestCoalescer({ maxItems, maxOpenRequests });
				const { begun, end, extension, wait } = waits();
				const requests = [];
				const settled = new Set();
				const answer = () => {
					const leader = requests.find((one) => one.role === 'leader' && !settled.has(one));
					leader?.complete(leader);
					settled.add(leader);
				};
				for (const what of steps) {
					if (what === 'request') requests.push(joining(bursts, 'k', requests.length, wait));
					else if (what === 'answer') answer();
					else if (what === 'extension') extension.begun() > 0 && extension.end();
					else if (begun() > 0) end();
					await quiet();
					const followers = requests.filter(({ role }) => role === 'follower');
					for (const { item, response } of followers) {
						expect(settled).toContain(response);
						expect(response.items).toContain(item);
					}
				}
				while (begun() > 0) end();
				await quiet();
				for (const _ of requests) {
					answer();
					await quiet();
				}
				const led = requests.flatMap(({ items = [] }) => items);
				expect(led.sort((a, b) => a - b)).toEqual(requests.map(({ item }) => item));
				expect(requests.filter(({ role }) => role === undefined)).toEqual([]);
				expect(Math.max(0, ...requests.map(({ items = [] }) => items.length))).toBeLessThanOrEqual(
					maxItems,
				);
			},
		),
		{ numRuns: 500 },
	);
});
