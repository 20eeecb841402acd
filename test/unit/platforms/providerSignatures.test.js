const { verifyRequest } = require('../../../build/core/signing/verify');

const { CONVOY_INVALID_VECTORS } = require('./vectors');
const {
	failureWith,
	findVector,
	getVectorScheme,
	hmac,
	verifyVector,
	verifyWithSignature,
} = require('./verifyVector');

const FORM = 'application/x-www-form-urlencoded';

describe('Stripe signatures', () => {
	const vector = findVector('stripe', 'stripe-node generated');
	const [time, right] = vector.headers['stripe-signature'].split(',');
	const wrong = `v1=${hmac('sha256', 'the one before', vector.body, 'hex')}`;
	const withParts = (...parts) => verifyWithSignature(vector, () => parts.join(','));

	// stripe@23.1.0 webhooks.constructEvent accepts and rejects the same headers.
	test('are accepted if one v1 is valid, wherever it is in the header', () => {
		for (const parts of [
			[time, wrong, right],
			[time, right, wrong],
			[right, wrong, time],
			[time, 'v0=63f3a723', right],
		]) {
			expect(withParts(...parts).valid).toBe(true);
		}
	});

	test('are accepted with white space around the parts', () => {
		for (const parts of [
			[time, ` ${right}`],
			[`${time} `, `\t${right} `],
			[` ${wrong}`, ` ${time}`, ` ${right}`],
		]) {
			expect(withParts(...parts).valid).toBe(true);
		}
	});

	test('are rejected if no v1 is valid, v1 is missing, or white space is in a part', () => {
		expect(withParts(time, wrong, wrong)).toEqual(failureWith('SIGNATURE_INVALID'));
		expect(withParts(time, right.replace('v1', 'v0'))).toEqual(failureWith('SIGNATURE_MALFORMED'));
		expect(withParts(time, right.replace('v1=', 'v1 = '))).toEqual(
			failureWith('SIGNATURE_MALFORMED'),
		);
	});

	// src/StripeTests/Services/Events/EventUtilityTest.cs verifies its event 100 seconds later.
	test('are accepted at the time at which stripe-dotnet’s test verifies them', () => {
		const event = findVector('stripe', 'stripe-dotnet');
		expect(verifyVector(event, { nowMs: 1_533_204_720_000 }).valid).toBe(true);
	});
});

describe('Convoy signatures', () => {
	test.each(CONVOY_INVALID_VECTORS)(
		'of the $provider vector "$name" ($source) are rejected with $code',
		(vector) => {
			expect(verifyVector(vector)).toEqual(failureWith(vector.code));
		},
	);

	test('are rejected if a simple one is sent for the advanced scheme, or the reverse', () => {
		const simple = findVector('convoySimple', 'simple_sha256_hex_valid');
		const advanced = findVector('convoyAdvanced', 'advanced_sha256_hex_valid');
		expect(verifyVector({ ...simple, provider: 'convoyAdvanced' })).toEqual(
			failureWith('SIGNATURE_MALFORMED'),
		);
		expect(verifyVector({ ...advanced, provider: 'convoySimple' })).toEqual(
			failureWith('SIGNATURE_MALFORMED'),
		);
	});
});

describe('Svix signatures', () => {
	const vector = findVector('svix', 'js-sign');

	test('are accepted if one of several is valid', () => {
		const others = (value) => `v1,${'A'.repeat(43)}= ${value} v2,${value.slice(3)}`;
		expect(verifyWithSignature(vector, others).valid).toBe(true);
	});

	test('are rejected if their version is not v1', () => {
		const v2 = (value) => value.replace('v1,', 'v2,');
		expect(verifyWithSignature(vector, v2)).toEqual(failureWith('SIGNATURE_MALFORMED'));
	});

	test('are verified with a secret without whsec_', () => {
		expect(verifyVector(vector, { secrets: [vector.secret.slice('whsec_'.length)] }).valid).toBe(
			true,
		);
	});
});

describe('Hookdeck signatures while the secret is rotated', () => {
	const vector = findVector('hookdeck', 'hermes');
	const FIRST = 'x-hookdeck-signature';
	const SECOND = 'x-hookdeck-signature-2';
	const right = vector.headers[FIRST];
	const wrong = hmac('sha256', 'the new secret', vector.body, 'base64');

	test('are accepted in the second header', () => {
		expect(verifyVector(vector, { headers: { [FIRST]: wrong, [SECOND]: right } }).valid).toBe(true);
		expect(verifyVector(vector, { headers: { [SECOND]: wrong } }).valid).toBe(true);
	});

	test('are rejected if neither header is valid, or the second was sent twice', () => {
		expect(verifyVector(vector, { headers: { [FIRST]: wrong, [SECOND]: wrong } })).toEqual(
			failureWith('SIGNATURE_INVALID'),
		);
		for (const headers of [
			{ [FIRST]: wrong, [SECOND]: [right, right] },
			{ [FIRST]: wrong, [SECOND]: `${right}, ${right}` },
		]) {
			expect(verifyVector(vector, { headers }).valid).toBe(false);
		}
	});
});

