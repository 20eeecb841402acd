const fc = require('fast-check');

const { RequestCoalescer } = require('../../../build/core/receiving/coalescer');

/** A wait that ends when the test ends it. */
function waiting() {
	const open = [];
	return {
		wait: async () => await new Promise((resolve) => open.push(resolve)),
		begun: () => open.length,
		end: () => open.shift()(),
	};
}

/** The waits of the leaders of bursts. */
function waits() {
	const [window, extension] = [waiting(), waiting()];
	return {
		wait: { window: window.wait, extension: extension.wait },
		begun: window.begun,
		end: window.end,
		extension,
	};
}

/** Waits until only the waits of the test are left. */
const quiet = async () => await new Promise((resolve) => setImmediate(resolve));

const roomy = { maxItems: 50, maxOpenRequests: 100 };

/** Joins a burst, and keeps the role when it is known. */
function joining(bursts, key, item, wait) {
	const request = { item };
	bursts.join(key, item, wait).then((role) => Object.assign(request, role));
	return request;
}

test('the first request leads with all items, and the others get its response', async () => {
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

describe('a request after the window opens another burst, which collects requests', () => {
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

	test('until the previous burst is answered', async () => {
		const { first, second } = await twoBursts();
		first.complete('done');
		await quiet();
		expect(second.items).toEqual(['b', 'c']);
	});

	test('until the extension is over if the previous burst is not answered', async () => {
		const { extension, second } = await twoBursts();
		extension.end();
		await quiet();
		expect(second.items).toEqual(['b', 'c']);
	});

	test('only for its window if the previous burst is answered by then', async () => {
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

test('a full burst does not wait, and the next request opens another', async () => {
	const bursts = new RequestCoalescer({ maxItems: 2, maxOpenRequests: 100 });
	const { begun, wait } = waits();
	const requests = ['a', 'b', 'c'].map((item) => joining(bursts, 'k', item, wait));
	await quiet();
	expect(requests.map(({ items }) => items)).toEqual([['a', 'b'], undefined, undefined]);
	expect(begun()).toBe(2);
});

test('a request is processed by itself while too many requests are open', async () => {
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
	// A second call must not count twice.
	requests[0].complete('done');
	await quiet();
	const later = ['d', 'e', 'f'].map((item) => joining(bursts, 'k', item, wait));
	await quiet();
	end();
	await quiet();
	expect(later.map(({ items }) => items)).toEqual([['d', 'e'], undefined, ['f']]);
});

test('each item goes to exactly one leader and each follower gets its leader’s response, in any order of requests, windows and answers', async () => {
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
