/** Schemes of content, signed by node:crypto alone and changed in each part that they sign. */
const crypto = require('node:crypto');

const { findSigningSecrets, verifyRequest } = require('../../../build/core/signing/verify');

const SECRET = 'a secret of a sender';
const NOW_MS = Date.parse('2026-11-29T12:00:00.000Z');
const NOW_S = String(NOW_MS / 1000);
const URL = 'https://n8n.example.com/webhook/orders?page=2&shop=7';
const BODY = '{"id":"evt_1","total":12.50,"nested":{"token":"t1"},"big":616581622363398142}';

const hmac = (content, { hash = 'sha256', key = SECRET, encoding = 'hex' } = {}) =>
	crypto.createHmac(hash, key).update(content).digest(encoding);
const digest = (text, hash, encoding) => crypto.createHash(hash).update(text).digest(encoding);

const BASE = {
	name: 'test',
	signatureHeader: 'X-Signature',
	forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
	content: '{body}',
	secretFormat: 'text',
};
const TIME = { unit: 's', toleranceSeconds: 300 };

/** Verifies a request; an undefined header is left out. */
const verify = (scheme, request = {}, input = {}) => {
	const { body = BODY, headers = {}, method = 'POST', url = URL } = request;
	const present = Object.entries(headers).filter(([, value]) => value !== undefined);
	return verifyRequest(
		{ ...BASE, ...scheme },
		{
			headers: { 'content-type': 'application/json', ...Object.fromEntries(present) },
			body: Buffer.from(body),
			nowMs: NOW_MS,
			secrets: [SECRET],
			request: () => ({ method, url }),
			...input,
		},
	);
};

const sign = (content) => ({ 'x-signature': hmac(content) });
const codeOf = (result) => (result.valid ? 'valid' : result.code);

