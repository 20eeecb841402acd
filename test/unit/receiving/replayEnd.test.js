const { receiveRequest } = require('../../../build/core/receiving/receive');
const { findReplayEnd } = require('../../../build/core/receiving/replayEnd');

const {
	createRequest,
	createRules,
	NOW_MS,
	secretsFor,
	signed,
	STANDARD,
	STANDARD_SECRET,
} = require('./requests');

const content = (timestamp) => ({ forms: [], content: '{body}', timestamp });
const token = (facts) => ({ kind: 'jwt', toleranceSeconds: 60, ...facts });

test.each([
	['a time', content({ toleranceSeconds: 300 }), { timestampMs: 1000 }, undefined, 301_000],
	['a tolerance of its own', content({ toleranceSeconds: 300 }), { timestampMs: 1000 }, 9, 10_000],
	['no time', content(undefined), {}, undefined, undefined],
	['no time, with a tolerance', content(undefined), {}, 9, undefined],
	[
		'exp',
		token({ maxAgeSeconds: 5 }),
		{ timestampMs: 0, claims: { exp: 100 } },
		undefined,
		160_000,
	],
	['iat', token({ maxAgeSeconds: 5 }), { timestampMs: 1000, claims: {} }, undefined, 66_000],
	[
		'a token that never expires',
		token({}),
		{ timestampMs: 1000, claims: {} },
		undefined,
		undefined,
	],
	[
		'a created message signature',
		{ kind: 'messageSignature', toleranceSeconds: 300 },
		{ timestampMs: 1000 },
		undefined,
		301_000,
	],
	[
		'a message signature that only expires',
		{ kind: 'messageSignature', toleranceSeconds: 300 },
		{},
		undefined,
		undefined,
	],
])('the end of replays of %s', (_, scheme, times, tolerance, expected) => {
	expect(findReplayEnd(scheme, times, tolerance)).toBe(expected);
});

test('an accepted request says until when a replay of it is in time', async () => {
	const { signature, ...tokens } = secretsFor('standardWebhooks', [STANDARD_SECRET]);
	const rules = createRules('standardWebhooks', 'event', {
		methods: ['signature'],
		loadSecrets: async () => ({
			...tokens,
			signature: { ...signature, toleranceSeconds: 200_000 },
		}),
	});
	const headers = signed('standardWebhooks', STANDARD, { secret: STANDARD_SECRET });
	const received = await receiveRequest(rules, createRequest({ body: STANDARD, headers }));
	expect(received.replayEndMs).toBe(NOW_MS + 200_000_000);
});
