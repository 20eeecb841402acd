/**
 * Generates calls of Svix's API and the portal from a seed, each of which must be rejected before an execution starts:
 * with forged keys, without the right that is needed, to unknown paths, or with fields that are not valid.
 */
const { createApiKeys } = require('../../build/core/outbox/apiKey/apiKeyToken');
const { getOperation, OPERATION_IDS } = require('../../build/core/svixApi/svixRoutes');
const { BODIES } = require('../unit/svixApi/callArbitraries');

const { Dice, EXTRAS, HEADER_FAULTS, ODD_TEXTS, PATH_TAILS, wire } = require('./hostileRequests');
const { newSecret } = require('./workflows');

const DAY_MS = 86_400_000;
const ALL_RIGHTS = ['read', 'manage', 'replay', 'send', 'secrets'];
const OPERATIONS = OPERATION_IDS.map((id) => ({ id, ...getOperation(id) })).filter(
	({ isPublic }) => !isPublic,
);

/** Bodies that no operation accepts: JSON with fields that are unknown, or no JSON. */
const INVALID_TEXTS = [
	...['truncated', 'nestedLists', 'openLists', 'rawNul', 'twoByteOrderMarks', 'manyKeys'],
	...['longKey', 'notJson'],
];

/** Faults of a header that Node does not repair: it drops a second Authorization. */
const KEY_FAULTS = Object.keys(HEADER_FAULTS).filter((name) => !name.startsWith('doubled'));

const INVALID_QUERIES = [
	...['limit=0', 'limit=251', 'limit=1e3', 'iterator=zebra', 'unknown=1', 'limit=1&limit=2'],
	...['order=1', 'before=yesterday', 'limit[]=1', 'status=9'],
];

/** What a page of the portal could post in place of a call. */
const INVALID_PORTAL_CALLS = [
	...[null, [], 'GET', 1, {}, { method: 'GET' }, { method: 'HEAD', path: 'app/a' }],
	...[
		{ method: 'GET', path: 1 },
		{ method: 'GET', path: 'app/a/portal', more: 1 },
	],
	...[
		{ method: 'GET', path: '../app/a/portal' },
		{ method: 'GET', path: 'app/={{1}}/portal' },
	],
	...[{ method: 'GET', path: 'app/a/portal', query: { a: 1 } }],
	...[
		{ method: 'GET', path: 'x'.repeat(2000) },
		{ method: 'GET', path: 'app/a/portal?limit=1' },
	],
	...[{ method: 'GET', path: 'app/a/portal', idempotencyKey: 'x'.repeat(300) }],
];

/** Creates keys as the outbox does, as another outbox with its encryption key, or as somebody who lacks that. */
class KeyRing {
	constructor(outboxName, encryptionKey, tenantId) {
		this.keys = createApiKeys(outboxName, [encryptionKey]);
		this.sibling = createApiKeys(`${outboxName}_2`, [encryptionKey]);
		this.forger = createApiKeys(outboxName, [newSecret()]);
		this.facts = {
			id: 'key_hostile',
			tenantId,
			rights: ALL_RIGHTS,
			issuedAtMs: Date.now(),
			expiresAtMs: null,
			epoch: 1,
			isPortal: false,
		};
	}

	create(facts = {}) {
		return this.keys.create({ ...this.facts, issuedAtMs: Date.now(), ...facts });
	}

	/** Ways to make a key that must be rejected. */
	#ways(dice, valid) {
		const [payload, mac] = valid.slice('agw_'.length).split('.');
		const encode = (facts) => Buffer.from(JSON.stringify(facts)).toString('base64url');
		const facts = JSON.parse(Buffer.from(payload, 'base64url').toString());
		const changed = (index, value) => `agw_${encode(facts.with(index, value))}.${mac}`;
		const past = Date.now() - dice.below(30 * DAY_MS) - 1000;
		return {
			expired: () => this.create({ expiresAtMs: past }),
			'expired, of a portal': () => this.create({ expiresAtMs: past, isPortal: true }),
			'of another outbox with the same encryption key': () => this.sibling.create(this.facts),
			'signed again with another key': () => this.forger.create(this.facts),
			'for all tenants, signed again': () => this.forger.create({ ...this.facts, tenantId: null }),
			'changed to all tenants': () => changed(2, null),
			'changed to another tenant': () => changed(2, dice.text(8)),
			'changed to more rights': () => changed(3, [...ALL_RIGHTS, 'admin']),
			'changed to no end': () => changed(5, null),
			'changed epoch': () => changed(6, dice.below(9) + 2),
			'of another version': () => changed(0, 3),
			'with the signature of another': () =>
				`agw_${payload}.${this.create({ id: 'x' }).split('.')[1]}`,
			'without a signature': () => `agw_${payload}`,
			'with an empty signature': () => `agw_${payload}.`,
			'a signature of zeros': () => `agw_${payload}.${'A'.repeat(43)}`,
			'of Svix': () => `testsk_${dice.text(32)}.eu`,
			'no key': () => dice.text(1 + dice.below(200)),
			'facts as an object': () => `agw_${encode({ ...facts })}.${mac}`,
			'facts that are no JSON': () => `agw_${dice.text(40)}.${mac}`,
		};
	}

	/** Returns a key that must be rejected, with what is wrong with it. */
	forge(dice) {
		const ways = this.#ways(dice, this.create({ expiresAtMs: Date.now() + DAY_MS }));
		const fault = dice.pick(Object.keys(ways));
		return { fault, token: ways[fault]() };
	}
}

