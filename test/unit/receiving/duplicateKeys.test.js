const { createHash } = require('node:crypto');

const { NOW_MS, receiveFrom, signAs } = require('../platforms/providerRequests');
const { DEFAULT_URL, hmac } = require('../platforms/verifyVector');

const { createRequest, createRules, NONE, SIGNING_SECRET } = require('./requests');
const { buildCustomScheme } = require('../../../build/core/signing/customScheme');
const { EVENT_KIND, getRequestKind, PLATFORMS } = require('../../../build/core/platforms');
const { listDuplicateKeys } = require('../../../build/core/receiving/duplicateKeys');
const { receiveRequest } = require('../../../build/core/receiving/receive');
const { coversWholeBody } = require('../../../build/core/signing/schemeFacts');
const { signRequest } = require('../../../build/core/signing/sign');

const FORM = 'application/x-www-form-urlencoded';

/** Receives a request that a provider signed. */
const receive = async (provider, body, headers = {}) =>
	await receiveFrom(provider, signAs(provider, { body, headers }));
const share = (first, second) => first.keys.some((key) => second.keys.includes(key));

describe('a provider whose ID is not signed', () => {
	test.each([
		['github', 'X-GitHub-Delivery', { 'X-GitHub-Event': 'push' }],
		['shopify', 'X-Shopify-Webhook-Id', {}],
		['hookdeck', 'X-Hookdeck-EventID', {}],
		['convoySimple', 'X-Convoy-Idempotency-Key', {}],
		['convoyAdvanced', 'X-Convoy-Idempotency-Key', {}],
	])('%s: a replay is recognized with another %s, and without it', async (...given) => {
		const [provider, header, headers] = given;
		const send = async (body, id) =>
			await receive(provider, body, { ...headers, ...(id && { [header]: id }) });
		const first = await send({ n: 1 }, 'id-1');
		expect(first.duplicateKey).toBe('id-1');
		expect(share(first, await send({ n: 1 }, 'id-2'))).toBe(true);
		const bare = await send({ n: 1 });
		expect(share(first, bare)).toBe(true);
		expect(bare.duplicateKey).toBeUndefined();
		// The same ID is the same event, even if a retry has other bytes.
		expect(share(first, await send({ n: 2 }, 'id-1'))).toBe(true);
		expect(share(first, await send({ n: 2 }, 'id-2'))).toBe(false);
	});

	test('an ID that looks like a digest does not stand for another event’s body', async () => {
		const first = await receive('github', { n: 1 });
		const [key] = first.keys;
		expect(key).toMatch(/^digest [0-9a-f]{64} $/);
		for (const id of [key, key.split(' ')[1]]) {
			const other = await receive('github', { n: 2 }, { 'X-GitHub-Delivery': id });
			expect(share(first, other)).toBe(false);
		}
	});

	test('Twilio: a replay is recognized however its form is written', async () => {
		const send = async (body, token) =>
			await receive('twilio', body, {
				'content-type': FORM,
				'I-Twilio-Idempotency-Token': token,
			});
		const first = await send('MessageSid=SM1&Body=a+b&From=%2B1', 't1');
		expect(share(first, await send('From=%2b1&Body=a%20b&MessageSid=%53M1', 't2'))).toBe(true);
		expect(share(first, await send('MessageSid=SM2&Body=a+b&From=%2B1', 't2'))).toBe(false);
	});

	test('Twilio: a replay is recognized if fields were moved into the query', async () => {
		const url = 'https://n8n.example.com/webhook/1?t=1';
		const secret = 'the provider’s secret';
		const content = `${url}AccountSidAC1BodyhelloFrom+1`;
		const send = async (calledUrl, body) =>
			await receiveFrom('twilio', {
				body,
				headers: {
					'content-type': FORM,
					'x-twilio-signature': hmac('sha1', secret, content, 'base64'),
				},
				nowMs: NOW_MS,
				secret,
				url: calledUrl,
			});
		const first = await send(url, 'AccountSid=AC1&Body=hello&From=%2B1');
		const moved = await send(`${url}AccountSidAC1Bodyhello`, 'From=%2B1');
		expect([first.result, moved.result]).toEqual(['accepted', 'accepted']);
		expect(share(first, moved)).toBe(true);
	});

	test('Shopify: one body may be events of several types, if the owner chose each of them', async () => {
		const send = async (topic, id, eventTypes) => {
			const headers = { 'X-Shopify-Topic': topic, 'X-Shopify-Webhook-Id': id };
			const request = signAs('shopify', { body: { id: 1 }, headers, eventTypes });
			return await receiveFrom('shopify', request);
		};
		const both = ['orders/create', 'orders/paid'];
		const created = await send('orders/create', 'a', both);
		expect(share(created, await send('orders/paid', 'b', both))).toBe(false);
		expect(share(created, await send('orders/create', 'c', both))).toBe(true);
		// Anyone can invent types for a trigger that accepts all, or all that begin alike.
		for (const eventTypes of [[], ['orders/*']]) {
			const first = await send('orders/create', 'a', eventTypes);
			expect(share(first, await send('orders/paid', 'b', eventTypes))).toBe(true);
		}
	});

	test('Twilio: JSON is recognized when its digest is moved from the URL to a form', async () => {
		const secret = 'the provider’s secret';
		const body = '{"a":1}';
		const digest = createHash('sha256').update(body).digest('hex');
		const url = `${DEFAULT_URL}?bodySHA256=${digest}`;
		const signature = hmac('sha1', secret, url, 'base64');
		const send = async (path, raw, type, token) =>
			await receiveFrom('twilio', {
				url: path,
				body: raw,
				headers: {
					'content-type': type,
					'x-twilio-signature': signature,
					'i-twilio-idempotency-token': token,
				},
				nowMs: NOW_MS,
				secret,
			});
		const first = await send(url, body, 'application/json', 't1');
		expect(first.result).toBe('accepted');
		const query = encodeURIComponent(`?bodySHA256=${digest}`);
		const replay = await send(DEFAULT_URL, `${query}=`, FORM, 't2');
		expect(replay.result === 'rejected' || share(first, replay)).toBe(true);
	});

	test('Linear: a retry of the same bytes is recognized with another delivery ID', async () => {
		const body = { webhookTimestamp: 1_700_000_000_000, data: {} };
		const first = await receive('linear', body, { 'Linear-Delivery': 'a' });
		expect(share(first, await receive('linear', body, { 'Linear-Delivery': 'b' }))).toBe(true);
	});
});

