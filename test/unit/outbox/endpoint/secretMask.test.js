const fc = require('fast-check');

const { createSecretMask } = require('../../../../build/core/outbox/endpoint/secretMask');
const { measureCpuMs } = require('../../../harness/cpuTime');

const HIDDEN = '••••••••';
const NONE = { url: 'https://shop.example/hooks', signing: [], authentication: {}, headers: {} };
const maskWith = (secrets) => createSecretMask({ secrets: { ...NONE, ...secrets } });
const signing = (...secrets) => ({
	signing: secrets.map((secret) => ({ secret, created_at: '2025-01-15T10:00:00.000Z' })),
});

describe('createSecretMask', () => {
	test.each([
		['a signing secret', signing('whsec_abcdef'), 'got whsec_abcdef.', `got ${HIDDEN}.`],
		['one without its prefix', signing('whsec_abcdef'), 'key abcdef', `key ${HIDDEN}`],
		['a replaced one', signing('first secret', 'second secret'), '"second secret"', `"${HIDDEN}"`],
		['a token', { authentication: { token: 't0k3n' } }, 'Bearer t0k3n', `Bearer ${HIDDEN}`],
		[
			'a password, alone and with the user as in a header',
			{ authentication: { user: 'ann', password: 'p4ss' } },
			`p4ss ${Buffer.from('ann:p4ss').toString('base64')}`,
			`${HIDDEN} ${HIDDEN}`,
		],
		['a header’s value', { headers: { 'X-Key': 'k-123' } }, 'X-Key: k-123', `X-Key: ${HIDDEN}`],
		[
			'a header’s token without its type',
			{ headers: { Authorization: 'Token k-123' } },
			'token=k-123',
			`token=${HIDDEN}`,
		],
		[
			'the URL’s query, and each value in it',
			{ url: 'https://shop.example/hooks?key=a%2Fbcd&x=efgh' },
			'?key=a%2Fbcd&x=efgh | a/bcd | efgh',
			`?${HIDDEN} | ${HIDDEN} | ${HIDDEN}`,
		],
		['a secret in JSON', signing('a"b\\c/d'), '{"s":"a\\"b\\\\c\\/d"}', `{"s":"${HIDDEN}"}`],
		['one in a URL', signing('a b&c'), '?s=a%20b%26c&t=a+b%26c', `?s=${HIDDEN}&t=${HIDDEN}`],
		['one in HTML', signing('a<b>&c'), '<p>a&lt;b&gt;&amp;c</p>', `<p>${HIDDEN}</p>`],
		['one in base64', signing('secret'), Buffer.from('secret').toString('base64'), HIDDEN],
		['nothing that is too short to be secret', { headers: { 'X-V': '1' } }, '1 of 11', '1 of 11'],
		['nothing else', signing('secret'), 'The order is paid', 'The order is paid'],
	])('hides %s', (_, secrets, text, expected) => {
		expect(maskWith(secrets)(text)).toBe(expected);
	});

	test('hides the beginning of a secret where the text was cut', () => {
		const mask = maskWith(signing('a very long secret'));
		expect(mask('echo: a very lon', true)).toBe(`echo: ${HIDDEN}`);
		expect(mask('echo: a very lon')).toBe('echo: a very lon');
	});

	test('hides the longest beginning of a secret that ends a cut text', () => {
		const letters = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 5, maxLength: 12 });
		fc.assert(
			fc.property(letters, letters, (secret, text) => {
				const form = `${secret}!`;
				const lengths = Array.from({ length: form.length }, (_, length) => length);
				const cut = lengths.findLast((length) => text.endsWith(form.slice(0, length)));
				const expected = cut >= 4 ? text.slice(0, text.length - cut) + HIDDEN : text;
				expect(maskWith({ authentication: { token: form } })(text, true)).toBe(expected);
			}),
		);
	});

	test('hides the beginning of a long secret in a long answer that was cut, in little time', () => {
		const mask = maskWith({ authentication: { token: 'a'.repeat(200_000) } });
		const answer = `${'a'.repeat(199_999)}b`;
		expect(measureCpuMs(() => expect(mask(answer, true)).toBe(answer))).toBeLessThan(2000);
	});

	test('leaves no secret in any text', () => {
		const secret = fc.string({ unit: 'binary', minLength: 4, maxLength: 40 });
		const text = fc.string({ unit: 'binary', maxLength: 20 });
		fc.assert(
			fc.property(
				fc.array(secret, { minLength: 1, maxLength: 4 }),
				fc.array(text),
				(all, texts) => {
					const usable = all.map((one) => one.trim()).filter(({ length }) => length >= 4);
					const mask = maskWith(signing(...usable));
					const masked = mask(texts.map((one, index) => one + all[index % all.length]).join('|'));
					for (const one of usable) expect(masked).not.toContain(one);
				},
			),
		);
	});
});
