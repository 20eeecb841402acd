const { getPlatform, getRequestKind } = require('../../../build/core/platforms');
const { InboundConfigurationError } = require('../../../build/core/receiving/configuredMethods');
const { receiveRequest } = require('../../../build/core/receiving/receive');

const {
	NONE,
	SECRETS,
	secretsFor,
	createRules,
	createRequest,
	basic,
	bearer,
	signed,
	MESSAGE,
} = require('./requests');

describe('the Authorization header', () => {
	const { user, password } = SECRETS.basic;
	const [token] = SECRETS.bearerTokens;
	const right = basic(user, password).authorization.slice('Basic '.length);
	const getResult = async (method, authorization) => {
		const rules = createRules('agenticflow', 'agentMessage', { methods: [method] });
		const { code, result } = await receiveRequest(
			rules,
			createRequest({ body: MESSAGE, headers: { authorization } }),
		);
		return code ?? result;
	};

	test.each(['Bearer ', 'bearer ', 'BEARER   ', 'Bearer \t '])(
		'is accepted with a Bearer token after %j',
		async (scheme) => {
			expect(await getResult('bearer', scheme + token)).toBe('accepted');
		},
	);

	test.each([
		['a no-break space behind the token', `Bearer ${token}\u00a0`],
		['a no-break space before it', `Bearer \u00a0${token}`],
		['a byte order mark', `Bearer ${token}\ufeff`],
		['a vertical tab', `Bearer ${token}\v`],
		['two tokens', `Bearer ${token}, ${token}`],
		['two headers that were joined', `Bearer ${token}, Bearer ${token}`],
		['quotation marks', `Bearer "${token}"`],
	])('is rejected with %s around or in the Bearer token', async (_, authorization) => {
		expect(await getResult('bearer', authorization)).toBe('TOKEN_INVALID');
	});

	test.each(['Basic ', 'BASIC ', 'basic  '])(
		'is accepted with Basic credentials after %j',
		async (scheme) => {
			expect(await getResult('basic', scheme + right)).toBe('accepted');
		},
	);

	test.each([
		['two values that were joined', `Basic ${right}, ${right}`],
		['padding in the middle', `Basic ${right}====${right}`],
		['what is not base64', `Basic ${right.slice(0, 4)}!${right.slice(4)}`],
		['white space inside', `Basic ${right.slice(0, 4)} ${right.slice(4)}`],
		['padding that is too long', `Basic ${right}=`],
		['a no-break space', `Basic ${right}\u00a0`],
		['quotation marks', `Basic "${right}"`],
	])('is rejected with %s in the Basic credentials', async (_, authorization) => {
		expect(await getResult('basic', authorization)).toBe('CREDENTIALS_INVALID');
	});

	test('is rejected with Basic credentials in base64 that is unpadded, URL-safe or not canonical', async () => {
		const pair = { user: 'sender', password: 'password-\u00ff\u00ff>>?' };
		const canonical = basic(pair.user, pair.password).authorization;
		const loadSecrets = async () => ({ ...secretsFor('agenticflow'), basic: pair });
		const rules = createRules('agenticflow', 'agentMessage', { methods: ['basic'], loadSecrets });
		const resultWith = async (authorization) =>
			(await receiveRequest(rules, createRequest({ body: MESSAGE, headers: { authorization } })))
				.result;
		expect(canonical).toMatch(/[+/].*[^=]=$/);
		expect(await resultWith(canonical)).toBe('accepted');
		const last = canonical.at(-2);
		const next = String.fromCharCode(last.charCodeAt(0) + 1);
		for (const other of [
			canonical.replace(/=+$/, ''),
			canonical.replaceAll('+', '-').replaceAll('/', '_'),
			`${canonical.slice(0, -2)}${next}=`,
		]) {
			expect([other, await resultWith(other)]).toEqual([other, 'rejected']);
		}
	});
});

