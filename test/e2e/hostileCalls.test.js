/**
 * Attacks Svix's API, its keys and the portal in a separate n8n: calls that must be rejected before an execution starts,
 * calls of one tenant with what belongs to another, keys that were withdrawn, and arbitrary calls.
 * HOSTILE_REQUESTS sets how many calls there are; calls that cost an execution are fewer.
 */
const fc = require('fast-check');

const { pause } = require('../harness/n8n');
const { BODIES, createCalls, toUrl } = require('../unit/svixApi/callArbitraries');

const { ALL_RIGHTS, HostileCaller, KeyRing, OPERATIONS } = require('./hostileCalls');
const { findFault } = require('./hostileFaults');
const { expectWithstood, HostileStage, REQUESTS, SEED } = require('./hostileStage');
const { importSvixApi } = require('./svixTemplate');
const { readTenantRows } = require('./tenantRows');
const { newSecret, uniqueName } = require('./workflows');

const OUTBOX = 'attacked';
/** Nobody listens there. */
const CLOSED = 'http://127.0.0.1:9';
const FUZZED = Math.max(40, Math.round(REQUESTS / 20));
const NO_LIMIT = 10_000_000;
const SETTLED_MS = 2000;

const encryptionSecret = newSecret();
const CANARY = uniqueName('zebra');
const THEIRS = `b.${CANARY}`;
const MINE = 'acme';

const stage = new HostileStage('calls');
const ring = new KeyRing(OUTBOX, encryptionSecret, MINE);
let api;
let ids;

/** Makes a call. Returns its status and text. */
async function call(token, method, url, body, headers = {}) {
	const response = await fetch(`${api.server}/api/v1${url}`, {
		method,
		headers: {
			authorization: `Bearer ${token}`,
			connection: 'close',
			...(body !== undefined && { 'content-type': 'application/json' }),
			...headers,
		},
		...(body !== undefined && { body: JSON.stringify(body) }),
	});
	return { status: response.status, text: await response.text() };
}

async function expectCall(...args) {
	const { status, text } = await call(...args);
	expect({ status, text, isRight: status >= 200 && status <= 299 }).toMatchObject({
		isRight: true,
	});
	return text === '' ? undefined : JSON.parse(text);
}

/** Creates a tenant with an endpoint and a message. Returns their IDs, by their names in paths. */
async function settle(uid, word) {
	const owner = ring.create({ tenantId: null });
	await expectCall(owner, 'POST', '/app', { name: word, uid, metadata: { word } });
	const { id: endpoint } = await expectCall(owner, 'POST', `/app/${uid}/endpoint`, {
		url: `${CLOSED}/${word}?token=${word}`,
		uid: 'main',
		description: word,
		metadata: { word },
		headers: { 'X-Word': word },
	});
	const message = { eventType: 'order.created', payload: { word }, eventId: 'order-1' };
	const { id } = await expectCall(owner, 'POST', `/app/${uid}/msg`, message, {
		'idempotency-key': 'order-1',
	});
	await pause(SETTLED_MS);
	const { data } = await expectCall(owner, 'GET', `/app/${uid}/attempt/msg/${id}`);
	const page = await expectCall(owner, 'GET', `/app/${uid}/msg?limit=1`);
	return {
		app_id: [uid],
		endpoint_id: ['main', endpoint],
		msg_id: [id, 'order-1'],
		attempt_id: data.map((attempt) => attempt.id),
		event_type_name: ['order.created'],
		iterators: [page.iterator, page.prevIterator],
	};
}

beforeAll(async () => {
	await stage.start();
	const { client } = stage.n8n;
	const outbox = await client.createCredential('agentWebhookOutboxApi', 'Outbox', {
		encryptionSecret,
		outboxName: OUTBOX,
	});
	api = await importSvixApi(client, outbox, {
		maxRequestsPerMinute: NO_LIMIT,
		portal: { name: 'Acme' },
	});
	ids = { mine: await settle(MINE, 'apple'), theirs: await settle(THEIRS, CANARY) };
}, 300_000);

afterAll(async () => await stage.stop());

const readAll = async (tenantId) => JSON.stringify(await readTenantRows(stage.n8n, tenantId));

test(`rejects ${REQUESTS} hostile calls, starts no execution, and leaves tables and memory as they were`, async () => {
	const { pathname } = new URL(api.server);
	const names = Object.keys(ids.mine);
	const all = Object.fromEntries(
		names.map((name) => [name, [...ids.mine[name], ...ids.theirs[name]]]),
	);
	const caller = new HostileCaller(SEED, { ids: all, path: pathname, ring });
	const before = await stage.takeCensus();
	const secrets = [encryptionSecret];
	const report = await stage.attack({
		next: () => caller.next(),
		// Paths contain the ID of the other tenant, which an answer may name.
		findFault: (request, answer) =>
			findFault(
				request,
				{ ...answer, text: answer.text.replaceAll(THEIRS, '') },
				{
					canaries: [CANARY, ...secrets],
					// Calls of the portal with another method are to an address that n8n does not know.
					paths: request.method === 'POST' ? [`${pathname}/portal`] : [],
				},
			),
	});
	expectWithstood(report);
	const unauthorized = report.statuses.map((half) => half[401] ?? 0);
	expect(unauthorized[0] + unauthorized[1]).toBeGreaterThan(REQUESTS / 4);
	expect(await stage.takeCensus()).toEqual(before);
}, 3_600_000);

