const { createSvixWorld } = require('./svixWorld');

const toIterator = (position) => Buffer.from(JSON.stringify(position)).toString('base64url');

const BIG = { a: 'x'.repeat(5000) };
const URL_BODY = { url: 'https://acme.example/hooks' };

let ask;

beforeAll(async () => {
	const world = createSvixWorld();
	const { token } = await world.createKey();
	ask = async (...args) => await world.ask(token, ...args);
	await ask('POST', '/app', { name: 'Acme', uid: 'acme' });
	await ask('POST', '/app/acme/endpoint', { ...URL_BODY, uid: 'main' });
	await ask('POST', '/app/acme/msg', { eventType: 'a', payload: {}, eventId: 'first' });
	await ask('POST', '/event-type', { name: 'order.created', description: '' });
});

describe.each([
	['/app/acme/msg', 2],
	['/app/acme/endpoint/main/msg', 2],
	['/app/acme/attempt/endpoint/main', 3],
	['/app/acme/attempt/msg/first', 3],
])('the list %s', (path, length) => {
	const others = Array.from({ length: length - 1 }, () => 'b');

	test.each([
		['a text that is no time', ['a', ...others]],
		['an empty time', ['', ...others]],
		['a day that does not exist', ['2024-02-01T99:00:00.000Z', ...others]],
		['a character that PostgreSQL lacks', ['2024-02-01T10:00:00.000Z', ...others].with(-1, '\0')],
	])('answers an iterator with %s with 422', async (_, position) => {
		for (const prefix of ['', '-']) {
			const reply = await ask('GET', `${path}?iterator=${prefix}${toIterator(position)}`);
			expect(reply).toMatchObject({
				status: 422,
				data: { detail: [{ loc: ['query', 'iterator'] }] },
			});
		}
	});

	test('answers the iterator of a place that nothing has', async () => {
		const iterator = toIterator(['2024-02-01T10:00:00.000Z', ...others]);
		expect(await ask('GET', `${path}?iterator=${iterator}`)).toMatchObject({
			status: 200,
			data: { data: [], done: true },
		});
	});
});

test.each([
	['GET', '/app/acme/msg?before=2024-01-01T00:00:00%2B99:99', undefined, ['query', 'before']],
	[
		'POST',
		'/app/acme/endpoint/main/recover',
		{ since: '2024-01-01T00:00:00+99:99' },
		['body', 'since'],
	],
	[
		'POST',
		'/app/acme/msg',
		{ eventType: 'a', payload: {}, deliverAt: '2024-01-01T00:00:00-24:60' },
		['body', 'deliverAt'],
	],
	['POST', '/app/acme/endpoint', { ...URL_BODY, description: 'a\0' }, ['body', 'description']],
	['POST', '/app/acme/endpoint', { ...URL_BODY, metadata: BIG }, ['body', 'metadata']],
	['PATCH', '/app/acme', { metadata: BIG }, ['body', 'metadata']],
	['PUT', '/app/acme/endpoint/a:b', URL_BODY, ['path', 'endpoint_id']],
	['PUT', '/event-type/a:b', { description: 'A' }, ['path', 'event_type_name']],
])('%s %s answers what cannot be stored with 422', async (method, path, body, loc) => {
	expect(await ask(method, path, body)).toMatchObject({ status: 422, data: { detail: [{ loc }] } });
});

test('headers cannot grow without end, also not one request at a time', async () => {
	const change = async (name) =>
		await ask('PATCH', '/app/acme/endpoint/main/headers', {
			headers: { [name]: 'x'.repeat(4000) },
		});
	for (const name of ['x-a', 'x-b', 'x-c', 'x-d']) expect((await change(name)).status).toBe(204);
	expect(await change('x-e')).toMatchObject({
		status: 422,
		data: { detail: [{ loc: ['body', 'headers'] }] },
	});
	expect((await change('x-a')).status).toBe(204);
});

test('the fault of a new secret names its field', async () => {
	const path = '/app/acme/endpoint/main/secret/rotate';
	expect(await ask('POST', path, { key: '='.repeat(40) })).toMatchObject({
		status: 422,
		data: { detail: [{ loc: ['body', 'key'] }] },
	});
});

test.each(['9999-12-31T23:59:59-14:00', '0000-01-01T00:00:00+14:00'])(
	'%s, which UTC has in no year of four digits, is rejected instead of compared',
	async (time) => {
		for (const [method, path, body] of [
			['GET', `/app/acme/msg?before=${encodeURIComponent(time)}`],
			['GET', `/app/acme/attempt/endpoint/main?after=${encodeURIComponent(time)}`],
			['POST', '/app/acme/endpoint/main/recover', { since: time }],
			['POST', '/app/acme/endpoint/main/recover', { since: '2025-01-01T00:00:00Z', until: time }],
		]) {
			expect(await ask(method, path, body)).toMatchObject({ status: 422 });
		}
		const all = await ask('GET', '/app/acme/msg?before=9999-12-31T23:59:59Z');
		expect(all.data.data).toHaveLength(1);
	},
);

describe.each([[[]], [null], ['text'], [1]])('a body that is no object: %j', (body) => {
	test.each([
		['POST', '/app'],
		['PUT', '/app/acme'],
		['PATCH', '/app/acme'],
		['POST', '/app/acme/endpoint'],
		['PUT', '/app/acme/endpoint/main'],
		['PATCH', '/app/acme/endpoint/main'],
		['PUT', '/app/acme/endpoint/main/headers'],
		['PATCH', '/app/acme/endpoint/main/headers'],
		['PUT', '/app/acme/endpoint/main/authentication'],
		['PUT', '/app/acme/endpoint/main/delivery-settings'],
		['PATCH', '/app/acme/endpoint/main/delivery-settings'],
		['POST', '/app/acme/endpoint/main/secret/rotate'],
		['POST', '/app/acme/endpoint/main/recover'],
		['POST', '/app/acme/endpoint/main/recovery'],
		['POST', '/app/acme/endpoint/main/send-example'],
		['POST', '/app/acme/msg'],
		['POST', '/auth/app-portal-access/acme'],
		['POST', '/event-type'],
		['PUT', '/event-type/order.created'],
		['PATCH', '/event-type/order.created'],
	])('%s %s is answered 422', async (method, path) => {
		expect(await ask(method, path, body)).toMatchObject({
			status: 422,
			data: { detail: [{ loc: ['body'] }] },
		});
	});
});