describe('the signed content', () => {
	const REQUEST = { headers: { 'x-request-id': 'r1', 'x-user': 'u1' } };
	const CHANGED = {
		method: { method: 'PUT' },
		query: { url: URL.replace('page=2', 'page=3') },
		path: { url: URL.replace('orders', 'refunds') },
		host: { url: URL.replace('n8n.', 'n9n.') },
		header: { headers: { 'x-request-id': 'r2', 'x-user': 'u1' } },
		secondHeader: { headers: { 'x-request-id': 'r1', 'x-user': 'u2' } },
		body: { body: BODY.replace('12.50', '12.51') },
		field: { body: BODY.replace('evt_1', 'evt_2') },
		nestedField: { body: BODY.replace('t1', 't2') },
		bigNumber: { body: BODY.replace('398142', '398143') },
	};

	test.each([
		['{method} {body}', `POST ${BODY}`, ['method', 'body']],
		['{url}{body}', `${URL}${BODY}`, ['query', 'path', 'host', 'body']],
		['{path}:{body}', `/webhook/orders?page=2&shop=7:${BODY}`, ['query', 'path', 'body']],
		['{query:page}.{body}', `2.${BODY}`, ['query', 'body']],
		['{header:X-Request-Id}.{body}', `r1.${BODY}`, ['header', 'body']],
		[
			'{header:x-request-id}\n{header:X-User}\n{sha256-hex:body}',
			`r1\nu1\n${digest(BODY, 'sha256', 'hex')}`,
			['header', 'secondHeader', 'body'],
		],
		['{sha256-base64:body}', digest(BODY, 'sha256', 'base64'), ['body', 'field']],
		['{sha256-base64url:body}', digest(BODY, 'sha256', 'base64url'), ['body', 'field']],
		['{sha384-hex:body}', digest(BODY, 'sha384', 'hex'), ['body']],
		['{sha512-hex:body}', digest(BODY, 'sha512', 'hex'), ['body']],
		[
			'{sha256-hex:path}.{body}',
			`${digest('/webhook/orders?page=2&shop=7', 'sha256', 'hex')}.${BODY}`,
			['query', 'path', 'body'],
		],
		[
			'{sha256-hex:header:X-User}.{body}',
			`${digest('u1', 'sha256', 'hex')}.${BODY}`,
			['secondHeader', 'body'],
		],
		['{body:id}', 'evt_1', ['field']],
		[
			'{body:id}.{body:nested.token}.{body:big}',
			'evt_1.t1.616581622363398142',
			['field', 'nestedField', 'bigNumber'],
		],
		['{sha256-hex:body:id}', digest('evt_1', 'sha256', 'hex'), ['field']],
	])('%j is verified, and each part of it counts', (content, signed, parts) => {
		const headers = { ...REQUEST.headers, ...sign(signed) };
		expect(verify({ content }, { headers })).toEqual({ valid: true });
		for (const part of parts) {
			const change = CHANGED[part];
			const request = { ...change, headers: { ...headers, ...change.headers } };
			expect([part, codeOf(verify({ content }, request))]).toEqual([part, 'SIGNATURE_INVALID']);
		}
	});

	test('names what is signed and missing, instead of signing empty text', () => {
		const missing = (content, request, signed) =>
			verify({ content }, { ...request, headers: { ...request.headers, ...sign(signed) } });
		expect(missing('{query:no}.{body}', {}, `.${BODY}`)).toMatchObject({
			code: 'SIGNED_VALUE_MISSING',
			details: { field: 'no', received: 'no such parameter' },
		});
		expect(missing('{header:X-No}.{body}', {}, `.${BODY}`)).toMatchObject({
			code: 'SIGNED_VALUE_MISSING',
			details: { field: 'X-No', received: 'no such header' },
		});
		expect(missing('{body:no}', {}, '')).toMatchObject({
			code: 'SIGNED_VALUE_MISSING',
			details: { field: 'no', received: 'no such field' },
		});
	});

	test('has empty text for a field that is missing, if another one is there', () => {
		const content = '{body:id}:{body:original}';
		expect(verify({ content }, { headers: sign('evt_1:') })).toEqual({ valid: true });
		const body = '{"id":"evt_1","original":"x"}';
		expect(codeOf(verify({ content }, { body, headers: sign('evt_1:') }))).toBe(
			'SIGNATURE_INVALID',
		);
	});

	test.each([
		['{body:id}', { body: '{"id":"evt_1","id":"evt_2"}' }],
		['{body:id}', { body: '{"\\u0069d":"evt_2","id":"evt_1"}' }],
		['{body:a.id}', { body: '{"a":{"id":"evt_2"},"a":{"id":"evt_1"}}' }],
		['{body:list.id}', { body: '{"list":[{"id":"evt_1"},{"id":"evt_1"}]}' }],
		[
			'{body:id}',
			{
				body: 'id=evt_1&id=evt_2',
				headers: { 'content-type': 'application/x-www-form-urlencoded' },
			},
		],
		['{query:id}.{body}', { url: `${URL}&id=evt_1&id=evt_2` }],
		['{query:id}.{body}', { url: `${URL}&id=evt_1&id[]=evt_2` }],
		['{query:id}.{body}', { url: `${URL}&id=evt_1&%69d=evt_2` }],
		['{header:X-ID}.{body}', { headers: { 'x-id': ['evt_1', 'evt_2'] } }],
	])('%j rejects a value that is there twice: %j', (content, request) => {
		const { body = BODY } = request;
		const texts = ['evt_1', 'evt_2', `evt_1.${body}`, `evt_2.${body}`];
		for (const text of texts) {
			const headers = { ...request.headers, ...sign(text) };
			expect(codeOf(verify({ content }, { ...request, headers }))).toBe('CONTENT_AMBIGUOUS');
		}
	});

	test.each([
		['an object', '{"id":{"a":1}}'],
		['a list', '{"id":[[1]]}'],
		['half of a character', '{"id":"\\ud800"}'],
		['not JSON', 'evt_1'],
		['too deep', `{"id":"evt_1","deep":${'['.repeat(101)}${']'.repeat(101)}}`],
		['too large', `{"id":"evt_1","pad":"${'x'.repeat(256 * 1024)}"}`],
		['of too many values', `{"id":"evt_1","list":[${'1,'.repeat(5000)}1]}`],
	])('rejects a signed field in a body that is %s', (_name, body) => {
		for (const text of ['evt_1', '', '[object Object]', '1', '\ufffd']) {
			const result = verify({ content: '{body:id}' }, { body, headers: sign(text) });
			expect(codeOf(result)).toBe('SIGNED_VALUE_MALFORMED');
		}
	});

	test('reads fields of forms, and numbers with all their digits', () => {
		const headers = { 'content-type': 'application/x-www-form-urlencoded', ...sign('a b.ü') };
		expect(
			verify({ content: '{body:x.y}.{body:z}' }, { body: 'x.y=a+b&z=%C3%BC', headers }),
		).toEqual({
			valid: true,
		});
		const body = '{"n":12345678901234567890.10,"yes":true}';
		expect(
			verify(
				{ content: '{body:n}|{body:yes}' },
				{ body, headers: sign('12345678901234567890.10|true') },
			),
		).toEqual({ valid: true });
	});

	test('is what tells duplicates apart, if it is not the whole body', () => {
		const find = (content, signed, body = BODY) =>
			findSigningSecrets(
				{ ...BASE, content },
				{ headers: sign(signed), body: Buffer.from(body), nowMs: NOW_MS, secrets: [SECRET] },
			);
		expect(find('{body:id}', 'evt_1').signedContent.toString()).toBe('evt_1');
		expect(find('{body:id}', 'evt_1', '{"id":"evt_1","other":1}').signedContent.toString()).toBe(
			'evt_1',
		);
		expect(find('{sha256-hex:body}', digest(BODY, 'sha256', 'hex')).signedContent).toBe(undefined);
		expect(find('{body}', BODY).signedContent).toBe(undefined);
	});
});

