const { createManagedWorld, expectInvalid } = require('./managedWorld');

const OAUTH2 = {
	type: 'oauth2',
	token_url: 'https://auth.example.com/token?tenant=hidden',
	client_id: 'n8n',
	client_secret: 'client-s3cret',
	scope: 'events.write',
};
const AWS = {
	type: 'awsSigV4',
	access_key_id: 'AKIDEXAMPLE',
	secret_access_key: 'aws-s3cret',
	region: 'eu-central-1',
	service: 'lambda',
};

const readSecrets = async (world, id) => (await world.endpoint(id)).secrets.authentication;

test('shows a client and a key of AWS without their secrets', async () => {
	const world = createManagedWorld();
	const oauth = await world.create({ authentication: OAUTH2 });
	expect((await world.get(oauth)).authentication).toEqual({
		type: 'oauth2',
		token_url: 'https://auth.example.com/token',
		client_id: 'n8n',
		scope: 'events.write',
	});
	const aws = await world.create({ authentication: AWS });
	const { secret_access_key: _, ...shown } = AWS;
	expect((await world.get(aws)).authentication).toEqual(shown);
});

test.each([OAUTH2, AWS])(
	'keeps the secrets of an authentication that is written back: $type',
	async (authentication) => {
		const world = createManagedWorld();
		const id = await world.create({ authentication });
		const before = await readSecrets(world, id);
		const shown = await world.get(id);
		expect(await world.ask('update', { id, body: shown })).toMatchObject({ statusCode: 200 });
		expect(await readSecrets(world, id)).toEqual(before);
	},
);

test('changes one field of a client and keeps the others', async () => {
	const world = createManagedWorld();
	const id = await world.create({ authentication: OAUTH2 });
	const before = await readSecrets(world, id);
	await world.ask('update', { id, body: { authentication: { type: 'oauth2', scope: 'other' } } });
	expect(await readSecrets(world, id)).toEqual({ ...before, scope: 'other' });
});

test('keeps a session token of AWS with its access key, and drops it with another', async () => {
	const world = createManagedWorld();
	const id = await world.create({ authentication: { ...AWS, session_token: 'session' } });
	const { access_key_id, secret_access_key, ...shown } = AWS;
	for (const same of [shown, { ...shown, access_key_id }]) {
		await world.ask('update', { id, body: { authentication: same } });
		expect(await readSecrets(world, id)).toMatchObject({ sessionToken: 'session' });
	}
	const authentication = { ...shown, access_key_id: 'AKIDOTHER', secret_access_key };
	expect(await world.ask('update', { id, body: { authentication } })).toMatchObject({
		statusCode: 200,
	});
	expect(await readSecrets(world, id)).toEqual({
		authentication: 'awsSigV4',
		accessKeyId: 'AKIDOTHER',
		secretAccessKey: secret_access_key,
		region: 'eu-central-1',
		service: 'lambda',
	});
});

test('sends the client’s secret to no other token URL than it was given for', async () => {
	const world = createManagedWorld();
	const id = await world.create({ authentication: OAUTH2 });
	const before = await readSecrets(world, id);
	const token_url = 'https://attacker.example/token';
	for (const authentication of [
		{ type: 'oauth2', token_url },
		{ type: 'oauth2', token_url, client_id: 'n8n' },
	]) {
		const reply = await world.ask('update', { id, body: { authentication } });
		expect(reply.statusCode).toBe(422);
		expect(await readSecrets(world, id)).toEqual(before);
	}
});

test.each([
	['http://auth.example.com/token', {}, 422],
	['https://10.0.0.1/token', {}, 422],
	['https://auth.internal/token', { allowHttp: true }, 422],
	['ftp://auth.example.com/token', { allowHttp: true, allowInternal: true }, 422],
	['http://auth.internal/token', { allowHttp: true, allowInternal: true }, 201],
])('answers the token URL %s with %j: %d', async (token_url, rules, statusCode) => {
	const world = createManagedWorld();
	Object.assign(world.rules, rules);
	const body = { name: 'Orders', url: 'https://your-app.com/hooks', events: ['*'] };
	const reply = await world.ask('create', {
		body: { ...body, authentication: { ...OAUTH2, token_url } },
	});
	expect(reply.statusCode).toBe(statusCode);
	if (statusCode === 422) expectInvalid(reply, 'authentication.token_url');
});

test('does not extend the owner’s permission for the URL to a token URL of a caller', async () => {
	const world = createManagedWorld();
	await world.letIn('ep_1', {
		url: 'http://erp.internal/hooks',
		settings: { allow_http: true, allow_internal: true },
	});
	const authentication = { ...OAUTH2, token_url: 'http://vault.internal/token' };
	const reply = await world.ask('update', { id: 'ep_1', body: { authentication } });
	expectInvalid(reply, 'authentication.token_url');
});

test.each([
	['client_secret', { ...OAUTH2, client_secret: undefined }],
	['token_url', { ...OAUTH2, token_url: undefined }],
	['secret_access_key', { ...AWS, secret_access_key: undefined }],
	['region', { ...AWS, region: 'EU (Frankfurt)' }],
	['client_secret_in', { ...OAUTH2, client_secret_in: 'query' }],
])('names the field authentication.%s that is missing or wrong', async (field, authentication) => {
	const world = createManagedWorld();
	const body = { name: 'Orders', url: 'https://your-app.com/hooks', events: ['*'], authentication };
	expectInvalid(await world.ask('create', { body }), `authentication.${field}`);
});

test.each(['TOKEN_UNAVAILABLE', 'TOKEN_REJECTED'])(
	'tells a subscriber no more than that there was no token: %s',
	async (code) => {
		const world = createManagedWorld({
			answer: () => ({ kind: 'error', code, message: 'Port 6379 refused the connection' }),
		});
		const id = await world.create({ authentication: OAUTH2 });
		const { body } = await world.ask('test', { id, body: { event: 'order.created' } });
		expect(JSON.stringify(body)).toContain('OAuth2 server issued no access token');
		expect(JSON.stringify(body)).not.toContain('6379');
	},
);