describe('Twilio signatures', () => {
	const form = findVector('twilio', 'form');
	const json = findVector('twilio', 'json bodySHA256');
	const digest = new URL(json.url).searchParams.get('bodySHA256');
	const signedFor = (url, content = '') => ({
		...form,
		url,
		headers: {
			...form.headers,
			'x-twilio-signature': hmac('sha1', form.secret, url + content, 'base64'),
		},
	});

	test('are rejected if the digest of a JSON body is wrong or missing', () => {
		for (const url of [
			json.url.replace(digest, 'f'.repeat(64)),
			json.url.replace(digest, ''),
			json.url.replace(/&bodySHA256=.*/, ''),
		]) {
			const vector = {
				...json,
				headers: { ...signedFor(url).headers, 'content-type': 'application/json' },
			};
			expect(verifyVector(vector, { url })).toEqual(failureWith('BODY_DIGEST_INVALID'));
		}
	});

	test('are rejected if an empty form replaces the body that the digest is of', () => {
		for (const body of ['', '&', '=']) {
			expect(verifyVector(json, { body, headers: { 'content-type': FORM } })).toEqual(
				failureWith('BODY_DIGEST_INVALID'),
			);
		}
	});

	test('are rejected for another URL', () => {
		for (const url of [
			form.url.replace('https', 'http'),
			form.url.replace('mycompany', 'myc0mpany'),
			form.url.replace('bar=2', 'bar=3'),
			`${form.url}&more=1`,
		]) {
			expect(verifyVector(form, { url })).toEqual(failureWith('SIGNATURE_INVALID'));
		}
	});

	test('are accepted with or without the default port, but not with another port', () => {
		const content = [...new URLSearchParams(form.body)]
			.map(([name, value]) => name + value)
			.sort()
			.join('');
		const withPort = signedFor('https://mycompany.com:8443/myapp.php', content);
		expect(verifyVector(withPort).valid).toBe(true);
		expect(verifyVector(withPort, { url: 'https://mycompany.com/myapp.php' }).valid).toBe(false);
		expect(verifyVector(withPort, { url: 'https://mycompany.com:8444/myapp.php' }).valid).toBe(
			false,
		);
		const withDefaultPort = signedFor('https://mycompany.com:443/myapp.php', content);
		expect(verifyVector(withDefaultPort, { url: 'https://mycompany.com/myapp.php' }).valid).toBe(
			true,
		);
	});

	test('cover each value of a repeated field once, in alphabetical order', () => {
		const repeated = findVector('twilio', 'duplicate params');
		for (const body of [
			'Digits=1234&Digits=5678&Sid=CA123&SidAccount=AC123',
			'Digits=1234&Sid=CA123&Digits=5678&SidAccount=AC123&Digits=1234',
		]) {
			expect(verifyVector(repeated, { body }).valid).toBe(true);
		}
		const fewer = 'Digits=1234&Sid=CA123&SidAccount=AC123';
		expect(verifyVector(repeated, { body: fewer })).toEqual(failureWith('SIGNATURE_INVALID'));
	});

	test('cannot be verified without the URL', () => {
		expect(() =>
			verifyRequest(getVectorScheme(form), {
				headers: form.headers,
				body: Buffer.from(form.body),
				nowMs: 0,
				secrets: [form.secret],
			}),
		).toThrow('signs the request');
	});
});

describe('HubSpot signatures', () => {
	const vector = findVector('hubspot', 'url decoding');

	test('cover the URL with only the documented characters decoded', () => {
		expect(verifyVector(vector, { url: vector.url.replaceAll('%3A', '%3a') }).valid).toBe(true);
		for (const url of [
			vector.url.replace('%20', ' '),
			vector.url.replace('a%20b', 'a%2520b'),
			decodeURIComponent(vector.url),
		]) {
			expect(verifyVector(vector, { url })).toEqual(failureWith('SIGNATURE_INVALID'));
		}
	});

	test('are rejected for another method', () => {
		expect(verifyVector(vector, { method: 'PUT' })).toEqual(failureWith('SIGNATURE_INVALID'));
	});
});

describe('Linear signatures', () => {
	const vector = findVector('linear', 'sdk test body');
	const withTime = (webhookTimestamp) => {
		const body = JSON.stringify({ ...JSON.parse(vector.body), webhookTimestamp });
		const signature = hmac('sha256', vector.secret, body, 'hex');
		return verifyVector(vector, { body, headers: { 'linear-signature': signature } });
	};

	test('are rejected if the signed body has no usable timestamp', () => {
		expect(withTime(vector.nowMs).valid).toBe(true);
		for (const value of [undefined, null, '', true, [vector.nowMs]]) {
			expect(withTime(value)).toEqual(failureWith('TIMESTAMP_MISSING'));
		}
		for (const value of [-1, 1.5, 1e30, 'now']) {
			expect(withTime(value)).toEqual(failureWith('TIMESTAMP_MALFORMED'));
		}
	});

	// https://linear.app/developers/webhooks: after a minute, an hour and six hours.
	test('are accepted for each of Linear’s byte-identical retries, and no later', () => {
		const verifyAfter = (seconds) => verifyVector(vector, { nowMs: vector.nowMs + seconds * 1000 });
		for (const seconds of [60, 3660, 6 * 3600, 60 + 3600 + 6 * 3600]) {
			expect(verifyAfter(seconds).valid).toBe(true);
		}
		expect(verifyAfter(8 * 3600)).toEqual(failureWith('TIMESTAMP_OUT_OF_TOLERANCE'));
	});

	test('are rejected as invalid, not as expired, if a stale body is not authentic', () => {
		expect(verifyVector(vector, { body: `${vector.body} `, nowMs: 0 })).toEqual(
			failureWith('SIGNATURE_INVALID'),
		);
	});
});
