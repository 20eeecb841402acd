const { receiveRequest } = require('../../../build/core/receiving/receive');

const { createRequest, createRules, NONE, SECRETS, signed, secretsFor } = require('./requests');

const TOKEN = 'wh_body_token_8e6a';

const createBodyRules = (field = 'auth.token', changes = {}) =>
	createRules('custom', 'event', {
		methods: ['bodyToken'],
		formBodies: {},
		loadSecrets: async () => ({
			...NONE,
			chosenMethods: ['bodyToken'],
			body: { field, tokens: ['wh_body_token_old_1', TOKEN] },
		}),
		...changes,
	});

const receive = async (rules, raw, headers) =>
	await receiveRequest(rules, createRequest({ raw, headers }));

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('a token in the body', () => {
	test('is accepted, and masked in all that is read from the body', async () => {
		const raw = JSON.stringify({ event: 'a', data: { x: 1 }, auth: { token: TOKEN, id: 7 } });
		const result = await receive(createBodyRules(), raw);
		expect(result).toMatchObject({
			result: 'accepted',
			authentication: ['bodyToken'],
			body: { event: 'a', data: { x: 1 }, auth: { token: '***', id: 7 } },
			event: { type: 'a', data: { x: 1 }, envelope: { auth: { token: '***' } } },
		});
		expect(JSON.stringify([result.readExactBody(), result.event])).not.toContain(TOKEN);
	});

	test.each(['wh_body_token_old_1', TOKEN])('may be any of the tokens: %s', async (token) => {
		const raw = JSON.stringify({ auth: { token } });
		expect(await receive(createBodyRules(), raw)).toMatchObject({ result: 'accepted' });
	});

	test('is accepted in a form, and masked there', async () => {
		const result = await receive(createBodyRules('token'), `event=a&token=${TOKEN}`, FORM);
		expect(result).toMatchObject({ result: 'accepted', body: { event: 'a', token: '***' } });
	});

	test.each([
		['another', { auth: { token: `${TOKEN}x` } }, 'TOKEN_INVALID'],
		['a part of it', { auth: { token: TOKEN.slice(1) } }, 'TOKEN_INVALID'],
		['of another case', { auth: { token: TOKEN.toUpperCase() } }, 'TOKEN_INVALID'],
		['a number', { auth: { token: 7 } }, 'TOKEN_INVALID'],
		['true', { auth: { token: true } }, 'TOKEN_INVALID'],
		['an object', { auth: { token: { [TOKEN]: TOKEN } } }, 'TOKEN_INVALID'],
		['a list', { auth: { token: [TOKEN] } }, 'TOKEN_INVALID'],
		['empty', { auth: { token: '' } }, 'TOKEN_MISSING'],
		['null', { auth: { token: null } }, 'TOKEN_MISSING'],
		['missing', { auth: {} }, 'TOKEN_MISSING'],
		['elsewhere', { token: TOKEN }, 'TOKEN_MISSING'],
		['in an empty list', [], 'TOKEN_MISSING'],
	])('is rejected if it is %s', async (_, body, code) => {
		expect(await receive(createBodyRules(), JSON.stringify(body))).toMatchObject({
			result: 'rejected',
			status: 401,
			code,
			details: { field: 'auth.token' },
		});
	});

	test.each(['', '{}', '"text"', 'null', '7'])('is missing in the body %j', async (raw) => {
		expect(await receive(createBodyRules(), raw)).toMatchObject({ code: 'TOKEN_MISSING' });
	});

	test.each([
		`{"auth":{"token":"x","token":"${TOKEN}"}}`,
		`{"auth":{"token":"${TOKEN}","token":"${TOKEN}"}}`,
		`{"auth":{"token":"x"},"auth":{"token":"${TOKEN}"}}`,
	])('is rejected if a key on the way to it occurs twice: %s', async (raw) => {
		expect(await receive(createBodyRules(), raw)).toMatchObject({
			code: 'TOKEN_INVALID',
			details: { received: 'the field more than once' },
		});
	});

	test('is rejected if a form has its field twice', async () => {
		const raw = `token=${TOKEN}&token=${TOKEN}`;
		expect(await receive(createBodyRules('token'), raw, FORM)).toMatchObject({
			code: 'TOKEN_INVALID',
		});
	});

	test('must be in each event of a list', async () => {
		const rules = createBodyRules('value.clientState');
		const send = async (...states) =>
			await receive(
				rules,
				JSON.stringify({ value: states.map((clientState) => ({ id: 1, clientState })) }),
			);
		expect(await send(TOKEN, TOKEN)).toMatchObject({
			result: 'accepted',
			body: { value: [{ clientState: '***' }, { clientState: '***' }] },
		});
		for (const other of [undefined, null, 'x', '']) {
			expect(await send(TOKEN, other)).toMatchObject({ code: 'TOKEN_INVALID' });
		}
		expect(await send()).toMatchObject({ code: 'TOKEN_MISSING' });
		expect(await send(...Array.from({ length: 100 }, (_, index) => `${index}`))).toMatchObject({
			code: 'TOKEN_INVALID',
		});
	});

	test('is not looked for in a large body', async () => {
		const raw = JSON.stringify({ auth: { token: TOKEN }, x: 'x'.repeat(1024 * 1024) });
		const rules = createBodyRules('auth.token', { maxBodyBytes: 10 * 1024 * 1024 });
		expect(await receive(rules, raw)).toMatchObject({ status: 413, code: 'PAYLOAD_TOO_LARGE' });
	});

	test('tells callers apart', async () => {
		const send = async (token) =>
			await receive(createBodyRules(), JSON.stringify({ auth: { token } }));
		const [first, second, again] = [
			await send(TOKEN),
			await send('wh_body_token_old_1'),
			await send(TOKEN),
		];
		expect(first.callers).toEqual(again.callers);
		expect(first.callers).not.toEqual(second.callers);
		expect(JSON.stringify(first)).not.toContain(TOKEN);
	});

	test('without a field or a token is an error for the owner', async () => {
		const rules = createBodyRules('', { loadSecrets: async () => NONE });
		await expect(receive(rules, '{}')).rejects.toThrow(
			'Turn on "Body Token" in the credential and fill in "Body Field" and "Body Tokens"',
		);
	});

	test('is masked at the platform’s place, whatever is checked', async () => {
		const rules = createRules('custom', 'event', { bodyTokenField: 'passcode' });
		const raw = '{"passcode":"s3cret-passcode","event":"PING"}';
		expect(await receive(rules, raw)).toMatchObject({
			result: 'accepted',
			body: { passcode: '***', event: 'PING' },
		});
	});
});

