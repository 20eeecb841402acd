const { PLATFORMS } = require('../../../build/core/platforms');

const { PRESET_VECTORS } = require('./presetVectors');
const { VECTORS } = require('./vectors');
const {
	failureWith,
	getSignatureHeader,
	getVectorScheme,
	verifyVector,
	verifyWithSignature,
} = require('./verifyVector');

const OTHER_SECRETS = {
	// RFC 8032 7.1 TEST 2
	publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
	standardWebhooks: `whsec_${Buffer.alloc(24, 7).toString('base64')}`,
	text: 'another secret',
};
const HEX_SIGNATURE = /[0-9a-f]{64,}/;

test('every provider has at least one vector', () => {
	const providers = PLATFORMS.filter(({ section }) => section === 'provider').map(({ id }) => id);
	const tested = [...VECTORS, ...PRESET_VECTORS].map(({ provider }) => provider);
	expect([...new Set(tested)].sort()).toEqual(providers.sort());
});

describe.each(VECTORS)('verifyRequest with the $provider vector "$name" ($source)', (vector) => {
	const scheme = getVectorScheme(vector);
	const { timestamp } = scheme;
	const name = getSignatureHeader(vector);
	const digestsBody = vector.url?.includes('bodySHA256=') ?? false;

	test('accepts the signature', () => {
		expect(verifyVector(vector)).toEqual({
			valid: true,
			id: scheme.idHeader && vector.headers[scheme.idHeader],
			timestampMs: timestamp && vector.nowMs,
		});
	});

	test('accepts the signature if one of several secrets matches', () => {
		const secrets = [OTHER_SECRETS[scheme.secretFormat], vector.secret];
		expect(verifyVector(vector, { secrets }).valid).toBe(true);
	});

	test.each([
		['longer', `${vector.body} `],
		['shorter', vector.body.slice(1)],
		['replaced', '{"injected":true}'],
		['removed', ''],
	])('rejects the request if its body is %s', (_, body) => {
		expect(verifyVector(vector, { body })).toEqual(
			failureWith(digestsBody ? 'BODY_DIGEST_INVALID' : 'SIGNATURE_INVALID'),
		);
	});

	test('rejects the request with another secret', () => {
		const secrets = [OTHER_SECRETS[scheme.secretFormat]];
		expect(verifyVector(vector, { secrets })).toEqual(failureWith('SIGNATURE_INVALID'));
	});

	test('rejects the request without its signature', () => {
		for (const value of [undefined, '', []]) {
			expect(verifyVector(vector, { headers: { [name]: value } })).toEqual(
				failureWith('SIGNATURE_MISSING'),
			);
		}
	});

	test('rejects a signature header that was sent twice, as a list or joined', () => {
		const double = (value) => [value, value];
		expect(verifyWithSignature(vector, double)).toEqual(failureWith('SIGNATURE_MALFORMED'));
		const joined = (value) => `${value}, ${value}`;
		expect(verifyWithSignature(vector, joined)).toEqual(failureWith('SIGNATURE_MALFORMED'));
		expect(verifyWithSignature(vector, (value) => `${value},${value}`).valid).toBe(false);
	});

	test('rejects a signature header that contains no signature', () => {
		for (const value of ['?', 'no signature', '{}', ' ']) {
			expect(verifyWithSignature(vector, () => value)).toEqual(failureWith('SIGNATURE_MALFORMED'));
		}
	});

	if (HEX_SIGNATURE.test(vector.headers[name])) {
		test('accepts a signature in upper-case hex, which is the same number', () => {
			const upperCase = (value) =>
				value.replace(new RegExp(HEX_SIGNATURE, 'g'), (hex) => hex.toUpperCase());
			expect(verifyWithSignature(vector, upperCase).valid).toBe(true);
		});
	}

	if (scheme.idHeader) {
		test('rejects the request without its ID, with two IDs and with another ID', () => {
			const id = vector.headers[scheme.idHeader];
			const withId = (value) => verifyVector(vector, { headers: { [scheme.idHeader]: value } });
			expect(withId(undefined)).toEqual(failureWith('ID_MISSING'));
			expect(withId([id, id])).toEqual(failureWith('ID_MALFORMED'));
			expect(withId(`${id}2`)).toEqual(failureWith('SIGNATURE_INVALID'));
		});
	}

	if (timestamp) {
		test('rejects a timestamp one second outside the tolerance, in the past or the future', () => {
			const toleranceMs = timestamp.toleranceSeconds * 1000;
			for (const direction of [1, -1]) {
				const atTolerance = vector.nowMs + direction * toleranceMs;
				expect(verifyVector(vector, { nowMs: atTolerance }).valid).toBe(true);
				expect(verifyVector(vector, { nowMs: atTolerance + direction * 1000 })).toEqual(
					failureWith('TIMESTAMP_OUT_OF_TOLERANCE'),
				);
			}
		});
	}

	if (timestamp?.header) {
		const withTimestamp = (value) =>
			verifyVector(vector, { headers: { [timestamp.header.toLowerCase()]: value } });
		const value = vector.headers[timestamp.header.toLowerCase()];

		test('rejects the request without its timestamp header, with two and with another one', () => {
			expect(withTimestamp(undefined)).toEqual(failureWith('TIMESTAMP_MISSING'));
			expect(withTimestamp('')).toEqual(failureWith('TIMESTAMP_MISSING'));
			expect(withTimestamp([value, value])).toEqual(failureWith('TIMESTAMP_MALFORMED'));
			expect(withTimestamp(`${value}, ${value}`)).toEqual(failureWith('TIMESTAMP_MALFORMED'));
			expect(withTimestamp(`${value}.0`)).toEqual(failureWith('TIMESTAMP_MALFORMED'));
			expect(withTimestamp(String(Number(value) + 1))).toEqual(failureWith('SIGNATURE_INVALID'));
			expect(withTimestamp(`0${value}`)).toEqual(failureWith('TIMESTAMP_MALFORMED'));
		});
	}

	if (timestamp?.signaturePart) {
		const replaceTime = (timePart) =>
			verifyWithSignature(vector, (value) =>
				value
					.split(',')
					.flatMap((part) => (part.startsWith('t=') ? timePart : part))
					.join(','),
			);
		const seconds = vector.nowMs / 1000;

		test('rejects the request without the timestamp in its signature header, with two and with another one', () => {
			expect(replaceTime([])).toEqual(failureWith('TIMESTAMP_MISSING'));
			expect(replaceTime('t=')).toEqual(failureWith('TIMESTAMP_MISSING'));
			// stripe-node takes the last one: one could be checked and the other signed.
			expect(replaceTime([`t=${seconds}`, `t=${seconds + 1}`])).toEqual(
				failureWith('TIMESTAMP_MALFORMED'),
			);
			expect(replaceTime(`t=${seconds + 1}`)).toEqual(failureWith('SIGNATURE_INVALID'));
		});
	}
});
