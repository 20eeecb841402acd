const { getPlatform, getRequestKind } = require('../../../dist/core/platforms');
const { InboundConfigurationError } = require('../../../dist/core/receiving/authenticate');
const { receiveRequest } = require('../../../dist/core/receiving/receive');

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

describe('an Authorization header counts only as HTTP has it', () => {
	const { user, password } = SECRETS.basic;
	const [token] = SECRETS.bearerTokens;
	const right = basic(user, password).authorization.slice('Basic '.length);
	const resultOf = async (method, authorization) => {
		const rules = createRules('agenticflow', 'agentMessage', { methods: [method] });
		const { code, result } = await receiveRequest(
			rules,
			createRequest({ body: MESSAGE, headers: { authorization } }),
		);
		return code ?? result;
	};

	test.each(['Bearer ', 'bearer ', 'BEARER   ', 'Bearer \t '])(
		'Bearer after %j',
		async (scheme) => {
			expect(await resultOf('bearer', scheme + token)).toBe('accepted');
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
	])('Bearer: %s', async (_, authorization) => {
		expect(await resultOf('bearer', authorization)).toBe('TOKEN_INVALID');
	});

	test.each(['Basic ', 'BASIC ', 'basic  '])('Basic after %j', async (scheme) => {
		expect(await resultOf('basic', scheme + right)).toBe('accepted');
	});

	test.each([
		['two values that were joined', `Basic ${right}, ${right}`],
		['padding in the middle', `Basic ${right}====${right}`],
		['what is not base64', `Basic ${right.slice(0, 4)}!${right.slice(4)}`],
		['white space inside', `Basic ${right.slice(0, 4)} ${right.slice(4)}`],
		['padding that is too long', `Basic ${right}=`],
		['a no-break space', `Basic ${right}\u00a0`],
		['quotation marks', `Basic "${right}"`],
	])('Basic: %s', async (_, authorization) => {
		expect(await resultOf('basic', authorization)).toBe('CREDENTIALS_INVALID');
	});

	test('Basic: base64 without padding, for URLs, or with bits that mean nothing', async () => {
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

describe('methods that count where the owner has filled them in', () => {
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

	test('AgenticFlow takes any of its three methods', () => {
		expect(authentication).toEqual({ methods: ['urlToken', 'bearer', 'basic'], require: 'any' });
	});

	test('only a Bearer token is filled in: it is accepted, each of several', async () => {
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
	])('only a Bearer token is filled in, and %s comes: 401', async (_name, changes) => {
		expect(await admitMessage(onlyBearer, changes)).toMatchObject({
			result: 'rejected',
			status: 401,
		});
	});

	test.each([
		['a URL token', { query: { token: SECRETS.urlTokens[0] } }, 'urlToken'],
		['a Bearer token', { headers: bearer(SECRETS.bearerTokens[0]) }, 'bearer'],
		['Basic', { headers: basic(SECRETS.basic.user, SECRETS.basic.password) }, 'basic'],
	])('all are filled in: %s alone is enough', async (_name, changes, method) => {
		expect(await admitMessage(rules(SECRETS), changes)).toMatchObject({
			result: 'accepted',
			authentication: [method],
		});
	});

	test.each([
		['a URL token', { query: { token: 'anything' } }],
		['a Bearer token', { headers: bearer('anything') }],
		['Basic', { headers: basic('', '') }],
	])('nothing is filled in, and %s comes: the owner is told', async (_name, changes) => {
		const outcome = admitMessage(rules({}), changes);
		await expect(outcome).rejects.toThrow(InboundConfigurationError);
		await expect(outcome).rejects.toThrow(
			'Callers must present a URL token or a Bearer token or a user and password',
		);
	});

	test('nothing is filled in, and nothing comes: 401, and nothing is started', async () => {
		expect(await admitMessage(rules({}))).toMatchObject({ result: 'rejected', status: 401 });
	});

	test('where each must be filled in, a missing one is the owner’s fault', async () => {
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

	test('where all that is filled in must pass, a signature beside a token is asked for', async () => {
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
