const { createHmac } = require('node:crypto');

const fc = require('fast-check');

const { buildCustomScheme } = require('../../../build/core/signing/customScheme');
const { signRequest } = require('../../../build/core/signing/sign');
const { verifyRequest } = require('../../../build/core/signing/verify');

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
					algorithm: fc.constantFrom('hmac-sha1', 'hmac-sha256', 'hmac-sha384', 'hmac-sha512'),
					encoding: fc.constantFrom('hex', 'base64', 'base64url'),
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
		[{ signedContent: '{Body}' }, 'unknown placeholder {Body}. Use {body}, {timestamp}, {id}'],
		[{ signedContent: '{timestamp}.{ body }' }, 'unknown placeholder { body }'],
		[{ signedContent: '{}.{body}' }, 'unknown placeholder {}'],
		...[
			...['{{timestamp}}.{{body}}', '{{body}}', '{{ body }}', '{body}}', '{timestamp.{body}'],
			...['{"b":{body}}', '${body}', 'v1:${timestamp}:${body}', '#{body}', '%{body}'],
		].map((signedContent) => [{ signedContent }, 'placeholders in single braces']),
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

	describe('with a signature that is not a header of its own', () => {
		const byPlace = (change) => buildCustomScheme({ ...settings, ...change });

		test.each([
			[
				{
					signaturePlace: 'bodyField',
					signatureField: ' signature.hash ',
					signedContent: '{body:id}',
				},
				{ signatureField: 'signature.hash' },
			],
			[
				{ signaturePlace: 'urlParameter', signatureParameter: 'sig' },
				{ signatureParameter: 'sig' },
			],
			[
				{
					separator: ',',
					signaturePosition: 2,
					timestampPlace: 'signaturePosition',
					timestampPosition: 1,
					signedContent: '{timestamp}.{body}',
				},
				{
					separator: ',',
					signaturePosition: 2,
					timestamp: { signaturePosition: 1, unit: 's', toleranceSeconds: 300 },
				},
			],
			[
				{
					separator: ';',
					timestampPlace: 'signaturePart',
					timestampPart: 'ts=',
					signedContent: '{timestamp}:{body}',
				},
				{ separator: ';', timestamp: { signaturePart: 'ts=', unit: 's', toleranceSeconds: 300 } },
			],
			[
				{ timestampPlace: 'bodyField', timestampField: 'sent.at', timestampUnit: 'iso' },
				{ timestamp: { bodyField: 'sent.at', unit: 'iso', toleranceSeconds: 300 } },
			],
			[
				{
					timestampPlace: 'urlParameter',
					timestampParameter: 't',
					signedContent: '{query:t}.{body}',
				},
				{ timestamp: { parameter: 't', unit: 's', toleranceSeconds: 300 } },
			],
			[{ signedContent: 'a\\n{body}' }, { content: 'a\n{body}' }],
			[{ algorithm: 'ecdsa-p256', secretFormat: 'text' }, { secretFormat: 'publicKey' }],
			[{ secretFormat: 'hex' }, { secretFormat: 'hex' }],
			// What the form hides does not count.
			[{ signatureField: '!', timestampPart: 't=', signaturePosition: 3 }, { content: '{body}' }],
		])('builds %j', (change, expected) => {
			expect(byPlace(change)).toMatchObject(expected);
		});

		test.each([
			[
				{ signaturePlace: 'bodyField', signatureField: '', signedContent: '{body:a}' },
				'Signature Field "" is not a field',
			],
			[
				{ signaturePlace: 'bodyField', signatureField: 'a..b', signedContent: '{body:a}' },
				'Signature Field "a..b"',
			],
			[{ signaturePlace: 'bodyField', signatureField: 'sig' }, 'it cannot cover all of the body'],
			[
				{ signaturePlace: 'bodyField', signatureField: 'sig', signedContent: '{form}' },
				'it cannot cover all of the body',
			],
			[
				{ signaturePlace: 'bodyField', signatureField: 'sig', signedContent: '{sha256-hex:body}' },
				'it cannot cover all of the body',
			],
			[
				{ signaturePlace: 'urlParameter', signatureParameter: '' },
				'Signature Parameter "" is not the name',
			],
			[{ signaturePlace: 'urlParameter', signatureParameter: 'a=b' }, 'Signature Parameter "a=b"'],
			[
				{
					signaturePlace: 'urlParameter',
					signatureParameter: 's',
					signedContent: '{query:s}.{body}',
				},
				'contains the signature itself',
			],
			[{ signedContent: '{header:x-hub}.{body}' }, 'contains the signature itself'],
			[
				{
					timestampPlace: 'signaturePart',
					timestampPart: 't=',
					signedContent: '{timestamp}.{body}',
				},
				'fill in Separator',
			],
			[
				{
					timestampPlace: 'signaturePosition',
					timestampPosition: 1,
					signedContent: '{timestamp}.{body}',
				},
				'fill in Separator',
			],
			[
				{
					timestampPlace: 'signaturePart',
					timestampPart: '',
					separator: ',',
					signedContent: '{timestamp}.{body}',
				},
				'fill in Timestamp Prefix',
			],
			[
				{ timestampPlace: 'signaturePart', timestampPart: 't=', separator: ',' },
				'leave Timestamp Prefix empty',
			],
			[
				{
					timestampPlace: 'signaturePosition',
					timestampPosition: 0,
					separator: ',',
					signedContent: '{timestamp}.{body}',
				},
				'Timestamp Position must be a whole number',
			],
			[
				{
					timestampPlace: 'signaturePosition',
					timestampPosition: 2,
					signaturePosition: 2,
					separator: ',',
					signedContent: '{timestamp}.{body}',
				},
				'are the same',
			],
			[{ separator: ',', signaturePosition: 1.5 }, 'Signature Position must be a whole number'],
			[
				{ timestampPlace: 'bodyField', timestampField: 'at', signedContent: '{body:id}' },
				'A timestamp that is not signed',
			],
			[
				{ timestampPlace: 'bodyField', timestampField: '', signedContent: '{timestamp}.{body}' },
				'fill in Timestamp Field',
			],
			[
				{ timestampPlace: 'urlParameter', timestampParameter: 't' },
				'A timestamp that is not signed',
			],
			[
				{
					timestampPlace: 'urlParameter',
					timestampParameter: '',
					signedContent: '{timestamp}.{body}',
				},
				'fill in Timestamp Parameter',
			],
			[{ separator: 'ß' }, 'printable ASCII'],
		])('rejects %j and says what to change', (change, message) => {
			expect(() => byPlace(change)).toThrow(message);
		});
	});

	describe('with values next to each other', () => {
		test.each([
			'{query:a}{query:b}.{body}',
			'{query:a}{body}',
			'{body}{header:X-A}',
			'{body:a}{body:b}',
			'{body:a}{method}{body:b}',
			'{query:a}{sha256-hex:body}{query:b}',
			'{url}{query:a}.{body}',
			'{url}{path}.{body}',
			'{header:X-A}{url}{body}',
		])('refuses %s, in which text could move', (signedContent) => {
			expect(() => buildCustomScheme({ ...settings, signedContent })).toThrow('text could move');
		});

		test.each([
			'{query:a}.{query:b}|{body}',
			'{url}{body}',
			'{body}{url}',
			'{method}{url}{body}',
			'{method}{path}{body}',
			'{query:a}{sha256-hex:body}',
			'{sha512-base64:body}{header:X-A}',
			'{url}{form}',
		])('accepts %s', (signedContent) => {
			expect(buildCustomScheme({ ...settings, signedContent }).content).toBe(signedContent);
		});

		test('accepts a timestamp between them, which is a number within a tolerance', () => {
			const timed = { ...settings, timestampHeader: 'X-Time', idHeader: 'X-Id' };
			for (const signedContent of ['{id}{timestamp}{body}', '{timestamp}{body:token}']) {
				expect(buildCustomScheme({ ...timed, signedContent }).content).toBe(signedContent);
			}
		});
	});

	test.each([
		['{body:}', 'unknown placeholder {body:}'],
		['{query:}.{body}', 'unknown placeholder {query:}'],
		['{header:X A}.{body}', '"X A" is not a header name'],
		['{body:a..b}', '"a..b" is not a field of a body'],
		['{body:__proto__.a}', 'is not a field of a body'],
		['{sha1-hex:body}', 'unknown placeholder {sha1-hex:body}'],
		['{md5-hex:body}', 'unknown placeholder'],
		['{sha256-hex:sha256-hex:body}', 'unknown placeholder'],
		['{sha256-hex:}{body}', 'unknown placeholder'],
		['{timestamp:body}', 'unknown placeholder'],
		['{constructor:a}{body}', 'unknown placeholder'],
		['{query:a}', 'does not contain {body}'],
		['{url}', 'does not contain {body}'],
		['{sha256-hex:url}', 'does not contain {body}'],
	])('rejects the signed content %s', (signedContent, message) => {
		expect(() => buildCustomScheme({ ...settings, signedContent })).toThrow(message);
	});
});