describe('a provider that sends the same body for several events', () => {
	test.each([
		['zendesk', 'X-Zendesk-Webhook-Invocation-Id', {}],
		['sanity', 'idempotency-key', { 'sanity-operation': 'update' }],
	])('%s: the signed time tells events from replays', async (...given) => {
		const [provider, header, headers] = given;
		const send = async (id, nowMs) => {
			const signed = signAs(provider, { body: { id: 1 }, headers, nowMs });
			return await receiveFrom(provider, {
				...signed,
				headers: { ...signed.headers, [header.toLowerCase()]: id },
			});
		};
		const first = await send('a', NOW_MS);
		expect(first).toMatchObject({ result: 'accepted', duplicateKey: 'a' });
		expect(share(first, await send('b', NOW_MS + 1000))).toBe(false);
		expect(share(first, await send('b', NOW_MS))).toBe(true);
		expect(share(first, await send('a', NOW_MS + 1000))).toBe(true);
	});

	test('Revolut: a declined payment may be declined again', async () => {
		const body = { event: 'ORDER_PAYMENT_DECLINED', order_id: '1' };
		const send = async (nowMs) => await receiveFrom('revolut', signAs('revolut', { body, nowMs }));
		const first = await send(NOW_MS);
		expect(first.result).toBe('accepted');
		expect(share(first, await send(NOW_MS + 1000))).toBe(false);
		expect(share(first, await send(NOW_MS))).toBe(true);
	});

	test.each([
		['attio', 'Idempotency-Key', { events: [{ event_type: 'record.updated' }] }],
		['sentry', 'Request-ID', { action: 'resolved', data: { issue: { id: '1' } } }],
	])('%s: an event is recognized by its %s alone', async (provider, header, body) => {
		const send = async (key) => await receive(provider, body, { [header]: key });
		const first = await send('a');
		expect(first).toMatchObject({ result: 'accepted', keys: ['key a'] });
		expect(share(first, await send('b'))).toBe(false);
		expect(share(first, await send('a'))).toBe(true);
	});

	test('Help Scout: events of several types have the same conversation', async () => {
		const send = async (type) =>
			await receive('help-scout', { id: 1 }, { 'X-HelpScout-Event': type });
		const first = await send('convo.status');
		expect(first.result).toBe('accepted');
		expect(share(first, await send('convo.assigned'))).toBe(false);
		expect(share(first, await send('convo.status'))).toBe(true);
	});

	test.each([
		['clickup', { event: 'folderUpdated', folder_id: '1', webhook_id: 'w' }],
		['webex', { id: 'w', resource: 'memberships', event: 'updated', data: { id: 'm' } }],
		['grafana', { status: 'firing', alerts: [] }],
		['nango', { type: 'forward', payload: {} }],
	])('%s: a body without an ID of its event has no key', async (provider, body) => {
		expect(await receive(provider, body)).toMatchObject({ result: 'accepted', keys: [] });
	});

	test('Retell AI: each update of a transcript is an event', async () => {
		const send = async (transcript) =>
			await receive('retell', { event: 'transcript_updated', call: { call_id: 'c', transcript } });
		const first = await send('Hello');
		expect(first.result).toBe('accepted');
		expect(share(first, await send('Hello, who is there?'))).toBe(false);
		expect(share(first, await send('Hello'))).toBe(true);
	});
});