const isWithinTenant = ({ id, isForAll }) =>
	!isForAll && !id.startsWith('v1.event-type') && id !== 'v1.authentication.logout';

test.each([
	['an API key', {}],
	['the key of a link', { isPortal: true }],
])(
	'%s reaches nothing of another tenant by any operation',
	async (_, facts) => {
		const token = ring.create({ ...facts, rights: ALL_RIGHTS });
		const before = await readAll(THEIRS);
		const fill = (template, own) => template.replace(/\{(\w+)\}/g, (__, name) => own[name].at(-1));
		const strange = [];
		for (const { body, id, method, path } of OPERATIONS.filter(isWithinTenant)) {
			const places = [ids.theirs, { ...ids.theirs, app_id: [MINE] }];
			for (const own of path === 'app/{app_id}' ? places.slice(0, 1) : places) {
				if (own !== ids.theirs && !/endpoint_id|msg_id|attempt_id/.test(path)) continue;
				const sent = body === undefined ? undefined : BODIES[body];
				const url = `/${fill(path, { ...own, endpoint_id: ids.theirs.endpoint_id })}`;
				const { status, text } = await call(token, method, url, sent, {
					'idempotency-key': 'order-1',
				});
				const shown = text.replaceAll(THEIRS, '');
				// A PUT of an endpoint creates it, and a list of what is not there is empty.
				const isRight = own === ids.theirs ? status === 404 : status < 500;
				if (!isRight || shown.includes(CANARY))
					strange.push([id, url, status, shown.slice(0, 300)]);
			}
		}
		for (const iterator of ids.theirs.iterators) {
			const { status, text } = await call(token, 'GET', `/app/${MINE}/msg?iterator=${iterator}`);
			if (status >= 500 || text.includes(CANARY))
				strange.push(['iterator', iterator, status, text]);
		}
		expect(strange).toEqual([]);
		expect(await readAll(THEIRS)).toBe(before);
	},
	600_000,
);

test('a key ends with the tenant it is for, also if that is created again, and with its logout', async () => {
	const owner = ring.create({ tenantId: null });
	const uid = uniqueName('leaving');
	await expectCall(owner, 'POST', '/app', { name: uid, uid });
	const [link, key] = [{ isPortal: true, id: 'key_link' }, {}].map((facts) =>
		ring.create({ tenantId: uid, ...facts }),
	);
	await expectCall(link, 'GET', `/app/${uid}/endpoint`);
	await expectCall(link, 'POST', '/auth/logout', {});
	expect(await call(link, 'GET', `/app/${uid}/endpoint`)).toMatchObject({ status: 401 });
	await expectCall(key, 'GET', `/app/${uid}/endpoint`);
	await expectCall(owner, 'DELETE', `/app/${uid}`);
	expect(await call(key, 'GET', `/app/${uid}/endpoint`)).toMatchObject({ status: 401 });
	await expectCall(owner, 'POST', '/app', { name: uid, uid });
	for (const token of [key, link]) {
		expect(await call(token, 'GET', `/app/${uid}/endpoint`)).toMatchObject({ status: 401 });
	}
}, 300_000);

test(`${FUZZED} arbitrary calls of one tenant fail no execution, and show and change nothing of another`, async () => {
	const token = ring.create();
	const { iterators: _, ...names } = ids.mine;
	const all = Object.fromEntries(
		Object.keys(names).map((name) => [name, [...ids.mine[name], ...ids.theirs[name], 'none']]),
	);
	const calls = fc.sample(createCalls(all), { numRuns: FUZZED, seed: SEED });
	const before = await readAll(THEIRS);
	const statuses = {};
	const strange = [];
	for (const one of calls) {
		const { body, idempotencyKey, method } = one;
		const { status, text } = await call(
			token,
			method,
			toUrl(one),
			method === 'GET' ? undefined : body,
			idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey },
		);
		statuses[status] = (statuses[status] ?? 0) + 1;
		const isShown = text.replaceAll(THEIRS, '').includes(CANARY);
		if (status >= 500 || isShown) strange.push([one, status, text.slice(0, 300)]);
	}
	console.log(JSON.stringify({ seed: SEED, statuses }));
	expect(strange).toEqual([]);
	expect(await readAll(THEIRS)).toBe(before);
	const executions = await stage.n8n.query(
		`SELECT id FROM execution_entity WHERE status NOT IN ('success', 'running', 'new')`,
	);
	expect(executions).toEqual([]);
}, 3_600_000);
