const { CredentialMask } = require('../../../build/core/receiving/presentedCredentials');
const { measureCpuMs } = require('../../harness/cpuTime');

const TOKEN = 'wh_s3cr3t-token.9a2e';
const PASSWORD = 'p4ss/word+&?=%';
const PAIR = Buffer.from(`sender:${PASSWORD}`).toString('base64');

const byUrlToken = { query: { token: TOKEN }, headers: {} };
const byBearer = { query: {}, headers: { authorization: `Bearer ${TOKEN}` } };
const byBasic = { query: {}, headers: { authorization: [`Basic ${PAIR}`] } };

const escapeAll = (text) =>
	[...text].map((c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`).join('');

describe('a presented credential', () => {
	test.each([
		['in a URL', `/webhook/x?token=${TOKEN}`, '/webhook/x?token=***'],
		['twice', `${TOKEN} and ${TOKEN}`, '*** and ***'],
		['within a word', `a${TOKEN}b`, 'a***b'],
		['escaped', `/x?u=${encodeURIComponent(`?token=${TOKEN}`)}`, '/x?u=%3Ftoken%3D***'],
		['escaped in every character', `/x?token=${escapeAll(TOKEN)}`, '***'],
		['escaped in upper case', `/x?token=${escapeAll(TOKEN).toUpperCase()}`, '***'],
		['escaped twice', `/x?u=${encodeURIComponent(escapeAll(TOKEN))}`, '***'],
		['escaped in part', `/x?token=${TOKEN.replace('_', '%5f')}`, '***'],
		['beside an invalid escape', `/x?a=%zz&token=${TOKEN.replace('_', '%5F')}`, '***'],
	])('is masked %s', (_, text, masked) => {
		for (const caller of [byUrlToken, byBearer]) {
			expect(new CredentialMask(caller).maskText(text)).toBe(masked);
		}
	});

	test('is found in nested and repeated URL parameters, and in several headers', () => {
		for (const caller of [
			{ query: { x: { token: TOKEN } }, headers: {} },
			{ query: { token: ['other', TOKEN] }, headers: {} },
			{ query: { token: { a: TOKEN } }, headers: {} },
			{ query: { x: [{ token: TOKEN }] }, headers: {} },
			{ query: {}, headers: { authorization: ['Bearer other', `bearer  ${TOKEN}`] } },
			{ query: {}, headers: { authorization: TOKEN } },
			{ query: {}, headers: { 'x-api-key': TOKEN } },
			{ query: {}, headers: { 'x-forwarded-authorization': `Bearer ${TOKEN}` } },
			{ query: {}, headers: { cookie: `a=1; session=${TOKEN}` } },
			{ query: {}, headers: { referer: `https://n8n.example.com/x?a=1&token=${TOKEN}#b` } },
			{ query: {}, headers: { 'x-original-url': `/x?x%5Btoken%5D=${TOKEN}` } },
			{ query: {}, headers: { 'x-original-query': `token=${TOKEN}` } },
			{ query: {}, headers: { forwarded: `https%3A%2F%2Fa%2F%3Ftoken%3D${TOKEN}` } },
		]) {
			expect([caller, new CredentialMask(caller).maskText(`<${TOKEN}>`)]).toEqual([
				caller,
				'<***>',
			]);
		}
	});

	test('of Basic is its pair, in base64 or not, and its password; not its user', () => {
		const mask = new CredentialMask(byBasic);
		expect(mask.maskText(PAIR)).toBe('***');
		expect(mask.maskText(`sender:${PASSWORD}`)).toBe('***');
		expect(mask.maskText(`pw is ${PASSWORD}`)).toBe('pw is ***');
		expect(mask.maskText(`?p=${encodeURIComponent(PASSWORD)}`)).toBe('?p=***');
		expect(mask.maskText('from sender')).toBe('from sender');
	});

	test('is masked in names and values of headers and URL parameters', () => {
		const mask = new CredentialMask(byUrlToken);
		expect(
			mask.maskNamed({
				authorization: 'Bearer x',
				'x-rewrite-url': `/x?token=${TOKEN}`,
				host: 'n8n.example.com',
				x: { token: TOKEN, page: '2', list: [{ token: TOKEN, a: [TOKEN] }] },
			}),
		).toEqual({
			'x-rewrite-url': '/x?token=***',
			host: 'n8n.example.com',
			x: { page: '2', list: [{ a: ['***'] }] },
		});
	});

	test.each([
		['as it is', JSON.stringify({ a: [{ url: `https://h/x?token=${TOKEN}` }], n: 1 })],
		['escaped', `{"a":[{"url":"https://h/x?token=${escapeAll(TOKEN)}"}],"n":1}`],
		[
			'in JSON’s escapes',
			`{"a":[{"url":"https://h/x?token=${TOKEN.replace('w', '\\u0077')}"}],"n":1}`,
		],
	])('is masked in a body %s', (_, raw) => {
		const masked = new CredentialMask(byUrlToken).maskBody(JSON.parse(raw), Buffer.from(raw));
		expect(JSON.stringify(masked)).toContain('***');
		expect(JSON.stringify(masked)).not.toContain(TOKEN);
		expect(decodeURIComponent(JSON.stringify(masked))).not.toContain(TOKEN);
		expect(masked.n).toBe(1);
	});

	test('is masked in the names of a body’s fields', () => {
		const raw = JSON.stringify({ [`a ${TOKEN}`]: { [TOKEN]: 1 } });
		expect(new CredentialMask(byBearer).maskBody(JSON.parse(raw), Buffer.from(raw))).toEqual({
			'a ***': { '***': 1 },
		});
	});

	test('is masked in a large body in every encoding, which an unrelated escape does not change', () => {
		const pad = 'x\\n%zz'.repeat(60_000);
		for (const hidden of [
			TOKEN.replace('w', '\\u0077'),
			escapeAll(TOKEN),
			encodeURIComponent(escapeAll(TOKEN)),
			TOKEN.replace('w', '\\u002577'),
		]) {
			const raw = `{"a":["<${hidden}>"],"pad":"${pad}"}`;
			const masked = new CredentialMask(byBearer).maskBody(JSON.parse(raw), Buffer.from(raw));
			expect([hidden, masked.a[0]]).toEqual([hidden, expect.stringContaining('***')]);
		}
		const raw = `{"a":"b","pad":"${pad}"}`;
		const body = JSON.parse(raw);
		expect(new CredentialMask(byBearer).maskBody(body, Buffer.from(raw))).toBe(body);
	});

	test('of digits is masked as a number too, also if JavaScript rounds it', () => {
		for (const token of ['1234567890123', '616581622363398142', '12345678.5']) {
			const mask = new CredentialMask({ query: { token }, headers: {} });
			const raw = `{"t":${token},"list":[${token}e0],"text":"${token}","other":12345}`;
			expect(mask.maskBody(JSON.parse(raw), Buffer.from(raw))).toEqual({
				t: '***',
				list: ['***'],
				text: '***',
				other: 12345,
			});
		}
	});

	test('that authenticates is masked, however many others come with it', () => {
		const many = Array.from({ length: 20 }, (_, index) => `a-long-cookie-value-${index}`);
		const cookie = many.map((value, index) => `c${index}=${value}`).join('; ');
		const named = Object.fromEntries(many.map((value) => [`csrf_token_${value}`, value]));
		const authorization = `Bearer ${TOKEN}`;
		for (const caller of [
			{ query: named, headers: { cookie, authorization } },
			{ query: { ...named, token: TOKEN }, headers: { cookie } },
		]) {
			expect(new CredentialMask(caller).maskText(`<${TOKEN}>`)).toBe('<***>');
		}
	});

	test.each([
		'application/json',
		'application/json; charset=utf-8',
		'workflow.execution.completed',
		'https://n8n.example.com/webhook',
	])('is not %s, also if a header is named like a credential', (text) => {
		const mask = new CredentialMask({ query: {}, headers: { 'x-csrf-token': text } });
		expect(mask.maskText(text)).toBe(text);
	});

	test('of few characters is masked only as a word of its own', () => {
		const mask = new CredentialMask({ query: { token: 'two' }, headers: {} });
		expect(mask.maskText('?token=two&a=network, two')).toBe('?token=***&a=network, ***');
	});

	test('leaves a body without it as the same object, also one with odd names', () => {
		const mask = new CredentialMask(byUrlToken);
		for (const raw of ['{"a":["b",{"c":null}]}', '{"__proto__":{"a":"%41"},"b":"\\\\"}']) {
			const body = JSON.parse(raw);
			expect(mask.maskBody(body, Buffer.from(raw))).toBe(body);
		}
		const raw = `{"__proto__":{"a":"${TOKEN}"}}`;
		expect(JSON.stringify(mask.maskBody(JSON.parse(raw), Buffer.from(raw)))).toBe(
			'{"__proto__":{"a":"***"}}',
		);
	});

	test('is nothing that the receiver knows only by name, such as a short ?token_type=', () => {
		const mask = new CredentialMask({
			query: { token_type: 'bearer' },
			headers: { cookie: 'a=b' },
		});
		expect(mask.maskText('bearer a=b')).toBe('bearer a=b');
	});

	test('costs little, however many credentials a caller presents and however large the body is', () => {
		const query = { token: Array.from({ length: 1000 }, (_, index) => `token-number-${index}`) };
		const rawBody = Buffer.from(JSON.stringify({ text: 'a%20'.repeat(2_500_000) }));
		const body = JSON.parse(rawBody.toString());
		const ms = measureCpuMs(() =>
			expect(new CredentialMask({ query, headers: {} }).maskBody(body, rawBody)).toBe(body),
		);
		expect(ms).toBeLessThan(1000);
	});
});

describe('a JSON Web Token', () => {
	const [header, claims] = [{ alg: 'RS256', typ: 'JWT' }, { sub: 'a' }].map((part) =>
		Buffer.from(JSON.stringify(part)).toString('base64url'),
	);
	const jwt = `${header}.${claims}.c2lnbmF0dXJl`;

	test.each([
		['after a scheme of its own', `v1=${jwt}`],
		['within a word', `v1${jwt}`],
		['after a version and a period', `v1.${jwt}`],
		['beside others', `t=1,${header}.x ${jwt};end`],
		['without a signature', `${jwt.slice(0, jwt.lastIndexOf('.'))}.`],
	])('is masked in a header of any name, %s', (_, value) => {
		const mask = new CredentialMask({ query: {}, headers: { 'x-proof': value } });
		expect(mask.maskText(value)).toContain('***');
		expect(mask.maskText(value)).not.toContain(claims);
	});

	test('is sought in linear time', () => {
		const caller = { query: {}, headers: { 'x-proof': 'eyJ'.repeat(300_000) } };
		const ms = measureCpuMs(() => expect(new CredentialMask(caller).maskText('eyJ')).toBe('eyJ'));
		expect(ms).toBeLessThan(1000);
	});
});