describe('a provider that signs only fields of the body', () => {
	const ITEM = {
		pspReference: 'p1',
		originalReference: '',
		merchantAccountCode: 'Shop',
		merchantReference: 'order:123',
		amount: { value: 1000, currency: 'EUR' },
		eventCode: 'AUTHORISATION',
		success: 'true',
	};
	const ADYEN_KEY = 'ab'.repeat(32);
	const adyenSignature = hmac(
		'sha256',
		Buffer.from(ADYEN_KEY, 'hex'),
		'p1::Shop:order:123:1000:EUR:AUTHORISATION:true',
		'base64',
	);

	/** Receives a notification of Adyen with the signature of `ITEM`. */
	const sendToAdyen = async (changes) =>
		await receiveFrom('adyen', {
			body: JSON.stringify({
				notificationItems: [
					{
						NotificationRequestItem: {
							...ITEM,
							...changes,
							additionalData: { hmacSignature: adyenSignature },
						},
					},
				],
			}),
			headers: {},
			nowMs: NOW_MS,
			secret: ADYEN_KEY,
		});

	test.each([
		['other unsigned fields', { reason: 'FORGED', eventDate: '2030-01-01T00:00:00Z' }],
		['a boolean in place of a text', { success: true, reason: 'FORGED' }],
		['a text in place of a number', { amount: { value: '1000', currency: 'EUR' } }],
		[
			'text that moved over the separators',
			{
				pspReference: 'p1:',
				originalReference: 'Shop',
				merchantAccountCode: 'order',
				merchantReference: '123',
			},
		],
	])('Adyen: a replay with %s is not a new event', async (_, changes) => {
		const first = await sendToAdyen({});
		expect(first.result).toBe('accepted');
		const replay = await sendToAdyen(changes);
		expect(replay.result === 'rejected' || share(first, replay)).toBe(true);
	});

	test('Mailgun: a replay with another event of its own choice is not a new event', async () => {
		const secret = 'a'.repeat(32);
		const timestamp = String(NOW_MS / 1000);
		const token = 'b'.repeat(50);
		const signature = hmac('sha256', secret, timestamp + token, 'hex');
		const send = async (event) =>
			await receiveFrom('mailgun', {
				body: JSON.stringify({
					signature: { timestamp, token, signature },
					'event-data': { event, id: event },
				}),
				headers: {},
				nowMs: NOW_MS,
				secret,
				eventTypes: ['delivered', 'failed'],
			});
		const first = await send('delivered');
		expect(first.result).toBe('accepted');
		expect(share(first, await send('failed'))).toBe(true);
	});

	test('a replay as another chosen type is recognized by the signed text', () => {
		const list = (kind, chosenType) =>
			listDuplicateKeys(
				[{ body: 'kind' }],
				{ headers: {}, rawBody: Buffer.from('e1'), body: { id: 'e1', kind } },
				{
					scheme: {
						name: 'test',
						signatureHeader: 'X-Signature',
						forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
						content: '{body:id}',
						secretFormat: 'text',
					},
					id: undefined,
				},
				chosenType,
			);
		expect(share(list('a', 'a'), list('b', 'b'))).toBe(true);
	});

	test('never sends the same text for several events', () => {
		const partial = PLATFORMS.filter(({ scheme }) => scheme && !coversWholeBody(scheme));
		expect(partial.map(({ id }) => id)).toEqual(expect.arrayContaining(['adyen', 'mailgun']));
		const repeating = partial.filter(
			(platform) => getRequestKind(platform, EVENT_KIND).events.hasRepeatingBodies,
		);
		expect(repeating).toEqual([]);
	});
});

