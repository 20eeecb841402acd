/** The authentication of an endpoint over the API, which Svix's server lacks. */
const { createSvixWorld } = require('./svixWorld');

const OAUTH2 = {
	type: 'oauth2',
	tokenUrl: 'https://auth.example.com/token?tenant=hidden',
	clientId: 'n8n',
	clientSecret: 'client-s3cret',
	scope: 'events.write',
};
const AWS = {
	type: 'awsSigV4',
	accessKeyId: 'AKIDEXAMPLE',
	secretAccessKey: 'aws-s3cret',
	region: 'eu-central-1',
	service: 'lambda',
};

async function createAcme() {
	const world = createSvixWorld();
	const { token } = await world.createKey();
	const svix = await world.client(token);
	await svix.application.create({ name: 'acme', uid: 'acme' });
	const { id } = await svix.endpoint.create('acme', { url: 'https://acme.example/hooks' });
	const path = `/app/acme/endpoint/${id}/authentication`;
	return {
		id,
		svix,
		world,
		read: async (key = token) => await world.ask(key, 'GET', path),
		replace: async (body, key = token) => await world.ask(key, 'PUT', path, body),
		readSecrets: async () => (await world.endpoint(id)).secrets.authentication,
	};
}

test('is none at first', async () => {
	const { read } = await createAcme();
	expect(await read()).toMatchObject({ status: 200, data: { type: 'none' } });
});

test.each([OAUTH2, AWS, { type: 'basic', username: 'ann', password: 'pass-w0rd' }])(
	'is replaced, and shown without its secret: $type',
	async (authentication) => {
		const { read, replace } = await createAcme();
		expect((await replace(authentication)).status).toBe(204);
		const { data } = await read();
		const { clientSecret, password, secretAccessKey, tokenUrl, ...shown } = authentication;
		expect(data).toEqual({
			...shown,
			...(tokenUrl && { tokenUrl: 'https://auth.example.com/token' }),
		});
		expect(JSON.stringify(data)).not.toMatch(/s3cret|w0rd|hidden/);
	},
);

test('keeps the secret if what was read is written back, and drops it for another token URL', async () => {
	const { read, readSecrets, replace } = await createAcme();
	await replace(OAUTH2);
	const before = await readSecrets();
	const { data } = await read();
	expect((await replace(data)).status).toBe(204);
	expect(await readSecrets()).toEqual(before);
	const moved = await replace({ ...data, tokenUrl: 'https://attacker.example/token' });
	expect(moved).toMatchObject({
		status: 422,
		data: { detail: [{ loc: ['body', 'clientSecret'], msg: 'is required' }] },
	});
	expect(await readSecrets()).toEqual(before);
});

test('is removed if the endpoint’s URL gets another origin', async () => {
	const { id, read, replace, svix } = await createAcme();
	await replace(OAUTH2);
	await svix.endpoint.patch('acme', id, { url: 'https://attacker.example/hooks' });
	expect((await read()).data).toEqual({ type: 'none' });
});

test.each([
	['an internal token URL', { ...OAUTH2, tokenUrl: 'https://10.0.0.1/token' }, 'tokenUrl'],
	['a token URL over plain HTTP', { ...OAUTH2, tokenUrl: 'http://auth.example.com' }, 'tokenUrl'],
	['no client ID', { ...OAUTH2, clientId: undefined }, 'clientId'],
	['a field of another type', { ...OAUTH2, secretAccessKey: 'x' }, 'secretAccessKey'],
	['a region that is none', { ...AWS, region: 'EU' }, 'region'],
	['an unknown type', { type: 'magic' }, 'type'],
	['an unknown field', { type: 'none', realm: 'x' }, 'realm'],
])('is answered 422 with %s, which names the field', async (_name, body, field) => {
	const { readSecrets, replace } = await createAcme();
	const { data, status } = await replace(body);
	expect(status).toBe(422);
	expect(data.detail).toEqual([
		{ loc: ['body', field], msg: expect.any(String), type: expect.any(String) },
	]);
	expect(await readSecrets()).toEqual({});
});

test('is answered 422 with what a field must be', async () => {
	const { replace } = await createAcme();
	const { data } = await replace({ type: 'basic', username: 'a:b', password: 'x\n' });
	expect(data.detail.map(({ loc, msg }) => `${loc.at(-1)} ${msg}`)).toEqual([
		'username must be a name without colons and control characters',
		'password must be a password without control characters',
	]);
});

test('cannot be changed with a key that only reads', async () => {
	const { read, replace, world } = await createAcme();
	const { token } = await world.createKey({ rights: ['read'] });
	expect((await replace({ type: 'none' }, token)).status).toBe(403);
	expect((await read(token)).status).toBe(200);
});
