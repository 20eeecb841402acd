/**
 * Two tenants attack each other for half an hour through Svix's API and the portal: each with its own key and link tries
 * all operations with the other's IDs, iterators, idempotency keys and filters. TENANTS_MINUTES sets another duration.
 */
const fc = require('fast-check');

const { getOperation } = require('../../build/core/svixApi/svixRoutes');
const { OUTBOX } = require('../e2e/crashStage');
const { KeyRing } = require('../e2e/hostileCalls');
const { readTenantRows } = require('../e2e/tenantRows');
const { uniqueName } = require('../e2e/workflows');
const { pause } = require('../harness/n8n');
const { createCalls, toUrl } = require('../unit/svixApi/callArbitraries');

const { ServedApi } = require('./servedApi');
const { expectFlat, Vitals } = require('./vitals');
const { keepDelivering, startWatched } = require('./watchedOutbox');

const MINUTES = Number(process.env.TENANTS_MINUTES ?? 30);
const SOAK_MS = MINUTES * 60_000;
const SEED = Number(process.env.HOSTILE_SEED ?? 20_240_120);
const CALLS_AT_ONCE = 50;
const SHOWN = 20;
const SETTLED_MS = 3000;
/** Keys that both tenants use. */
const IDEMPOTENCY_KEYS = ['key-1', 'key-2'];
const SENTINEL_EVENT = 'sentinel.only';

const served = new ServedApi();
const vitals = new Vitals();
let stage;

/** Leaves out what is for the keys of the owner alone, and the logout, which would withdraw the only key. */
const isAttack = (operation) =>
	operation !== 'v1.authentication.logout' && !getOperation(operation).isForAll;

/** A tenant that attacks. Its canary is in everything that it has, except for IDs. */
class Attacker {
	constructor(uid) {
		Object.assign(this, { uid, canary: uniqueName('zebra'), calls: 0, statuses: {} });
	}

	/** Creates what the other may neither see nor change, and what this tenant works on. */
	async settle() {
		const { canary, uid } = this;
		await served.own('POST', '/app', { name: canary, uid, metadata: { canary } });
		const endpoint = async (name, eventTypes) =>
			await served.own('POST', `/app/${uid}/endpoint`, {
				url: `${stage.base}/receive/none/${canary}?token=${canary}`,
				uid: name,
				description: canary,
				eventTypes,
				headers: { 'X-Canary': canary },
			});
		const message = async (eventType, eventId) =>
			await served.own('POST', `/app/${uid}/msg`, { eventType, payload: { canary }, eventId });
		// A name of its own: with the same one, the other's calls would name what it has itself.
		const sentinel = `sentinel-${uid}`;
		this.sentinel = await endpoint(sentinel, [SENTINEL_EVENT]);
		const kept = await message(SENTINEL_EVENT, sentinel);
		const main = await endpoint('main', ['order.created']);
		const sent = await message('order.created', 'order-1');
		await pause(SETTLED_MS);
		const { data } = await served.own('GET', `/app/${uid}/attempt/msg/${kept.id}`);
		const { iterator, prevIterator } = await served.own('GET', `/app/${uid}/msg?limit=1`);
		this.iterators = [iterator, prevIterator];
		this.own = { endpoint_id: ['main', main.id], msg_id: ['order-1', sent.id] };
		this.secret = {
			endpoint_id: [sentinel, this.sentinel.id],
			msg_id: [sentinel, kept.id],
			attempt_id: data.map(({ id }) => id),
		};
		this.before = await this.readSentinels();
	}

	/** The rows of what nobody may change: of the endpoint, and of the message, which pruning may delete. */
	async readSentinels() {
		const rows = await readTenantRows(stage.n8n, this.uid);
		const having = (text) =>
			Object.values(rows)
				.flat()
				.map((row) => JSON.stringify(row))
				.filter((row) => row.includes(text));
		const endpointRow = rows[`${OUTBOX}_endpoints_v1`].filter(
			(row) => row.endpoint_id === this.sentinel.id,
		);
		return { endpointRow, messageRows: having(this.secret.msg_id[1]) };
	}

