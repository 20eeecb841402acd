/**
 * Measures whether the time of a rejection reveals how much of a guess is right: two classes of guesses, wrong in
 * their first and in their last character, mixed at random; outliers are cropped, and Welch's t compares the
 * rest, as dudect does (Reparaz, Balasch and Verbauwhede, "Dude, is my code constant time?").
 *
 * In this process, since over HTTP n8n's own noise, milliseconds, hides what is looked for.
 */
const { randomBytes } = require('node:crypto');

const { checkSignature, checkToken } = require('../../../build/core/receiving/authenticate');
const { getPlatform } = require('../../../build/core/platforms');
const { signRequest } = require('../../../build/core/signing/sign');

const SAMPLES = 10_000;
const CALLS_IN_A_SAMPLE = 2;
const VARIANTS = 64;
/** dudect's limit: beyond it, the classes take different times almost certainly. */
const MAX_T = 4.5;
const ROUNDS = 3;
/** Share of the samples to use: the others were interrupted. */
const KEPT = 0.9;

// Long, so that a comparison that ends early would be visible. 1024 characters.
const TOKEN = randomBytes(512).toString('hex');
const BODY = Buffer.from('{"message":"Hello"}');
const NOW_MS = Date.UTC(2024, 0, 20);

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

function welchT(a, b) {
	const [meanA, meanB] = [mean(a), mean(b)];
	const squareError = (values, around) =>
		mean(values.map((value) => (value - around) ** 2)) / (values.length - 1);
	return (meanA - meanB) / Math.sqrt(squareError(a, meanA) + squareError(b, meanB));
}

/** @param classes two lists of guesses */
function timeDifference(reject, classes) {
	const times = [[], []];
	for (let sample = 0; sample < SAMPLES; sample += 1) {
		const side = Math.random() < 0.5 ? 0 : 1;
		const guess = classes[side][Math.floor(Math.random() * VARIANTS)];
		const begun = process.hrtime.bigint();
		for (let call = 0; call < CALLS_IN_A_SAMPLE; call += 1) reject(guess);
		times[side].push(Number(process.hrtime.bigint() - begun));
	}
	const limit = times.flat().sort((a, b) => a - b)[Math.floor(SAMPLES * KEPT)];
	return welchT(...times.map((side) => side.filter((time) => time <= limit)));
}

/** The t of each round. A busy machine may distort one of them, differently each time. */
function rounds(reject, classes) {
	const sorted = [];
	// The first one only lets the compiler settle.
	for (let round = 0; round <= ROUNDS; round += 1) sorted.push(timeDifference(reject, classes));
	return sorted.slice(1);
}

const isLeak = (ts) => ts.every((t) => Math.abs(t) > MAX_T);

const otherDigit = (digit) =>
	(parseInt(digit, 16) ^ (1 + Math.floor(Math.random() * 15))).toString(16);

/**
 * Guesses that are wrong in one hex digit, the first or the last, each made into what a caller sends.
 * Many of both are created in turn, so that their place in memory reveals nothing.
 */
function guesses(right, make) {
	const classes = [[], []];
	for (let variant = 0; variant < VARIANTS; variant += 1) {
		[0, right.length - 1].forEach((at, side) => {
			const wrong = right.slice(0, at) + otherDigit(right[at]) + right.slice(at + 1);
			classes[side].push(make(Buffer.from(wrong, 'latin1').toString('latin1')));
		});
	}
	return classes;
}

const secrets = {
	urlTokens: [TOKEN],
	bearerTokens: [TOKEN],
	header: { names: ['x-key'], prefix: '', tokens: [TOKEN] },
	body: { field: '', tokens: [] },
	basic: { user: 'sender', password: TOKEN },
	signature: { scheme: getPlatform('workflux').scheme, secrets: [TOKEN] },
};

const [[signatureHeader, signature]] = Object.entries(
	signRequest(secrets.signature.scheme, {
		body: BODY,
		id: 'msg_1',
		nowMs: NOW_MS,
		secrets: [TOKEN],
	}),
);

const caller = (changes) => ({ query: {}, headers: {}, ...changes });
const withAuthorization = (authorization) => caller({ headers: { authorization } });
const base64 = (text) => Buffer.from(text, 'utf8').toString('base64');
const simple = (method) => (request) => checkToken(method, secrets, request);

const REJECTIONS = {
	'a URL token': [simple('urlToken'), TOKEN, (token) => caller({ query: { token } })],
	'a Bearer token': [simple('bearer'), TOKEN, (token) => withAuthorization(`Bearer ${token}`)],
	'a header token': [
		simple('headerToken'),
		TOKEN,
		(token) => caller({ headers: { 'x-key': token } }),
	],
	'a password': [
		simple('basic'),
		TOKEN,
		(password) => withAuthorization(`Basic ${base64(`sender:${password}`)}`),
	],
	'a signature': [
		(headers) =>
			checkSignature(secrets, {
				headers,
				body: BODY,
				nowMs: NOW_MS,
				request: () => ({ method: 'POST', url: '' }),
			}),
		signature,
		(guess) => ({ [signatureHeader.toLowerCase()]: guess }),
	],
};

test('the measurement finds a comparison that stops at the first difference', () => {
	const naive = (guess) => {
		for (let at = 0; at < TOKEN.length; at += 1) if (guess[at] !== TOKEN[at]) return false;
		return true;
	};
	const ts = rounds(
		naive,
		guesses(TOKEN, (guess) => guess),
	);
	expect({ ts, isLeak: isLeak(ts) }).toMatchObject({ isLeak: true });
});

test.each(Object.keys(REJECTIONS))('the time to reject %s reveals nothing about it', (name) => {
	const [reject, right, make] = REJECTIONS[name];
	expect(reject(make(right))?.code).toBeUndefined();
	const classes = guesses(right, make);
	for (const guess of classes.flat()) expect(reject(guess).code).toMatch(/_INVALID$/);
	const ts = rounds(reject, classes);
	expect({ ts, isLeak: isLeak(ts) }).toMatchObject({ isLeak: false });
});
