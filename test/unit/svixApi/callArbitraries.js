/** Arbitrary calls of Svix's API: of every operation that needs a key, with valid bodies and queries of which parts are replaced. */
const fc = require('fast-check');

const { getOperation, OPERATION_IDS } = require('../../../build/core/svixApi/svixRoutes');

/** Those that the trigger answers without a key start no execution. */
const WITH_KEY = OPERATION_IDS.filter((id) => !getOperation(id).isPublic);

const SINCE = '2025-01-15T00:00:00.000Z';
const URL = 'https://acme.example/hooks?token=1';

/** A valid body for each name. */
const BODIES = {
	ApplicationIn: { name: 'Acme', uid: 'acme', metadata: { plan: 'pro' } },
	ApplicationPatch: { name: 'Acme' },
	AppPortalAccessIn: { expiry: 60, readOnly: true, eventTypes: ['a.b'], channels: ['eu'] },
	EndpointAuthenticationIn: { type: 'basic', username: 'jordan', password: 'pass word' },
	EndpointDeliverySettingsIn: {
		paused: false,
		inOrder: { key: 'order.id' },
		circuitBreaker: { failures: 3, probeMinutes: 5 },
		probeAt: null,
	},
	EndpointDeliverySettingsPatch: { paused: true },
	EndpointHeadersIn: { headers: { 'X-A': '1' } },
	EndpointHeadersPatchIn: { headers: { 'X-A': null }, deleteHeaders: ['X-B'] },
	EndpointIn: { url: URL, uid: 'main', eventTypes: ['a.b'], channels: ['eu'], secret: null },
	EndpointPatch: { url: URL, description: 'A', disabled: false },
	EndpointSecretRotateIn: { key: null, gracePeriodSeconds: 60 },
	EndpointUpdate: { url: URL, uid: 'main', rateLimit: 10, metadata: { a: 'b' } },
	EventExampleIn: { eventType: 'a.b', exampleIndex: 0 },
	EventTypeIn: { name: 'a.c', description: 'A', schemas: { 1: { type: 'object' } } },
	EventTypePatch: { description: 'A', archived: false },
	EventTypeUpdate: { description: 'A', groupName: 'a' },
	MessageIn: { eventType: 'a.b', payload: { order: 7 }, eventId: 'evt', channels: ['eu'] },
	RecoverIn: { since: SINCE, until: null },
	RecoveryIn: { kind: 'failed', since: SINCE, preview: true },
};

const QUERIES = {
	after: SINCE,
	before: SINCE,
	channel: 'eu',
	endpoint_id: 'main',
	event_types: 'a.b',
	expunge: 'true',
	get_if_exists: 'true',
	include_archived: 'true',
	iterator: '',
	limit: '3',
	order: 'descending',
	since: SINCE,
	status: '2',
	status_code_class: '500',
	until: SINCE,
	with_content: 'true',
	with_msg: 'true',
};

/** Texts that mean something to JavaScript, JSON, n8n, SQL, headers or HTML. */
const NASTY_TEXTS = [
	...['', ' ', '__proto__', 'constructor', 'toString', '={{ 1 + 1 }}', '=1', '{{ $env }}'],
	...[
		'\0',
		'\ud800',
		'\u202e',
		'😀',
		'a\r\nX-Injected: 1',
		"'; DROP TABLE data_table; --",
		'%',
		'_',
	],
	...['<script>alert(1)</script>', '../..', 'a'.repeat(5000), '9'.repeat(400), '1e400', 'null'],
	...['http://169.254.169.254/', 'http://[::1]/', 'file:///etc/passwd', 'https://a@b/', 'https://'],
	...['9999-12-31T23:59:59.999Z', '0000-01-01T00:00:00Z', '2025-01-15T00:00:00+14:00', 'whsec_'],
	...['W10', '-W10', Buffer.from('["2025-01-15T00:00:00.000Z","="]').toString('base64url')],
];

const nastyText = fc.oneof(fc.constantFrom(...NASTY_TEXTS), fc.string({ unit: 'binary' }));

const nastyValue = fc.oneof(
	nastyText,
	fc.constantFrom(null, true, -1, 0, 1e21, 2 ** 53, 1.5, [], {}, [[]], { a: { b: [null] } }),
	fc.array(nastyText, { maxLength: 4 }),
	fc.dictionary(nastyText, nastyText, { maxKeys: 4 }),
	fc.jsonValue({ maxDepth: 6 }),
);

/** Replaces some values of an object, removes one, or adds one. */
const changed = (valid, value) =>
	fc
		.tuple(
			fc.subarray(Object.keys(valid)),
			fc.option(fc.constantFrom(...Object.keys(valid)), { nil: undefined }),
			fc.array(value, { minLength: 8, maxLength: 8 }),
			fc.option(fc.tuple(nastyText, value), { nil: undefined, freq: 4 }),
		)
		.map(([replaced, removed, values, added]) => {
			const entries = Object.entries(valid)
				.filter(([name]) => name !== removed)
				.map(([name, own]) => [
					name,
					replaced.includes(name) ? values[replaced.indexOf(name)] : own,
				]);
			return Object.fromEntries(added === undefined ? entries : [...entries, added]);
		});

const bodyOf = (name) =>
	name === undefined
		? fc.option(nastyValue, { nil: undefined, freq: 9 })
		: fc.oneof(
				{ weight: 2, arbitrary: fc.constant(BODIES[name]) },
				{ weight: 5, arbitrary: changed(BODIES[name], nastyValue) },
				{ weight: 1, arbitrary: nastyValue },
			);

const query = fc.oneof(
	fc.constant({}),
	fc
		.tuple(
			fc.subarray(Object.keys(QUERIES), { maxLength: 3 }),
			fc.array(fc.option(nastyText), { minLength: 3, maxLength: 3 }),
		)
		.map(([names, values]) =>
			Object.fromEntries(names.map((name, index) => [name, values[index] ?? QUERIES[name]])),
		),
	fc.dictionary(nastyText, nastyText, { maxKeys: 2 }),
);

/** Characters of names that a path may have. */
const pathName = fc.stringMatching(/^[\w.:-]{1,40}$/);

/**
 * Returns arbitrary calls: `{ operation, method, path, query, body, idempotencyKey }`.
 * @param names the IDs to choose from, by the name in the operation's path, e.g. `{ app_id: ['acme'] }`
 */
function createCalls(names) {
	const pick = fc.record(
		Object.fromEntries(
			Object.entries(names).map(([name, ids]) => [
				name,
				fc.oneof(
					{ weight: 9, arbitrary: fc.constantFrom(...ids) },
					{ weight: 1, arbitrary: pathName },
				),
			]),
		),
	);
	return fc.constantFrom(...WITH_KEY).chain((operation) => {
		const { body, method, path } = getOperation(operation);
		return fc.record({
			operation: fc.constant(operation),
			method: fc.constant(method),
			path: pick.map((ids) => `/${path.replace(/\{(\w+)\}/g, (_, name) => ids[name])}`),
			query,
			body: bodyOf(body),
			idempotencyKey: fc.option(fc.constantFrom('key-1', 'key-2', '', '={{1}}', 'x'.repeat(300)), {
				nil: undefined,
			}),
		});
	});
}

/** Writes the path and query of a call. Lone surrogates cannot be written in a URL. */
const toUrl = ({ path, query: values }) => {
	const search = new URLSearchParams(values).toString();
	return search === '' ? path : `${path}?${search}`;
};

module.exports = { BODIES, changed, createCalls, nastyText, nastyValue, toUrl };
