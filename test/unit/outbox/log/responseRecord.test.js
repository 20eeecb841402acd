const fc = require('fast-check');

const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');
const { replayDelivery } = require('../../../../build/core/outbox/dispatch/replay');
const {
	limitResponses,
	presentLoggedAttempt,
	recordResponse,
} = require('../../../../build/core/outbox/log/responseRecord');
const { toResultItem } = require('../../../../build/core/sending/resultItem');

const { createWorld, events, LIMITS, MINUTE } = require('../world');

const KB = 1024;
const ATTEMPT = { attempt: 1, outcome: 'retryable', status_code: 500, error_message: 'why' };
const keep = (text) => text;
const answer = (more) => ({
	kind: 'response',
	statusCode: 500,
	headers: {},
	body: '',
	bodyTruncated: false,
	...more,
});

describe('recordResponse', () => {
	test('keeps the beginning of a long answer, and says that it was longer', () => {
		const { response } = recordResponse(ATTEMPT, answer({ body: 'é'.repeat(3000) }), keep);
		expect(response).toEqual({ headers: {}, body: 'é'.repeat(KB), body_truncated: true });
		const whole = recordResponse(ATTEMPT, answer({ body: 'x'.repeat(2 * KB) }), keep);
		expect(whole.response).toMatchObject({ body: 'x'.repeat(2 * KB), body_truncated: false });
		const cut = recordResponse(ATTEMPT, answer({ body: 'x', bodyTruncated: true }), keep);
		expect(cut.response).toMatchObject({ body: 'x', body_truncated: true });
	});

	test('keeps a few headers, and of a redirect no query', () => {
		const headers = {
			'content-type': 'text/html',
			server: 'nginx',
			'cf-ray': ['8a1', '8a2'],
			'x-request-id': 'r'.repeat(500),
			location: 'https://shop.example/login?token=abc#there',
			'set-cookie': 'session=1',
			'x-other': 'left out',
		};
		const { response } = recordResponse(ATTEMPT, answer({ headers }), keep);
		expect(response.headers).toEqual({
			'content-type': 'text/html',
			server: 'nginx',
			'cf-ray': '8a1, 8a2',
			'x-request-id': 'r'.repeat(200),
			location: 'https://shop.example/login',
		});
	});

	test('keeps nothing of an attempt without an answer but its error', () => {
		const mask = (text) => text.replace('secret', '…');
		const attempt = { ...ATTEMPT, error_message: 'Cannot reach ?key=secret' };
		const error = { kind: 'error', code: 'ECONNREFUSED', message: '' };
		expect(recordResponse(attempt, error, mask)).toEqual({
			...ATTEMPT,
			error_message: 'Cannot reach ?key=…',
		});
	});
});

test('limitResponses leaves out the older answers, and never exceeds 16 KB', () => {
	fc.assert(
		fc.property(
			fc.array(fc.string({ unit: 'binary', maxLength: 2 * KB, size: 'max' }), { maxLength: 30 }),
			(bodies) => {
				const attempts = bodies.map((body) => recordResponse(ATTEMPT, answer({ body }), keep));
				const kept = limitResponses(attempts);
				const responses = kept.flatMap(({ response }) => response ?? []);
				const bytes = responses.map((one) => Buffer.byteLength(JSON.stringify(one)));
				expect(bytes.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(16 * KB);
				expect(kept.map(({ response: _, ...rest }) => rest)).toEqual(bodies.map(() => ATTEMPT));
				const without = kept.filter(({ response }) => response === undefined).length;
				expect(kept.slice(0, without).every(({ response }) => response === undefined)).toBe(true);
			},
		),
		{ numRuns: 30 },
	);
});

describe('the log of a delivery', () => {
	const RETRIES = {
		retry_policy: { schedule: 'list', delays: Array(20).fill('1 min').join(', ') },
	};

	test('has what each attempt was answered, within bounds, however often it was attempted', async () => {
		const world = createWorld({ answer: ({ count }) => answer({ body: `${count} `.repeat(KB) }) });
		await world.register('ep_a', { settings: RETRIES });
		await publishEvents(world.process(), events(1), LIMITS);
		for (let run = 0; run < 30; run += 1) {
			world.clock.advance(2 * MINUTE);
			const [{ delivery_id: id }] = world.deliveries();
			if (world.statuses()[0] === 'failed') await replayDelivery(world.process(), id, LIMITS);
			else await deliverDue(world.process(), LIMITS);
		}
		const [{ attempt_log: log, attempts }] = world.deliveries();
		expect(attempts).toBe(31);
		expect(Buffer.byteLength(log)).toBeLessThan(24 * KB);
		const [first, ...others] = JSON.parse(log).map(presentLoggedAttempt);
		expect(first).toMatchObject({
			attempt: 1,
			response: null,
		});
		expect(others.at(-1)).toMatchObject({ attempt: 31, response: { body_truncated: true } });
		expect(others.at(-1).response.body).toMatch(/^31 31 /);
	});

	test('has no secret of the endpoint, whatever is answered', async () => {
		const SECRETS = {
			url: 'https://a.example/hooks?key=url-secret',
			signingSecret: 'signing "secret"',
			authentication: { authentication: 'bearer', token: 'token-secret' },
			headers: { 'X-Key': 'header-secret' },
		};
		const echo = Object.values(SECRETS).map((value) => JSON.stringify(value));
		const answers = [
			answer({ body: echo.join('\n') }),
			answer({ body: JSON.stringify(echo), headers: { server: echo.join() } }),
			answer({ body: 'x'.repeat(2040) + echo.join(), bodyTruncated: true }),
			answer({ headers: { location: 'https://b.example/header-secret?key=url-secret' } }),
			{ kind: 'error', code: 'ECONNRESET', message: `Cannot reach ${SECRETS.url}` },
		];
		const world = createWorld({ answer: ({ count }) => answers[count % answers.length] });
		await world.register('ep_a', { ...SECRETS, settings: RETRIES });
		await publishEvents(world.process(), events(1), LIMITS);
		for (let run = 0; run < 5; run += 1) {
			world.clock.advance(2 * MINUTE);
			await deliverDue(world.process(), LIMITS);
			const rows = JSON.stringify([world.deliveries(), world.store.rows('events')]);
			expect(rows).not.toMatch(/(url|signing|token|header)[^a-z]*secret/);
			expect(rows).toContain('••••••••');
		}
	});

	test('is not repeated in the result item, which has the last response', async () => {
		const world = createWorld({ answer: () => answer({ body: 'Out of stock' }) });
		await world.register('ep_a');
		const { sent } = await publishEvents(world.process(), events(1), LIMITS);
		const [{ delivery, endpoint, response }] = sent[0].deliveries;
		const item = toResultItem(delivery, { endpoint, response });
		expect(item.response).toMatchObject({ body: 'Out of stock' });
		expect(JSON.stringify(item.attempt_log)).not.toContain('Out of stock');
		expect(world.deliveries()[0].attempt_log).toContain('Out of stock');
	});
});