const json = (value) => Buffer.from(JSON.stringify(value), 'utf8');

const bearer = (token) => [['Authorization', `Bearer ${token}`]];

/** Generates calls that must be rejected. */
class HostileCaller {
	/**
	 * @param path of the API's server
	 * @param ring the keys for one tenant
	 * @param ids lists of IDs, also of another tenant, by their names in the paths of operations
	 */
	constructor(seed, { ids, path, ring }) {
		Object.assign(this, { dice: new Dice(seed), ids, path, ring });
	}

	next() {
		const { dice } = this;
		const ways = [
			...Array(4).fill(() => this.#withForgedKey()),
			...Array(2).fill(() => this.#withBrokenHeader()),
			() => this.#withoutRight(),
			() => this.#toUnknownPath(),
			() => this.#withInvalidBody(),
			() => this.#withInvalidQuery(),
			() => this.#atPortalWithoutLink(),
			() => this.#atPortalWithInvalidCall(),
		];
		const { body = Buffer.alloc(0), headers, label, method, path, query } = dice.pick(ways)();
		const extras = dice.chance(0.2) ? [dice.pick(EXTRAS)] : [];
		return wire({
			label,
			method,
			path,
			query,
			headers: [['Content-Type', 'application/json'], ...extras, ...headers],
			body,
		});
	}

	#fill(template) {
		return template.replace(/\{(\w+)\}/g, (_, name) => this.dice.pick(this.ids[name]));
	}

	/** A call that would be accepted, of one of the operations. */
	#good(operations = OPERATIONS) {
		const { body, id, method, path } = this.dice.pick(operations);
		return {
			label: id,
			method,
			path: `${this.path}/api/v1/${this.#fill(path)}`,
			headers: bearer(this.ring.create()),
			body: body === undefined ? undefined : json(BODIES[body]),
		};
	}

	#withForgedKey() {
		const { fault, token } = this.ring.forge(this.dice);
		const good = this.#good();
		return { ...good, label: `${good.label}, key ${fault}`, headers: bearer(token) };
	}

	#withBrokenHeader() {
		const { dice } = this;
		const good = this.#good();
		const [[name, value]] = good.headers;
		const fault = dice.pick(KEY_FAULTS);
		const headers = HEADER_FAULTS[fault](dice, name, value);
		return { ...good, label: `${good.label}, header ${fault}`, headers };
	}

	#withoutRight() {
		const { dice } = this;
		const forAll = OPERATIONS.filter(({ isForAll }) => isForAll);
		const others = OPERATIONS.filter(({ right }) => right !== null && right !== 'read');
		if (dice.chance(0.5)) {
			const good = this.#good(forAll);
			return { ...good, label: `${good.label}, with the key of a tenant` };
		}
		const good = this.#good(others);
		const headers = bearer(this.ring.create({ rights: ['read'], tenantId: null }));
		return { ...good, label: `${good.label}, with a key that reads`, headers };
	}

	#toUnknownPath() {
		const { dice } = this;
		const good = this.#good();
		const tail = dice.pick(PATH_TAILS);
		return {
			...good,
			label: `${good.label}, path with ${tail.slice(0, 9)}`,
			path: `${good.path}/none/none${tail}`,
		};
	}

	#withInvalidBody() {
		const { dice } = this;
		const good = this.#good(OPERATIONS.filter(({ body, isForAll }) => body && !isForAll));
		const fault = dice.pick([...INVALID_TEXTS, 'unknownField']);
		const whole = good.body.toString();
		const text =
			fault === 'unknownField'
				? JSON.stringify({ ...JSON.parse(whole), [dice.text(6)]: 1 })
				: ODD_TEXTS[fault](dice, whole);
		return { ...good, label: `${good.label}, body ${fault}`, body: Buffer.from(text, 'utf8') };
	}

	#withInvalidQuery() {
		const good = this.#good(
			OPERATIONS.filter(({ isForAll, query }) => query === 'none' && !isForAll),
		);
		const query = this.dice.pick(INVALID_QUERIES);
		return { ...good, label: `${good.label}?${query}`, query };
	}

	/** Posts a call to the portal with a key that is not that of a link. */
	#atPortalWithoutLink() {
		const { dice } = this;
		const { path } = this.dice.pick(OPERATIONS);
		const call = { method: 'GET', path: this.#fill(path), query: {}, body: {} };
		const [fault, token] = dice.pick([
			['of the API', this.ring.create()],
			['of the API for all tenants', this.ring.create({ tenantId: null })],
			['of a link for all tenants', this.ring.create({ tenantId: null, isPortal: true })],
			['forged', this.ring.forge(dice).token],
		]);
		const method = dice.pick(['POST', 'POST', 'POST', 'PUT', 'DELETE']);
		return {
			label: `portal, key ${fault}, ${method}`,
			method,
			path: `${this.path}/portal`,
			headers: bearer(token),
			body: json(call),
		};
	}

	#atPortalWithInvalidCall() {
		const call = this.dice.pick(INVALID_PORTAL_CALLS);
		return {
			label: `portal, call ${JSON.stringify(call).slice(0, 80)}`,
			method: 'POST',
			path: `${this.path}/portal`,
			headers: bearer(this.ring.create({ isPortal: true })),
			body: json(call),
		};
	}
}

module.exports = { ALL_RIGHTS, HostileCaller, KeyRing, OPERATIONS };