describe('the place of the signature', () => {
	const elsewhere = { signatureHeader: undefined };

	test('may be a field of a JSON body, as Mailgun has it', () => {
		const scheme = {
			...elsewhere,
			signatureField: 'signature.signature',
			content: '{timestamp}{body:signature.token}',
			timestamp: { bodyField: 'signature.timestamp', ...TIME },
		};
		const build = ({ signature = hmac(`${NOW_S}tok`), timestamp = NOW_S, token = 'tok' } = {}) =>
			JSON.stringify({ signature: { signature, timestamp, token }, 'event-data': {} });
		expect(verify(scheme, { body: build() })).toEqual({ valid: true, timestampMs: NOW_MS });
		expect(codeOf(verify(scheme, { body: build({ token: 'tol' }) }))).toBe('SIGNATURE_INVALID');
		const later = String(NOW_MS / 1000 + 1);
		expect(codeOf(verify(scheme, { body: build({ timestamp: later }) }))).toBe('SIGNATURE_INVALID');
		const old = String(NOW_MS / 1000 - 301);
		const signedThen = hmac(`${old}tok`);
		expect(codeOf(verify(scheme, { body: build({ timestamp: old, signature: signedThen }) }))).toBe(
			'TIMESTAMP_OUT_OF_TOLERANCE',
		);
		expect(verify(scheme, { body: '{}' })).toMatchObject({
			code: 'SIGNATURE_MISSING',
			message: 'The body field signature.signature is missing',
		});
		const twice = build().replace('{"signature":{', '{"signature":{"signature":"00",');
		expect(codeOf(verify(scheme, { body: twice }))).toBe('CONTENT_AMBIGUOUS');
	});

	test('may be a field of a form', () => {
		const scheme = {
			...elsewhere,
			signatureField: 'signature',
			content: '{body:timestamp}.{body:token}',
		};
		const headers = { 'content-type': 'application/x-www-form-urlencoded' };
		const body = `timestamp=1&token=abc&signature=${hmac('1.abc')}`;
		expect(verify(scheme, { body, headers })).toEqual({ valid: true });
		expect(codeOf(verify(scheme, { body: body.replace('abc', 'abd'), headers }))).toBe(
			'SIGNATURE_INVALID',
		);
		expect(codeOf(verify(scheme, { body: `${body}&signature=00`, headers }))).toBe(
			'CONTENT_AMBIGUOUS',
		);
	});

	test('may be a URL parameter, which the signed URL does not have', () => {
		const scheme = { ...elsewhere, signatureParameter: 'sig', content: '{url}|{body}' };
		const signature = hmac(`${URL}|${BODY}`);
		for (const url of [`${URL}&sig=${signature}`, URL.replace('?', `?sig=${signature}&`)]) {
			expect(verify(scheme, { url })).toEqual({ valid: true });
		}
		const url = `${URL}&sig=${signature}`;
		expect(codeOf(verify(scheme, { url: url.replace('page=2', 'page=3') }))).toBe(
			'SIGNATURE_INVALID',
		);
		expect(codeOf(verify(scheme, { url, body: '{}' }))).toBe('SIGNATURE_INVALID');
		expect(codeOf(verify(scheme, { url: `${url}&sig=00` }))).toBe('CONTENT_AMBIGUOUS');
		expect(codeOf(verify(scheme, { url: URL }))).toBe('SIGNATURE_MISSING');
		expect(() => verify(scheme, {}, { request: undefined })).toThrow("signs the request's URL");
	});
});

