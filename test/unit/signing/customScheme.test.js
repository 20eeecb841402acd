const { createHmac } = require('node:crypto');

const fc = require('fast-check');

const { buildCustomScheme } = require('../../../dist/core/signing/customScheme');
const { signRequest } = require('../../../dist/core/signing/sign');
const { verifyRequest } = require('../../../dist/core/signing/verify');

const { toLowerCaseNames } = require('./standardWebhooks');

describe('buildCustomScheme', () => {
	const settings = {
		signatureHeader: 'X-Hub',
		algorithm: 'hmac-sha256',
		encoding: 'hex',
		prefix: '',
		signedContent: '{body}',
		idHeader: '',
		timestampHeader: '',
		timestampUnit: 's',
		toleranceSeconds: 300,
	};

	test('builds schemes that sign as node:crypto does, in any combination, and verify it', () => {
		fc.assert(
			fc.property(
				fc.record({
					algorithm: fc.constantFrom('hmac-sha1', 'hmac-sha256', 'hmac-sha512'),
					encoding: fc.constantFrom('hex', 'base64'),
					prefix: fc.constantFrom('', 'sha256=', 'v0='),
					timestampUnit: fc.constantFrom('s', 'ms'),
				}),
				fc.uint8Array({ maxLength: 200 }),
				fc.string({ minLength: 1, unit: 'grapheme' }),
				(chosen, bytes, secret) => {
					const scheme = buildCustomScheme({
						...settings,
						...chosen,
						signedContent: 'v0:{timestamp}.{id}:{body}!',
						idHeader: 'X-Id',
						timestampHeader: 'X-Time',
					});
					const payload = Buffer.from(bytes);
					const nowMs = 1_700_000_000_456;
					const headers = signRequest(scheme, {
						body: payload,
						id: 'e1',
						nowMs,
						secrets: [secret],
					});
					const timestamp = chosen.timestampUnit === 's' ? '1700000000' : '1700000000456';
					const expected = createHmac(chosen.algorithm.slice(5), secret)
						.update(`v0:${timestamp}.e1:`)
						.update(payload)
						.update('!')
						.digest(chosen.encoding);
					expect(headers).toEqual({
						'X-Id': 'e1',
						'X-Time': timestamp,
						'X-Hub': chosen.prefix + expected,
					});
					const input = {
						headers: toLowerCaseNames(headers),
						body: payload,
						nowMs,
						secrets: [secret],
					};
					expect(verifyRequest(scheme, input).valid).toBe(true);
					const changed = Buffer.concat([payload, Buffer.from('.')]);
					expect(verifyRequest(scheme, { ...input, body: changed }).valid).toBe(false);
				},
			),
			{ numRuns: 100 },
		);
	});

	test.each([
		[{ signedContent: '{timestamp}' }, 'does not contain {body}'],
		[{ signedContent: '{body}{nonce}' }, 'unknown placeholder {nonce}'],
		[{ signedContent: '{timestamp}.{body}' }, 'fill in Timestamp Header'],
		[{ signedContent: '{id}.{body}' }, 'fill in ID Header'],
		[{ timestampHeader: 'X-Time' }, 'A timestamp that is not signed'],
		[{ signatureHeader: 'X Sig' }, 'not a header name'],
		[{ prefix: 'ß' }, 'printable ASCII'],
		[
			{ signedContent: '{timestamp}.{body}', timestampHeader: 'T', toleranceSeconds: 0 },
			'more than 0',
		],
	])('rejects %j and says what to change', (change, message) => {
		expect(() => buildCustomScheme({ ...settings, ...change })).toThrow(message);
	});
});
