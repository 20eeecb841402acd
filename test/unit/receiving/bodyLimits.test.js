const { receiveRequest } = require('../../../build/core/receiving/receive');

const { createRequest, createRules, NONE, SIGNING_SECRET } = require('./requests');
const { getPlatform } = require('../../../build/core/platforms');
const { measureCpuMs } = require('../../harness/cpuTime');

const JSON_TYPE = 'application/json';
const FORM = 'application/x-www-form-urlencoded';
const WRONG = { 'x-signature': '0'.repeat(64) };

const content = (text) => ({
	name: 'test',
	signatureHeader: 'X-Signature',
	forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
	content: text,
	secretFormat: 'text',
});
const TOKEN_BODY = {
	kind: 'jwt',
	name: 'test',
	place: { body: true },
	algorithms: ['HS256'],
	secretFormat: 'text',
};

/** Receives a body with a wrong signature. */
const receive = async (scheme, raw, type, changes = {}) =>
	await receiveRequest(
		createRules('custom', 'event', {
			methods: ['signature'],
			maxBodyBytes: 16 * 1024 * 1024,
			formBodies: undefined,
			loadSecrets: async () => ({ ...NONE, signature: { scheme, secrets: [SIGNING_SECRET] } }),
			...changes,
		}),
		createRequest({ raw, headers: { 'content-type': type, ...WRONG } }),
	);

const manyFields = (count) => Array.from({ length: count }, () => 'a=1').join('&');
const manyValues = (count) => `{"a":"1","b":[${Array.from({ length: count }, () => '1').join()}]}`;
const padded = (bytes) => JSON.stringify({ a: '1', pad: 'x'.repeat(bytes) });

describe('a body that is read before its signature is verified', () => {
	test.each([
		['fields of a form', content('{form}'), manyFields(1001), FORM, 'at most 1000 fields'],
		['a digest of a form', content('{sha256-hex:form}'), manyFields(1001), FORM, '1000 fields'],
		['a form with a signed field', content('{body:a}'), manyFields(1001), FORM, '1000 fields'],
		['bytes of a form', content('{form}'), `a=${'x'.repeat(2 ** 20)}`, FORM, '1048576 bytes'],
		['bytes of JSON', content('{body:a}'), padded(2 ** 18), JSON_TYPE, '262144 bytes'],
		['values of JSON', content('{body:a}'), manyValues(5000), JSON_TYPE, '5000 values'],
		['values of text', content('{body:a}'), manyValues(5000), 'text/plain', '5000 values'],
		['bytes of a token', TOKEN_BODY, 'a'.repeat(2 ** 18 + 1), JSON_TYPE, '262144 bytes'],
	])('is rejected for too many %s before anything is computed', async (...given) => {
		const [, scheme, raw, type, expected] = given;
		const rejection = await receive(scheme, raw, type);
		expect(rejection).toMatchObject({ status: 413, code: 'PAYLOAD_TOO_LARGE' });
		expect(rejection.details.expected).toContain(expected);
		expect(rejection.message).toContain(/\d+/.exec(expected)[0]);
	});

	test.each([
		['fields of a form', content('{form}'), manyFields(1000), FORM],
		['values of JSON', content('{body:a}'), manyValues(4990), JSON_TYPE],
		['commas in a text', content('{body:a}'), `{"a":"${','.repeat(9000)}"}`, JSON_TYPE],
		['bytes of JSON', content('{body:a}'), padded(2 ** 17), JSON_TYPE],
		['values of a body that is signed as bytes', content('{body}'), manyValues(9000), JSON_TYPE],
	])('has its signature checked with as many %s as allowed', async (_, scheme, raw, type) => {
		expect(await receive(scheme, raw, type)).toMatchObject({ code: 'SIGNATURE_INVALID' });
	});

	test('Twilio: a form of too many fields is rejected before its signature is checked', async () => {
		const { formBodies, scheme } = getPlatform('twilio');
		const changes = { formBodies };
		const rejection = await receive(scheme, manyFields(240_000), FORM, changes);
		expect(rejection).toMatchObject({ status: 413, details: { expected: 'at most 1000 fields' } });
	});

	test.each([
		['long numbers', content('{body:a}.{body:b}'), `[${'1e999,'.repeat(40_000)}1]`, JSON_TYPE],
		['long numbers', content('{body:a}.{body:b}'), `[${'1e999,'.repeat(4900)}1]`, JSON_TYPE],
		['fields', content('{form}'), manyFields(240_000), FORM],
	])('takes little time with many %s', async (_, scheme, raw, type) => {
		let least = Infinity;
		for (let run = 0; run < 5; run += 1) {
			const ms = await measureCpuMs(async () => await receive(scheme, raw, type));
			least = Math.min(least, ms);
		}
		expect(least).toBeLessThan(100);
	});
});

test('a body with a token may have as many values as a list of events has', async () => {
	const send = async (count) =>
		await receiveRequest(
			createRules('custom', 'event', {
				methods: ['bodyToken'],
				maxBodyBytes: 2 ** 20,
				loadSecrets: async () => ({
					...NONE,
					chosenMethods: ['bodyToken'],
					body: { field: 'a', tokens: ['1'] },
				}),
			}),
			createRequest({ raw: manyValues(count), headers: { 'content-type': JSON_TYPE } }),
		);
	expect(await send(9000)).toMatchObject({ result: 'accepted' });
	expect(await send(10_000)).toMatchObject({ status: 413, code: 'PAYLOAD_TOO_LARGE' });
});