	/** Arbitrary calls with one's own IDs and those of the other. */
	createAttacks(other) {
		const ids = (name) => [
			...(this.own[name] ?? []),
			...(other.own[name] ?? []),
			...other.secret[name],
		];
		return createCalls({
			app_id: [this.uid, this.uid, this.uid, other.uid, 'default'],
			endpoint_id: ids('endpoint_id'),
			msg_id: ids('msg_id'),
			attempt_id: ids('attempt_id'),
			event_type_name: ['order.created', SENTINEL_EVENT],
		}).filter(({ operation }) => isAttack(operation));
	}

	#build(call, token, isAtPortal) {
		const { body, method } = call;
		const sent = ['GET', 'HEAD'].includes(method) ? undefined : (body ?? {});
		const request = isAtPortal
			? served.buildForPortal(token, method, call.path, sent)
			: served.build(token, method, toUrl(call), sent);
		const key = IDEMPOTENCY_KEYS.includes(call.idempotencyKey) ? call.idempotencyKey : undefined;
		return { ...request, headers: { ...request.headers, ...(key && { 'idempotency-key': key }) } };
	}

	/** Makes calls until the time is over. Returns what went wrong. */
	async attack(other, until, seed) {
		const strange = [];
		const ring = new KeyRing(stage.outboxName, stage.encryptionSecret, this.uid);
		const attacks = this.createAttacks(other);
		for (let round = 0; Date.now() < until; round += 1) {
			const calls = fc.sample(attacks, { numRuns: CALLS_AT_ONCE, seed: seed + round });
			for (const [index, call] of calls.entries()) {
				if (Date.now() >= until) break;
				const isAtPortal = index % 3 === 0;
				const token = ring.create({ isPortal: isAtPortal });
				if (index % 10 === 0) call.query = { iterator: other.iterators[index % 2] };
				const { status, text } = await served.call(this.#build(call, token, isAtPortal));
				this.calls += 1;
				this.statuses[status] = (this.statuses[status] ?? 0) + 1;
				const isForAnother = call.path.startsWith(`/app/${other.uid}`);
				const isWrong =
					status >= 500 || (isForAnother && status < 400) || text.includes(other.canary);
				if (isWrong) strange.push({ call, isAtPortal, status, text: text.slice(0, 300) });
			}
		}
		return strange;
	}
}

const tenants = [new Attacker('tenant-a'), new Attacker('tenant-b')];

beforeAll(async () => {
	let watched;
	({ stage, watched } = await startWatched('tenants'));
	await served.start(stage);
	for (const tenant of tenants) await tenant.settle();
	await keepDelivering(stage);
	await vitals.open(stage.n8n, watched);
}, 600_000);

afterAll(async () => {
	vitals.close();
	await stage.stop();
});

test(
	`two tenants attack each other for ${MINUTES} minutes and reach nothing`,
	async () => {
		const until = Date.now() + SOAK_MS;
		const [a, b] = tenants;
		let isOver = false;
		const watch = async () => {
			while (!isOver) {
				await vitals.watch();
				await pause(1000);
			}
		};
		const watching = watch();
		const strange = await Promise.all([a.attack(b, until, SEED), b.attack(a, until, SEED + 1e6)]);
		isOver = true;
		await watching;
		const judgement = vitals.judge();
		console.log(
			[
				...tenants.map(
					({ calls, statuses, uid }) => `${uid}: ${calls} calls, ${JSON.stringify(statuses)}`,
				),
				vitals.describe(),
				JSON.stringify(judgement),
			].join('\n'),
		);
		const found = strange.flat();
		expect({ count: found.length, some: found.slice(0, SHOWN) }).toEqual({ count: 0, some: [] });
		for (const tenant of tenants) {
			expect(tenant.calls).toBeGreaterThan(0);
			const { endpointRow, messageRows } = await tenant.readSentinels();
			expect(endpointRow).toHaveLength(1);
			expect(endpointRow).toEqual(tenant.before.endpointRow);
			expect(tenant.before.messageRows).toEqual(expect.arrayContaining(messageRows));
		}
		// What each sends to its own endpoints has only its own canary.
		for (const [tenant, other] of [
			[a, b],
			[b, a],
		]) {
			const received = JSON.stringify(await stage.readInbox(tenant.canary));
			expect(received).not.toContain(other.canary);
		}
		expectFlat(judgement);
	},
	SOAK_MS + 600_000,
);