describe('a provider whose ID is signed', () => {
	test('may send the same body as two events', async () => {
		const body = { type: 'tick' };
		const first = await receive('svix', body, { 'svix-id': 'msg_1' });
		expect(first.keys).toHaveLength(1);
		expect(share(first, await receive('svix', body, { 'svix-id': 'msg_2' }))).toBe(false);
	});

	test('has a key of the signed body, or the digest if the body has no ID', async () => {
		const event = await receive('stripe', { id: 'evt_1', type: 'a' });
		expect(event).toMatchObject({ duplicateKey: 'evt_1', keys: ['key evt_1'] });
		const command = async () =>
			await receive('slack', 'command=%2Fdeploy&trigger_id=1', { 'content-type': FORM });
		expect(share(await command(), await command())).toBe(true);
	});

	test('has different keys for IDs that differ beyond the digits of JavaScript’s numbers', async () => {
		const send = async (id) => await receive('stripe', `{"id": ${id}, "type": "a"}`);
		const first = await send('9007199254740993');
		expect(first.duplicateKey).toBe('9007199254740993');
		expect(share(first, await send('9007199254740992'))).toBe(false);
		expect(share(first, await send('9007199254740993'))).toBe(true);
	});
});

describe('a trigger with its own duplicate key', () => {
	const scheme = (signedContent, idHeader = '') =>
		buildCustomScheme({
			signatureHeader: 'X-Signature',
			algorithm: 'hmac-sha256',
			encoding: 'hex',
			prefix: '',
			signedContent,
			idHeader,
			timestampHeader: '',
			timestampUnit: 's',
			toleranceSeconds: 300,
		});

	/** Receives a body with two IDs in its headers. */
	async function send(
		signing,
		{
			changes = {},
			id = '1',
			raw = '{"event":"a","order":{"number":5}}',
			requestId = '1',
			type = 'application/json',
		} = {},
	) {
		const rules = createRules('custom', 'event', {
			...(signing && {
				methods: ['signature'],
				loadSecrets: async () => ({
					...NONE,
					signature: { scheme: signing, secrets: [SIGNING_SECRET] },
				}),
			}),
			...changes,
		});
		const signed = signing
			? signRequest(signing, {
					body: Buffer.from(raw),
					id,
					nowMs: createRequest().nowMs,
					secrets: [SIGNING_SECRET],
				})
			: {};
		const lowerCase = Object.fromEntries(
			Object.entries(signed).map(([name, value]) => [name.toLowerCase(), value]),
		);
		const headers = {
			...lowerCase,
			'content-type': type,
			'x-id': id,
			'x-request-id': requestId,
		};
		return await receiveRequest(rules, createRequest({ raw, headers }));
	}

	test.each([
		['an unsigned header', scheme('{body}'), [{ header: 'X-Request-ID' }], true],
		[
			'an unsigned header beside the body',
			scheme('{body}'),
			[{ header: 'X-Request-ID' }, { body: 'event' }],
			true,
		],
		['a header that is the signed ID', scheme('{id}.{body}', 'X-Id'), [{ header: 'x-id' }], false],
		['the scheme’s signed ID', scheme('{id}.{body}', 'X-Id'), [], false],
		['the scheme’s unsigned ID', scheme('{body}', 'X-Id'), [], true],
		['an unsigned header without a signature', undefined, [{ header: 'X-Request-ID' }], false],
	])('%s', async (_, signing, duplicateKey, isReplay) => {
		const changes = { duplicateKey };
		const first = await send(signing, { changes });
		expect(first.duplicateKey).toMatch(/^1/);
		const second = await send(signing, { changes, id: '2', requestId: '2' });
		expect(share(first, second)).toBe(isReplay);
		expect(share(first, await send(signing, { changes }))).toBe(true);
	});

	test.each(['text/plain', ''])(
		'recognizes a signed form that comes again as %j, which names no field',
		async (type) => {
			const changes = { duplicateKey: [{ body: 'id' }], formBodies: {}, textBodies: 'any' };
			const raw = 'id=a&status=paid';
			const form = 'application/x-www-form-urlencoded';
			const first = await send(scheme('{body}'), { changes, raw, type: form });
			expect(first.duplicateKey).toBe('a');
			expect(share(first, await send(scheme('{body}'), { changes, raw, type }))).toBe(true);
			const next = await send(scheme('{body}'), { changes, raw: `${raw}&b=1`, type: form });
			expect(next.keys).not.toEqual(first.keys);
		},
	);

	test('recognizes nothing if the scheme has no ID and no key was chosen', async () => {
		expect((await send(scheme('{body}'))).keys).toEqual([]);
		expect((await send(undefined)).keys).toEqual([]);
	});
});