describe('the parts of a signature', () => {
	const signed = `${NOW_S}.${BODY}`;
	const other = '0'.repeat(64);

	test.each([
		['t=,v1=', `t=${NOW_S},v1=${hmac(signed)}`, { separator: ',', part: 't=' }],
		[
			'with spaces',
			` t = ${NOW_S} , v1 = ${hmac(signed)} `,
			{ separator: ',', part: 't =', prefix: 'v1 =' },
		],
		['ts=;h1=', `ts=${NOW_S}; h1=${hmac(signed)}`, { separator: ';', part: 'ts=', prefix: 'h1=' }],
		[
			'colons',
			`time:${NOW_S}|hash:${hmac(signed)}`,
			{ separator: '|', part: 'time:', prefix: 'hash:' },
		],
		[
			'the second of two signatures',
			`t=${NOW_S},v1=${other},v1=${hmac(signed)}`,
			{ separator: ',', part: 't=' },
		],
	])('are told apart by any prefixes: %s', (_name, header, { part, prefix = 'v1=', separator }) => {
		const scheme = {
			separator,
			content: '{timestamp}.{body}',
			forms: [{ ...BASE.forms[0], prefix }],
			timestamp: { signaturePart: part, ...TIME },
		};
		expect(verify(scheme, { headers: { 'x-signature': header } })).toEqual({
			valid: true,
			timestampMs: NOW_MS,
		});
		const later = header.replace(NOW_S, String(NOW_MS / 1000 + 1));
		expect(codeOf(verify(scheme, { headers: { 'x-signature': later } }))).toBe('SIGNATURE_INVALID');
		const twoTimes = `${part}${NOW_S}${separator}${header}`;
		expect(codeOf(verify(scheme, { headers: { 'x-signature': twoTimes } }))).toMatch(/MALFORMED$/);
	});

	describe('by position, as Recurly has them', () => {
		const scheme = {
			separator: ',',
			signaturePosition: 2,
			content: '{timestamp}.{body}',
			timestamp: { signaturePosition: 1, ...TIME },
		};
		const verifyHeader = (header, change) =>
			verify({ ...scheme, ...change }, { headers: { 'x-signature': header } });

		test('accept a signature at any later place', () => {
			for (const header of [
				`${NOW_S},${hmac(signed)}`,
				`${NOW_S},${other},${hmac(signed)}`,
				`${NOW_S}, ${hmac(signed)} ,${other}`,
			]) {
				expect(verifyHeader(header)).toEqual({ valid: true, timestampMs: NOW_MS });
			}
		});

		test('do not mistake one place for another', () => {
			expect(codeOf(verifyHeader(`${hmac(signed)},${NOW_S}`))).not.toBe('valid');
			expect(codeOf(verifyHeader(`,${NOW_S},${hmac(signed)}`))).toBe('TIMESTAMP_MISSING');
			expect(codeOf(verifyHeader(`${NOW_S}`))).toBe('SIGNATURE_MALFORMED');
			expect(codeOf(verifyHeader(`${NOW_MS / 1000 + 1},${hmac(signed)}`))).toBe(
				'SIGNATURE_INVALID',
			);
			expect(
				codeOf(verifyHeader(`${hmac(BODY)},${other}`, { timestamp: undefined, content: '{body}' })),
			).toBe('SIGNATURE_INVALID');
		});

		test('may have the time last', () => {
			const last = { signaturePosition: 1, timestamp: { signaturePosition: 2, ...TIME } };
			expect(verifyHeader(`${hmac(signed)},${NOW_S}`, last)).toEqual({
				valid: true,
				timestampMs: NOW_MS,
			});
			expect(codeOf(verifyHeader(`${NOW_S},${hmac(signed)}`, last))).not.toBe('valid');
		});
	});

	test('may be at most twenty', () => {
		const header = `${`${other},`.repeat(20)}${hmac(BODY)}`;
		expect(codeOf(verify({ separator: ',' }, { headers: { 'x-signature': header } }))).toBe(
			'SIGNATURE_MALFORMED',
		);
	});
});