describe('a token in the body beside other methods', () => {
	const body = { event: 'a', auth: { token: TOKEN } };
	const other = { event: 'a', auth: { token: 'x' } };
	const createMixedRules = (methods, mode) =>
		createRules('agenticflow', 'event', {
			methods,
			mode,
			validatesEvents: false,
			loadSecrets: async () => ({ ...SECRETS, ...secretsFor('agenticflow') }),
		});
	const send = async (rules, sent, headers) =>
		await receiveRequest(rules, createRequest({ body: sent, headers }));

	test('must pass together with the signature if all must', async () => {
		const rules = createMixedRules(['signature', 'bodyToken'], 'all');
		expect(await send(rules, body, signed('agenticflow', body))).toMatchObject({
			authentication: ['signature', 'bodyToken'],
		});
		expect(await send(rules, other, signed('agenticflow', other))).toMatchObject({ status: 401 });
		expect(await send(rules, body)).toMatchObject({ status: 401, code: 'SIGNATURE_MISSING' });
	});

	test('is enough without a signature if any is, and the caller does not learn which failed', async () => {
		const rules = createMixedRules(['signature', 'bodyToken', 'bearer'], 'any');
		expect(await send(rules, body)).toMatchObject({ authentication: ['bodyToken'] });
		expect(await send(rules, other, signed('agenticflow', other))).toMatchObject({
			authentication: ['signature'],
			body: { auth: { token: '***' } },
		});
		const bearer = { authorization: `Bearer ${SECRETS.bearerTokens[0]}` };
		expect(await send(rules, other, bearer)).toMatchObject({ authentication: ['bearer'] });
		expect(await send(rules, other)).toMatchObject({ status: 401, code: 'UNAUTHORIZED' });
	});
});