describe('what a signature covers', () => {
	const BODY = { id: 'e1', object: 'order' };
	const content = (text, fields) => ({
		name: 'test',
		signatureHeader: 'X-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: text,
		secretFormat: 'text',
		...fields,
	});
	const jwt = (fields) => ({
		kind: 'jwt',
		name: 'test',
		place: { header: 'Authorization', prefix: 'Bearer' },
		algorithms: ['HS256'],
		secretFormat: 'text',
		...fields,
	});
	const hasDigest = (scheme, sources) =>
		listDuplicateKeys(
			sources,
			{
				headers: { 'x-id': 'h1', 'x-kind': 'k' },
				query: { id: 'q1' },
				rawBody: Buffer.from('what is signed'),
				body: BODY,
			},
			{ scheme, id: undefined },
		).keys.some((key) => key.startsWith('digest '));
	const joined = (...parts) => [{ joined: parts, with: '.' }];

	test.each([
		['values of a signed body', content('{body}'), joined({ body: 'id' }, { body: 'object' })],
		['the name of a field of a signed body', content('{body}'), [{ fieldName: '' }]],
		[
			'signed headers',
			content('{header:X-Kind}.{id}.{body}', { idHeader: 'X-Id' }),
			joined({ header: 'x-kind' }, { header: 'x-id' }),
		],
		['a signed URL parameter', content('{query:id}{body}'), [{ query: 'id' }]],
	])('makes the digest needless for a key of %s', (_, scheme, sources) => {
		expect(hasDigest(scheme, sources)).toBe(false);
	});

	test.each([
		['of an unsigned header', content('{body}'), joined({ body: 'id' }, { header: 'x-id' })],
		['of an unsigned URL parameter', content('{body}'), [{ query: 'id' }]],
		[
			'of a field of a body of which only fields are signed',
			content('{body:id}'),
			[{ body: 'id' }],
		],
		['of an unsigned field of the body', content('{body:id}'), [{ body: 'object' }]],
		['of the name of an unsigned field', content('{body:id}'), [{ fieldName: '' }]],
		[
			'of an unsigned header beside a hash of the body in a token',
			jwt({ bodyHash: { claim: 'hash', format: 'sha256-hex' } }),
			[{ header: 'x-id' }],
		],
	])('makes a replay recognizable in spite of a key %s', (_, scheme, sources) => {
		expect(hasDigest(scheme, sources)).toBe(true);
	});

	test('is nothing for a token that proves only who sends, so that equal bodies are two events', () => {
		expect(hasDigest(jwt({}), [{ header: 'x-id' }])).toBe(false);
		expect(hasDigest(jwt({}), [{ body: 'id' }])).toBe(false);
	});
});