describe('the modes allConfigured and anyConfigured', () => {
	const { authentication } = getRequestKind(getPlatform('agenticflow'), 'agentMessage');
	const rules = (secrets) =>
		createRules('agenticflow', 'agentMessage', {
			methods: authentication.methods,
			mode: 'anyConfigured',
			loadSecrets: async () => ({ ...NONE, ...secrets }),
		});
	const onlyBearer = rules({ bearerTokens: SECRETS.bearerTokens });
	const admitMessage = async (someRules, changes) =>
		await receiveRequest(someRules, createRequest({ body: MESSAGE, ...changes }));

	test('apply to AgenticFlow, which accepts any of three methods', () => {
		expect(authentication).toEqual({ methods: ['urlToken', 'bearer', 'basic'], require: 'any' });
	});

	test('accept each of several Bearer tokens if only Bearer tokens are configured', async () => {
		for (const token of SECRETS.bearerTokens) {
			expect(await admitMessage(onlyBearer, { headers: bearer(token) })).toMatchObject({
				result: 'accepted',
				body: MESSAGE,
				authentication: ['bearer'],
			});
		}
	});

	test.each([
		['none', {}],
		['another Bearer token', { headers: bearer('wrong') }],
		['an empty Bearer token', { headers: bearer('') }],
		['a URL token', { query: { token: SECRETS.urlTokens[0] } }],
		['an empty URL token', { query: { token: '' } }],
		['Basic', { headers: basic(SECRETS.basic.user, SECRETS.basic.password) }],
		['Basic of what is not filled in', { headers: basic('', '') }],
	])('reject %s with 401 if only Bearer tokens are configured', async (_name, changes) => {
		expect(await admitMessage(onlyBearer, changes)).toMatchObject({
			result: 'rejected',
			status: 401,
		});
	});

	test.each([
		['a URL token', { query: { token: SECRETS.urlTokens[0] } }, 'urlToken'],
		['a Bearer token', { headers: bearer(SECRETS.bearerTokens[0]) }, 'bearer'],
		['Basic', { headers: basic(SECRETS.basic.user, SECRETS.basic.password) }, 'basic'],
	])('accept %s alone if all methods are configured', async (_name, changes, method) => {
		expect(await admitMessage(rules(SECRETS), changes)).toMatchObject({
			result: 'accepted',
			authentication: [method],
		});
	});

	test.each([
		['a URL token', { query: { token: 'anything' } }],
		['a Bearer token', { headers: bearer('anything') }],
		['Basic', { headers: basic('', '') }],
	])(
		'throw an error for the owner if nothing is configured and the caller presents %s',
		async (_name, changes) => {
			const outcome = admitMessage(rules({}), changes);
			await expect(outcome).rejects.toThrow(InboundConfigurationError);
			await expect(outcome).rejects.toThrow(
				'Callers must present a URL token or a Bearer token or a user and password',
			);
		},
	);

	test('reject a caller who presents nothing with 401 if nothing is configured', async () => {
		expect(await admitMessage(rules({}))).toMatchObject({ result: 'rejected', status: 401 });
	});

	test('do not excuse a method without a secret in the modes all and any', async () => {
		for (const mode of ['all', 'any']) {
			const headers = bearer(SECRETS.bearerTokens[0]);
			const outcome = admitMessage(
				{ ...onlyBearer, methods: ['bearer', 'urlToken'], mode },
				{
					headers,
					query: { token: 'x' },
				},
			);
			await expect(outcome).rejects.toThrow(InboundConfigurationError);
		}
	});

	test('require a token and a signature if both are configured and all must pass', async () => {
		const { authentication: open } = getRequestKind(getPlatform('custom'), 'event');
		const body = { event: 'a', timestamp: '2024-01-15T10:30:00Z', data: {} };
		const both = createRules('custom', 'event', {
			methods: open.methods,
			mode: 'allConfigured',
			loadSecrets: async () => ({
				...NONE,
				bearerTokens: SECRETS.bearerTokens,
				signature: secretsFor('agenticflow').signature,
			}),
		});
		const token = bearer(SECRETS.bearerTokens[0]);
		const signature = signed('agenticflow', body);
		const send = async (headers) => await receiveRequest(both, createRequest({ body, headers }));
		expect(await send({ ...token, ...signature })).toMatchObject({
			result: 'accepted',
			authentication: ['bearer', 'signature'],
			signature: { scheme: 'agenticflow' },
		});
		expect(await send(token)).toMatchObject({ status: 401, code: 'SIGNATURE_MISSING' });
		expect(await send(signature)).toMatchObject({ status: 401, code: 'TOKEN_MISSING' });
		expect(await send({})).toMatchObject({ status: 401 });
	});
});

