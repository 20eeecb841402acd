const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');

const { createWorld, events, LIMITS, response } = require('../world');

const MEGABYTE = 1_048_576;
const BODY = 'a'.repeat(MEGABYTE);

async function sendAll(count, limits, statusCode = 200) {
	const world = createWorld({ answer: () => ({ ...response(statusCode), body: BODY }) });
	await world.register('ep_a');
	const { sent } = await publishEvents(world.process(), events(count), { ...LIMITS, ...limits });
	return sent.map(({ deliveries }) => deliveries[0].response);
}

test('keeps whole answers only until all of a send’s are 64 MB, and says which it cut', async () => {
	const answers = await sendAll(70, { maxResponseBytes: MEGABYTE });
	const [whole, cut] = [false, true].map((truncated) =>
		answers.filter(({ body_truncated }) => body_truncated === truncated),
	);
	expect(whole.map(({ body }) => body.length)).toEqual(Array(64).fill(MEGABYTE));
	expect(cut.map(({ body }) => body.length)).toEqual(Array(6).fill(4096));
});

test('keeps no more of a failure than without the wish for whole answers', async () => {
	const [failed] = await sendAll(1, { maxResponseBytes: MEGABYTE }, 500);
	expect(failed).toEqual({ status_code: 500, body: 'a'.repeat(4096), body_truncated: true });
});