describe('URL-safe base64', () => {
	const scheme = { forms: [{ prefix: 'v1=', algorithm: 'hmac-sha256', encoding: 'base64url' }] };
	// This body's signature has both characters in which the alphabets differ.
	const body = Array.from({ length: 1000 }, (_, index) => `{"n":${index}}`).find((text) =>
		['-', '_'].every((character) => hmac(text, { encoding: 'base64url' }).includes(character)),
	);
	const signature = hmac(body, { encoding: 'base64url' });
	const check = (text) =>
		codeOf(verify(scheme, { body, headers: { 'x-signature': `v1=${text}` } }));

	test('is accepted with and without padding', () => {
		expect(check(signature)).toBe('valid');
		expect(check(`${signature}=`)).toBe('valid');
	});

	test('is not the other alphabet, and has no other spelling', () => {
		expect(check(hmac(body, { encoding: 'base64' }))).not.toBe('valid');
		expect(check(`${signature}==`)).not.toBe('valid');
		expect(check(hmac(body))).not.toBe('valid');
		const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
		// The last character has two bits that no byte needs.
		const sameBytes = alphabet[alphabet.indexOf(signature.at(-1)) ^ 1];
		expect(Buffer.from(signature.slice(0, -1) + sameBytes, 'base64url')).toEqual(
			Buffer.from(signature, 'base64url'),
		);
		expect(check(signature.slice(0, -1) + sameBytes)).not.toBe('valid');
	});
});

describe('a time in ISO 8601', () => {
	const scheme = {
		content: '{timestamp}.{body}',
		timestamp: { header: 'X-Time', unit: 'iso', toleranceSeconds: 300 },
	};
	const check = (time, nowMs = NOW_MS) =>
		verify(scheme, { headers: { 'x-time': time, ...sign(`${time}.${BODY}`) } }, { nowMs });

	test.each([
		'2026-11-29T12:00:00Z',
		'2026-11-29T12:00:00.000Z',
		'2026-11-29T12:00:00.000000000Z',
		'2026-11-29T13:30:00+01:30',
		'2026-11-29T05:00:00-07:00',
		'2026-11-29t12:00:00z',
	])('%s is the same time, and is signed as it is written', (time) => {
		expect(check(time)).toEqual({ valid: true, timestampMs: NOW_MS });
		const rewritten = { 'x-time': '2026-11-29T12:00:00.00Z', ...sign(`${time}.${BODY}`) };
		expect(codeOf(verify(scheme, { headers: rewritten }))).toBe('SIGNATURE_INVALID');
	});

	test('counts its fraction, and is checked in both directions', () => {
		expect(check('2026-11-29T11:59:59.1239Z')).toMatchObject({ timestampMs: NOW_MS - 877 });
		expect(check('2026-11-29T11:55:00.000Z').valid).toBe(true);
		expect(codeOf(check('2026-11-29T11:54:59.999Z'))).toBe('TIMESTAMP_OUT_OF_TOLERANCE');
		expect(codeOf(check('2026-11-29T12:05:00.001Z'))).toBe('TIMESTAMP_OUT_OF_TOLERANCE');
		expect(codeOf(check('2026-11-29T12:00:00+01:00'))).toBe('TIMESTAMP_OUT_OF_TOLERANCE');
	});

	test.each([
		'2026-11-29T12:00:00', // no zone
		'2026-11-29 12:00:00Z',
		'2026-11-29T12:00Z',
		'2026-13-29T12:00:00Z',
		'2026-11-29T25:00:00Z',
		'+002026-11-29T12:00:00Z',
		'Sun, 29 Nov 2026 12:00:00 GMT',
		NOW_S,
		'now',
	])('%s is rejected', (time) => {
		expect(codeOf(check(time))).toBe('TIMESTAMP_MALFORMED');
	});
});