describe('a header token', () => {
	const [token, otherToken] = ['wh_header_token_5d3b', 'wh_header_token_old_91'];
	const receiveWith = async (headers, header = {}, changes = {}) => {
		const rules = createRules('agenticflow', 'agentMessage', {
			methods: ['headerToken'],
			loadSecrets: async () => ({
				...NONE,
				header: {
					names: ['x-key', 'x-old-key'],
					prefix: '',
					tokens: [token, otherToken],
					...header,
				},
			}),
			...changes,
		});
		return await receiveRequest(rules, createRequest({ body: MESSAGE, headers }));
	};

	test.each([
		['in the first header', { 'x-key': token }, {}],
		['in another one of the headers', { 'x-old-key': otherToken }, {}],
		['in both headers', { 'x-key': token, 'x-old-key': otherToken }, {}],
		['after a prefix', { 'x-key': `Token ${token}` }, { prefix: 'Token' }],
		['after a prefix of another case', { 'x-key': `token  ${token}` }, { prefix: 'Token' }],
		['after a prefix without a space', { 'x-key': `key=${token}` }, { prefix: 'key=' }],
		[
			'in Authorization',
			{ authorization: `Token ${token}` },
			{ names: ['authorization'], prefix: 'Token' },
		],
	])('is accepted %s', async (_, headers, header) => {
		expect(await receiveWith(headers, header)).toMatchObject({
			result: 'accepted',
			authentication: ['headerToken'],
		});
	});

	test.each([
		['in no header', {}, {}, 'TOKEN_MISSING'],
		['in another header', { 'x-other': token }, {}, 'TOKEN_MISSING'],
		['as an empty header', { 'x-key': '' }, {}, 'TOKEN_MISSING'],
		['that is another one', { 'x-key': `${token}x` }, {}, 'TOKEN_INVALID'],
		['with a part of it', { 'x-key': token.slice(1) }, {}, 'TOKEN_INVALID'],
		['beside a wrong one', { 'x-key': token, 'x-old-key': 'wrong' }, {}, 'TOKEN_INVALID'],
		['twice in one header', { 'x-key': `${token}, ${token}` }, {}, 'TOKEN_INVALID'],
		['without its prefix', { 'x-key': token }, { prefix: 'Token' }, 'TOKEN_INVALID'],
		['with another prefix', { 'x-key': `Tokem ${token}` }, { prefix: 'Token' }, 'TOKEN_INVALID'],
		['with a prefix that is not configured', { 'x-key': `Token ${token}` }, {}, 'TOKEN_INVALID'],
	])('is rejected %s', async (_, headers, header, code) => {
		expect(await receiveWith(headers, header)).toMatchObject({
			status: 401,
			code,
			details: { field: 'x-key or x-old-key' },
		});
	});

	test('without a header name or a token is an error for the owner', async () => {
		for (const header of [{ names: [] }, { tokens: [] }]) {
			await expect(receiveWith({ 'x-key': token }, header)).rejects.toThrow(
				'Callers must present a header token, but the Receiving credential has none. Turn on "Header Token" in the credential and fill in "Header Names" and "Header Tokens", or change',
			);
		}
	});

	test('is one of several methods, and the caller does not learn which one failed', async () => {
		const changes = { methods: ['bearer', 'headerToken'], mode: 'anyConfigured' };
		expect(await receiveWith({ 'x-key': token }, {}, changes)).toMatchObject({
			result: 'accepted',
		});
		const both = {
			...changes,
			loadSecrets: async () => ({
				...SECRETS,
				header: { names: ['x-key'], prefix: '', tokens: [token] },
			}),
		};
		expect(await receiveWith({ 'x-key': 'wrong' }, {}, both)).toMatchObject({
			code: 'UNAUTHORIZED',
		});
	});

	test('tells callers apart', async () => {
		const [first] = (await receiveWith({ 'x-key': token })).callers;
		const [second] = (await receiveWith({ 'x-key': otherToken })).callers;
		expect(first).not.toBe(second);
	});

	test('has one caller, however the header is spelled: a replay stays a replay', async () => {
		const prefix = { prefix: 'Token' };
		const spellings = [
			{ 'x-key': `Token ${token}` },
			{ 'x-key': `TOKEN   ${token}` },
			{ 'x-old-key': `Token\t${token}` },
			{ 'x-key': `token ${token}`, 'x-old-key': `Token ${token}` },
		];
		const callers = [];
		for (const headers of spellings) {
			const result = await receiveWith(headers, prefix);
			expect(result).toMatchObject({ result: 'accepted' });
			callers.push(...result.callers);
		}
		expect(callers).toHaveLength(spellings.length);
		expect(new Set(callers).size).toBe(1);
	});
});
