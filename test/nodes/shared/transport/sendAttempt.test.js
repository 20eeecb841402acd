/** One attempt, with a context whose helper streams what a test says. */
const { EventEmitter } = require('node:events');

const { sendAttempt } = require('../../../../build/nodes/shared/transport/sendAttempt');

const BYTES = 1_000_000;

const TARGET = {
	url: 'https://example.com/hooks',
	headers: {},
	signed: false,
	skipTlsCheck: false,
	timeoutMs: 60_000,
};

/** Makes an attempt whose response is what `emit` emits. */
async function attempt(maxResponseBytes, emit) {
	const stream = Object.assign(new EventEmitter(), { destroyed: false, destroy: () => {} });
	const context = {
		getExecutionCancelSignal: () => undefined,
		helpers: {
			httpRequest: async () => {
				setImmediate(() => emit(stream));
				return { statusCode: 200, headers: {}, body: stream };
			},
		},
	};
	const target = { ...TARGET, maxResponseBytes };
	return await sendAttempt(context, { target, key: 'evt_1', body: Buffer.from('{}'), nowMs: 0 });
}

test('keeps little more than its bytes of a response that comes byte by byte', async () => {
	let keptMegabytes;
	const result = await attempt(2 * BYTES, (stream) => {
		const before = process.memoryUsage().heapUsed;
		for (let count = 0; count < BYTES; count += 1) stream.emit('data', Buffer.from('a'));
		keptMegabytes = (process.memoryUsage().heapUsed - before) / 1_000_000;
		stream.emit('end');
	});
	expect(result).toMatchObject({ body: 'a'.repeat(BYTES), bodyTruncated: false });
	expect(keptMegabytes).toBeLessThan(60);
});

test.each([
	[6, ['abc', 'def'], 'abcdef', false],
	[5, ['abc', 'def'], 'abcde', true],
	[0, ['abc'], '', true],
	[0, [], '', false],
	[2.5, ['a', 'b', 'c'], 'ab', true],
	[3, ['abc', 'def', 'ghi'], 'abc', true],
	// A byte order mark is none of the text, but what looks like one later is.
	[20, ['\ufeff{"a":1}'], '{"a":1}', false],
	[20, ['a\ufeff'], 'a\ufeff', false],
	[2, ['\ufeffab'], '', true],
])('keeps at most %s bytes of the chunks %j', async (maxBytes, chunks, body, bodyTruncated) => {
	const result = await attempt(maxBytes, (stream) => {
		for (const chunk of chunks) stream.emit('data', Buffer.from(chunk));
		stream.emit('end');
	});
	expect(result).toMatchObject({ body, bodyTruncated });
});