describe('a time', () => {
	test.each([
		[
			'in a URL parameter',
			{ parameter: 't' },
			{ url: `${URL}&t=${NOW_S}` },
			{ url: `${URL}&t=${NOW_S}&t=1` },
		],
		[
			'in a field of the body',
			{ bodyField: 'sent.at' },
			{ body: `{"sent":{"at":${NOW_S}}}` },
			{ body: `{"sent":{"at":1,"at":${NOW_S}}}` },
		],
	])('%s is signed, and may not be there twice', (_name, location, request, twice) => {
		const scheme = {
			content: '{timestamp}.{sha256-hex:body}',
			timestamp: { ...location, ...TIME },
		};
		const headersFor = ({ body = BODY }, time = NOW_S) =>
			sign(`${time}.${digest(body, 'sha256', 'hex')}`);
		expect(verify(scheme, { ...request, headers: headersFor(request) })).toEqual({
			valid: true,
			timestampMs: NOW_MS,
		});
		expect(codeOf(verify(scheme, { ...request, headers: headersFor(request, '1') }))).toBe(
			'SIGNATURE_INVALID',
		);
		expect(codeOf(verify(scheme, { ...twice, headers: headersFor(twice) }))).toBe(
			'CONTENT_AMBIGUOUS',
		);
		expect(codeOf(verify(scheme, { headers: headersFor({}) }))).toBe('TIMESTAMP_MISSING');
		expect(
			codeOf(
				verify(scheme, { ...request, headers: headersFor(request) }, { nowMs: NOW_MS + 300_001 }),
			),
		).toBe('TIMESTAMP_OUT_OF_TOLERANCE');
	});
});

describe('the formats of secrets', () => {
	const bytes = crypto.createHash('sha256').update('bytes').digest();
	const headers = { 'x-signature': hmac(BODY, { key: bytes }) };
	const check = (secretFormat, secret) =>
		codeOf(verify({ secretFormat }, { headers }, { secrets: [secret] }));

	test.each([
		['hex', bytes.toString('hex')],
		['hex', bytes.toString('hex').toUpperCase()],
		['base64', bytes.toString('base64')],
		['base64', bytes.toString('base64').replace('=', '')],
		['base64', bytes.toString('base64url')],
		['standardWebhooks', `whsec_${bytes.toString('base64')}`],
		['standardWebhooks', `v1,whsec_${bytes.toString('base64')}`],
	])('%s decodes %s', (format, secret) => {
		expect(check(format, secret)).toBe('valid');
		expect(check('text', secret)).toBe('SIGNATURE_INVALID');
	});

	test('several count at once, in each format', () => {
		const wrong = Buffer.alloc(32, 1);
		for (const format of ['hex', 'base64']) {
			const secrets = [wrong.toString(format), 'not in the format!', bytes.toString(format)];
			expect(verify({ secretFormat: format }, { headers }, { secrets })).toEqual({ valid: true });
		}
	});
});
