/** Tests the parts of providers that depend on n8n itself: URLs, forms, headers and handshakes. */
const { createHash, createHmac, generateKeyPairSync, sign } = require('node:crypto');

const { readTemplate } = require('../harness/templates');

const stage = require('./stage');

const { base, n8n, newSecret, getOutputs, post, createTriggerWorkflow, uniqueName } = stage;

const secret = newSecret();
const hmac = (content, { algorithm = 'sha256', encoding = 'hex' } = {}) =>
	createHmac(algorithm, secret).update(content).digest(encoding);
const now = () => String(Math.floor(Date.now() / 1000));
const TWIML = '<Response></Response>';
const FORM = 'application/x-www-form-urlencoded';

let credentials;

beforeAll(async () => {
	credentials = await n8n.createCredential('agentWebhookInboundApi', 'Providers', {
		signatureScheme: 'platform',
		signingSecret: secret,
	});
});

afterAll(stage.deactivateWorkflows);

const receiving = async (platform, more = {}, own = credentials) =>
	await createTriggerWorkflow({ platform, requestKind: 'event', ...more }, { credentials: own });
const outcome = async (hook) => {
	const [execution] = await n8n.finished(hook.id);
	return getOutputs(execution, 'Trigger')[0][0].json;
};
/**
 * Sends a request that must be accepted, and the same one with another signature, which must be rejected.
 * @param reply the body that the provider expects
 */
async function check(hook, query, body, headers, signatureHeader, reply = '') {
	const signature = headers[signatureHeader];
	const other = signature.at(-6) === '0' ? '1' : '0';
	const forged = {
		...headers,
		[signatureHeader]: signature.slice(0, -6) + other + signature.slice(-5),
	};
	const refused = await post(hook.url + query, body, forged);
	expect([refused.status, refused.data.error.code]).toEqual([401, 'SIGNATURE_INVALID']);
	const accepted = await post(hook.url + query, body, headers);
	expect([accepted.status, accepted.data]).toEqual([200, reply]);
	return await outcome(hook);
}

test('Twilio’s signature covers the URL with its query and the form fields', async () => {
	const hook = await receiving('twilio');
	const fields = {
		To: '+18005551212',
		Body: 'Grüße & more',
		From: '+14158675309',
		SmsStatus: 'received',
	};
	const query = '?foo=1&bar=2';
	const content = Object.keys(fields)
		.sort()
		.reduce((text, name) => text + name + fields[name], hook.url + query);
	const json = await check(
		hook,
		query,
		new URLSearchParams(fields).toString(),
		{
			'content-type': FORM,
			'X-Twilio-Signature': hmac(content, { algorithm: 'sha1', encoding: 'base64' }),
		},
		'X-Twilio-Signature',
		TWIML,
	);
	expect(json).toMatchObject({ event: 'received', body: fields });
	const unused = await receiving('twilio', { eventTypes: 'delivered' });
	const signature = hmac(content.replace(hook.url, unused.url), {
		algorithm: 'sha1',
		encoding: 'base64',
	});
	const { data, headers } = await post(unused.url + query, new URLSearchParams(fields).toString(), {
		'content-type': FORM,
		'X-Twilio-Signature': signature,
	});
	expect([data, headers['content-type']]).toEqual([TWIML, 'text/xml; charset=utf-8']);
});

test('Twilio’s signature is checked for the URL that n8n shows, with or without a slash, for tests too', async () => {
	const hook = await receiving('twilio');
	const send = async (url, signedUrl = url) =>
		await post(url, 'SmsStatus=received', {
			'content-type': FORM,
			'X-Twilio-Signature': hmac(`${signedUrl}SmsStatusreceived`, {
				algorithm: 'sha1',
				encoding: 'base64',
			}),
		});
	const accepted = await send(`${hook.url}/?a=1`);
	expect([accepted.status, accepted.data, accepted.headers['content-type']]).toEqual([
		200,
		TWIML,
		'text/xml; charset=utf-8',
	]);
	const testUrl = hook.url.replace('/webhook/', '/webhook-test/');
	const refused = await send(hook.url, testUrl);
	expect(refused.data.error).toMatchObject({
		code: 'SIGNATURE_INVALID',
		message: expect.stringContaining(`${hook.url} or ${hook.url}/`),
	});

	await n8n.rest('POST', `/workflows/${hook.id}/run`, { triggerToStartFrom: { name: 'Trigger' } });
	const other = await send(testUrl, hook.url);
	expect(other.data.error.message).toContain(`${testUrl} or ${testUrl}/`);
	await n8n.rest('POST', `/workflows/${hook.id}/run`, { triggerToStartFrom: { name: 'Trigger' } });
	expect((await send(`${testUrl}?a=1`)).status).toBe(200);
});

test('Twilio’s signature covers a JSON body by the digest in the URL', async () => {
	const hook = await receiving('twilio');
	const body = '{"property": "value", "boolean": true}';
	const query = `?bodySHA256=${createHash('sha256').update(body).digest('hex')}`;
	const headers = {
		'X-Twilio-Signature': hmac(hook.url + query, { algorithm: 'sha1', encoding: 'base64' }),
	};
	const other = await post(hook.url + query, '{"property": "other"}', headers);
	expect([other.status, other.data.error.code]).toEqual([401, 'BODY_DIGEST_INVALID']);
	expect((await check(hook, query, body, headers, 'X-Twilio-Signature', TWIML)).body).toEqual(
		JSON.parse(body),
	);
});

test('HubSpot’s signature covers method, URL, body and time of several events at once', async () => {
	const hook = await receiving('hubspot', { eventTypes: 'contact.creation' });
	const events = [
		{ eventId: 1, subscriptionId: 12345, occurredAt: 1, subscriptionType: 'contact.deletion' },
		{ eventId: 2, subscriptionId: 12345, occurredAt: 2, subscriptionType: 'contact.creation' },
	];
	const body = JSON.stringify(events);
	const at = String(Date.now());
	const json = await check(
		hook,
		'?src=hs%3Aapp',
		body,
		{
			'X-HubSpot-Request-Timestamp': at,
			'X-HubSpot-Signature-v3': hmac(`POST${hook.url}?src=hs:app${body}${at}`, {
				encoding: 'base64',
			}),
		},
		'X-HubSpot-Signature-v3',
	);
	expect(json).toMatchObject({ body: events, event: null, duplicate_key: '1,2:12345,12345:1,2' });

	// The same signature covers the body at the end of the URL.
	const sendSigned = async (query, sent) =>
		await post(hook.url + query, sent, {
			'X-HubSpot-Request-Timestamp': at,
			'X-HubSpot-Signature-v3': hmac(`POST${hook.url}?src=app[]${at}`, { encoding: 'base64' }),
		});
	expect((await sendSigned('?src=app', '[]')).status).toBe(200);
	const moved = await sendSigned('?src=app[]', '');
	expect([moved.status, moved.data.error.code]).toEqual([401, 'CONTENT_AMBIGUOUS']);
});

test('Linear’s retry six hours later, with the same bytes, is accepted, also in upper-case hex', async () => {
	const hook = await receiving('linear');
	const sentAt = Date.now() - 6 * 3_600_000;
	const body = JSON.stringify({ action: 'create', type: 'Issue', webhookTimestamp: sentAt });
	const headers = { 'Linear-Event': 'Issue', 'Linear-Signature': hmac(body).toUpperCase() };
	expect((await post(hook.url, body, headers)).status).toBe(200);
	expect(await outcome(hook)).toMatchObject({ event: 'Issue', signature: { scheme: 'linear' } });
});

describe('Slack', () => {
	const signed = (body, at = now()) => ({
		'X-Slack-Request-Timestamp': at,
		'X-Slack-Signature': `v0=${hmac(`v0:${at}:${body}`)}`,
	});

	test('gets its signed challenge and its certificate check answered without an execution', async () => {
		const hook = await receiving('slack');
		const body =
			'{"token":"Jhj5dZrVaK7ZwHHjRyZWjbDl","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P","type":"url_verification"}';
		const { status, data } = await post(hook.url, body, signed(body));
		expect([status, data]).toEqual([200, { challenge: JSON.parse(body).challenge }]);
		expect((await post(hook.url, body, signed(`${body} `))).status).toBe(401);
		const sslCheck = 'token=Jhj5dZrVaK7ZwHHjRyZWjbDl&ssl_check=1';
		const checked = await post(hook.url, sslCheck, { 'content-type': FORM, ...signed(sslCheck) });
		expect([checked.status, checked.data]).toEqual([200, '']);
		expect(await n8n.executions(hook.id)).toEqual([]);
	});

	test('starts executions with events, interactions and slash commands', async () => {
		for (const [contentType, body, expected] of [
			[
				'application/json',
				'{"type":"event_callback","event_id":"Ev1","event_time":1700000000,"event":{"type":"app_mention","text":"hi"}}',
				{
					event: 'app_mention',
					event_time: '2023-11-14T22:13:20.000Z',
					data: { type: 'app_mention', text: 'hi' },
					duplicate_key: 'Ev1',
				},
			],
			[
				FORM,
				`payload=${encodeURIComponent('{"type":"block_actions","actions":[{"value":"yes & no"}]}')}`,
				{
					event: 'block_actions',
					body: { type: 'block_actions', actions: [{ value: 'yes & no' }] },
				},
			],
			[
				FORM,
				'command=%2Fdeploy&text=now+please',
				{ event: '/deploy', body: { command: '/deploy', text: 'now please' } },
			],
			[
				FORM,
				`payload=${encodeURIComponent('{"type":"view_submission","view":{"id":"V1"}}')}`,
				{ event: 'view_submission', body: { type: 'view_submission', view: { id: 'V1' } } },
			],
		]) {
			const hook = await receiving('slack');
			const headers = { 'content-type': contentType, ...signed(body) };
			expect(await check(hook, '', body, headers, 'X-Slack-Signature')).toMatchObject(expected);
		}
	});
});

test('Zoom’s URL validation is answered with the HMAC of its token', async () => {
	const hook = await receiving('zoom');
	const body =
		'{"payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"},"event_ts":1654503849680,"event":"endpoint.url_validation"}';
	const at = now();
	const { status, data } = await post(hook.url, body, {
		'x-zm-request-timestamp': at,
		'x-zm-signature': `v0=${hmac(`v0:${at}:${body}`)}`,
	});
	expect([status, data]).toEqual([
		200,
		{ plainToken: 'qgg8vlvZRS6UYooatFL8Aw', encryptedToken: hmac('qgg8vlvZRS6UYooatFL8Aw') },
	]);
});

test('Zoom’s proof is not made for a Bearer token alone, although any method is enough', async () => {
	const token = newSecret();
	const both = await n8n.createCredential('agentWebhookInboundApi', 'Zoom', {
		signingSecret: secret,
		bearerTokens: token,
	});
	const more = { authenticationMethods: ['bearer', 'signature'], options: { require: 'any' } };
	const hook = await receiving('zoom', more, both);
	const headers = { Authorization: `Bearer ${token}` };
	// The HMAC of this text would be a signature for a trigger of WorkFlux with the same secret.
	for (const plainToken of ['{"event":"user.message","data":{}}', 'qgg8vlvZRS6UYooatFL8Aw']) {
		const body = JSON.stringify({ event: 'endpoint.url_validation', payload: { plainToken } });
		const { data, status } = await post(hook.url, body, headers);
		expect(status).toBe(401);
		expect(JSON.stringify(data)).not.toContain(hmac(plainToken));
	}
	expect((await post(hook.url, '{"event":"meeting.started"}', headers)).status).toBe(200);
});

describe('A handshake is answered without an execution, and a signed event still starts one:', () => {
	const verifyToken = newSecret();
	const challenge = 'bc609b38-c81f-47fb-a275-1d9bd61be968';
	let verifying;

	beforeAll(async () => {
		verifying = await n8n.createCredential('agentWebhookInboundApi', 'Handshakes', {
			signatureScheme: 'platform',
			signingSecret: secret,
			urlToken: true,
			urlTokens: verifyToken,
		});
	});

	/** Sends a request, and returns what the provider gets. */
	const ask = async (url, { body, headers, method = 'GET' } = {}) => {
		const response = await fetch(url, { method, body, headers });
		return { status: response.status, text: await response.text(), headers: response.headers };
	};
	const expectEvent = async (hook, body, headers, event) => {
		expect(await n8n.executions(hook.id)).toEqual([]);
		expect((await post(hook.url, body, headers)).status).toBe(200);
		expect((await outcome(hook)).event).toBe(event);
	};
	const expectPlainText = ({ headers, status, text }, expected) => {
		expect([status, text]).toEqual([200, expected]);
		expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
		expect(headers.get('x-content-type-options')).toBe('nosniff');
	};

	test('Meta’s, for the verify token only', async () => {
		const hook = await receiving('meta', {}, verifying);
		const subscribe = (token) =>
			`${hook.url}?hub.mode=subscribe&hub.challenge=1158201444${token === undefined ? '' : `&hub.verify_token=${token}`}`;
		expectPlainText(await ask(subscribe(verifyToken)), '1158201444');
		for (const token of [undefined, '', 'wrong', `${verifyToken}0`]) {
			const refused = await ask(subscribe(token));
			expect(refused.status).toBe(403);
			expect(refused.text).not.toContain('1158201444');
		}
		for (const method of ['HEAD', 'PUT', 'DELETE']) {
			expect((await ask(subscribe(verifyToken), { method })).status).toBe(405);
		}
		expect((await ask(hook.url)).status).toBe(405);
		const posted = await ask(subscribe(verifyToken), { method: 'POST', body: '{}' });
		expect([posted.status, posted.text.includes('1158201444')]).toEqual([401, false]);
		const body = '{"object":"page","entry":[]}';
		await expectEvent(hook, body, { 'X-Hub-Signature-256': `sha256=${hmac(body)}` }, 'page');
	});

	test('Nylas’s, and its challenge is never a page', async () => {
		const hook = await receiving('nylas');
		expectPlainText(await ask(`${hook.url}?challenge=${challenge}`), challenge);
		const page = await ask(
			`${hook.url}?challenge=${encodeURIComponent('<script>alert(1)</script>')}`,
		);
		expect([page.status, page.text.includes('<')]).toEqual([422, false]);
		const body = '{"type":"message.created","id":"n1"}';
		await expectEvent(hook, body, { 'X-Nylas-Signature': hmac(body) }, 'message.created');
	});

	test('Trello’s, by HEAD', async () => {
		const hook = await receiving('trello');
		const { headers, status, text } = await ask(hook.url, { method: 'HEAD' });
		expect([status, text, headers.get('content-type')]).toEqual([200, '', null]);
		expect((await ask(hook.url)).status).toBe(405);
		const body = '{"action":{"id":"a1","type":"updateCard"}}';
		const signature = hmac(body + hook.url, { algorithm: 'sha1', encoding: 'base64' });
		await expectEvent(hook, body, { 'X-Trello-Webhook': signature }, 'updateCard');
	});

	test('Asana’s, with the same header, also if it has an event', async () => {
		const hook = await receiving('asana');
		for (const body of ['', '{}', '{"events":[{"action":"changed"}]}']) {
			const headers = { 'content-type': 'application/json', 'X-Hook-Secret': 'b537207f20cbfa02' };
			const answered = await ask(hook.url, { method: 'POST', body, headers });
			expect([answered.status, answered.text]).toEqual([200, '']);
			expect(answered.headers.get('x-hook-secret')).toBe('b537207f20cbfa02');
		}
		const body = '{"events":[{"action":"changed"}]}';
		await expectEvent(hook, body, { 'X-Hook-Signature': hmac(body) }, 'changed');
	});

	test('X’s, with a proof that signs no event', async () => {
		const hook = await receiving('x');
		const token = 'YTM4OTM5MjAtNjM0Yy00ZjE0LTk4NjQtYTEyMzQ1Njc4OTAx';
		const { status, text } = await ask(`${hook.url}?crc_token=${token}`);
		const proof = `sha256=${hmac(token, { encoding: 'base64' })}`;
		expect([status, JSON.parse(text)]).toEqual([200, { response_token: proof }]);
		for (const forged of ['{"for_user_id":"1"}', '[]', '1234567890', '']) {
			const refused = await ask(`${hook.url}?crc_token=${encodeURIComponent(forged)}`);
			expect(refused.status).toBe(forged === '' ? 405 : 422);
			expect(refused.text).not.toContain(hmac(forged, { encoding: 'base64' }));
		}
		const replayed = await post(hook.url, token, {
			'content-type': 'text/plain',
			'x-twitter-webhooks-signature': proof,
		});
		expect(replayed.status).toBe(415);
		const body = '{"for_user_id":"1","tweet_create_events":[]}';
		const signature = `sha256=${hmac(body, { encoding: 'base64' })}`;
		await expectEvent(hook, body, { 'x-twitter-webhooks-signature': signature }, null);
	});

	test('Notion’s, before it has a secret, and nothing else unsigned', async () => {
		const hook = await receiving('notion');
		const token = { verification_token: 'secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl' };
		const answered = await post(hook.url, JSON.stringify(token), {});
		expect([answered.status, answered.data]).toEqual([200, '']);
		for (const other of [{}, { verification_token: '' }, { ...token, type: 'page.created' }]) {
			expect((await post(hook.url, JSON.stringify(other), {})).status).toBe(401);
		}
		const body = '{"id":"e1","type":"page.created"}';
		await expectEvent(hook, body, { 'X-Notion-Signature': `sha256=${hmac(body)}` }, 'page.created');
	});

	test('Event Grid’s, in a list, and its events need the token', async () => {
		const hook = await receiving('azure-event-grid', {}, verifying);
		const headers = { 'aeg-event-type': 'SubscriptionValidation' };
		const validation = {
			eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
			data: { validationCode: '512d38b6-c7b8-40c8-89fe-f46f9e9622b6' },
		};
		const event = { id: 'g1', eventType: 'Microsoft.Storage.BlobCreated', data: {} };
		const answered = await post(hook.url, JSON.stringify([validation]), headers);
		expect([answered.status, answered.data]).toEqual([
			200,
			{ validationResponse: validation.data.validationCode },
		]);
		for (const list of [[event], [validation, event], [event, validation], []]) {
			expect((await post(hook.url, JSON.stringify(list), headers)).status).toBe(401);
		}
		expect(await n8n.executions(hook.id)).toEqual([]);
		const accepted = await post(`${hook.url}?token=${verifyToken}`, JSON.stringify([event]), {});
		expect(accepted.status).toBe(200);
		expect((await outcome(hook)).event).toBe('Microsoft.Storage.BlobCreated');
	});

	test('Microsoft Graph’s, by POST with a sentence in the URL', async () => {
		const clientState = newSecret();
		const subscribed = await n8n.createCredential('agentWebhookInboundApi', 'Graph', {
			signature: false,
			bodyToken: true,
			bodyTokens: clientState,
		});
		const hook = await receiving('ms-graph', {}, subscribed);
		const sentence = 'Validation: Testing client application reachability for Request-Id: 8e4d7dd7';
		const query = new URLSearchParams({ validationToken: sentence });
		const headers = { 'content-type': 'text/plain; charset=utf-8' };
		expectPlainText(await ask(`${hook.url}?${query}`, { method: 'POST', headers }), sentence);
		expect((await ask(`${hook.url}?${query}`)).status).toBe(405);
		expect((await post(hook.url, '{"value":[{"clientState":"wrong"}]}', {})).status).toBe(401);
		expect(await n8n.executions(hook.id)).toEqual([]);
		const body = JSON.stringify({ value: [{ clientState, changeType: 'created' }] });
		expect((await post(hook.url, body, {})).status).toBe(202);
		expect((await outcome(hook)).event).toBe('created');
	});

	test('also on the test URL, where n8n goes on listening', async () => {
		const hook = await receiving('nylas');
		const testUrl = hook.url.replace('/webhook/', '/webhook-test/');
		await n8n.rest('POST', `/workflows/${hook.id}/run`, {
			triggerToStartFrom: { name: 'Trigger' },
		});
		for (let times = 0; times < 2; times++) {
			expectPlainText(await ask(`${testUrl}?challenge=${challenge}`), challenge);
		}
		expect(await n8n.executions(hook.id)).toEqual([]);
		const body = '{"type":"message.created","id":"n2"}';
		expect((await post(testUrl, body, { 'X-Nylas-Signature': hmac(body) })).status).toBe(200);
		expect((await outcome(hook)).event).toBe('message.created');
	});
});

test('Discord’s pings are answered, forged pings are rejected, and an event starts the workflow', async () => {
	const { privateKey, publicKey } = generateKeyPairSync('ed25519');
	const hex = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');
	const own = await n8n.createCredential('agentWebhookInboundApi', 'Discord', {
		signatureScheme: 'platform',
		signingSecret: hex,
	});
	const hook = await receiving('discord', {}, own);
	const send = async (body, signedBody = body) => {
		const at = now();
		return await post(hook.url, body, {
			'X-Signature-Timestamp': at,
			'X-Signature-Ed25519': sign(null, Buffer.from(at + signedBody), privateKey).toString('hex'),
		});
	};
	const ping = await send('{"type":1}');
	expect([ping.status, ping.data]).toEqual([200, { type: 1 }]);
	const eventPing = await send('{"version":1,"application_id":"1","type":0}');
	expect([eventPing.status, eventPing.data]).toEqual([204, '']);
	expect((await send('{"type":1}', '{"type":2}')).status).toBe(401);
	const event = await send(
		'{"version":1,"type":1,"event":{"type":"APPLICATION_AUTHORIZED","data":{"user":1}}}',
	);
	expect([event.status, event.data]).toEqual([204, '']);
	const command = await send('{"type":2,"data":{"name":"blep"}}');
	expect([command.status, command.data]).toEqual([200, { type: 5 }]);
	const [execution] = await n8n.finished(hook.id, 2);
	expect(getOutputs(execution, 'Trigger')[0][0].json).toMatchObject({
		event: 'APPLICATION_AUTHORIZED',
		data: { user: 1 },
	});
});

test('GitHub and Stripe events get their type and duplicate key from header and body', async () => {
	const github = await receiving('github');
	const push = `payload=${encodeURIComponent('{"ref":"refs/heads/main"}')}`;
	const pushed = await check(
		github,
		'',
		push,
		{
			'content-type': FORM,
			'X-GitHub-Event': 'push',
			'X-GitHub-Delivery': 'guid-1',
			'X-Hub-Signature-256': `sha256=${hmac(push)}`,
		},
		'X-Hub-Signature-256',
	);
	expect(pushed).toMatchObject({
		event: 'push',
		duplicate_key: 'guid-1',
		body: { ref: 'refs/heads/main' },
	});

	const stripe = await receiving('stripe');
	const body = '{"id":"evt_1","type":"invoice.paid","created":1700000000,"data":{"object":{}}}';
	const at = now();
	const paid = await check(
		stripe,
		'',
		body,
		{ 'Stripe-Signature': `t=${at}, v1=${hmac(`${at}.${body}`)}` },
		'Stripe-Signature',
	);
	expect(paid).toMatchObject({
		event: 'invoice.paid',
		event_time: '2023-11-14T22:13:20.000Z',
		duplicate_key: 'evt_1',
		signature: { scheme: 'stripe', timestamp: new Date(Number(at) * 1000).toISOString() },
	});
});

test('a signed body is read by its bytes, and never as a form that an attacker made of it', async () => {
	const hook = await receiving('github');
	const send = async (type, body, id) =>
		await post(hook.url, body, {
			'content-type': type,
			'X-GitHub-Event': 'issues',
			'X-GitHub-Delivery': id,
			'X-Hub-Signature-256': `sha256=${hmac(body)}`,
		});
	const title = 'ü&payload=%7B%22action%22%3A%22deleted%22%7D&';
	const issue = (number) => JSON.stringify({ number, title });
	for (const [index, type] of [
		'application/json; charset=ascii',
		'application/json ; charset=utf-8',
		'Application/JSON;charset=latin1',
	].entries()) {
		expect((await send(type, issue(index), `json-${index}`)).status).toBe(200);
	}
	const executions = await n8n.finished(hook.id, 3);
	expect(executions.map((execution) => getOutputs(execution, 'Trigger')[0][0].json.body)).toEqual(
		[0, 1, 2].map((number) => ({ number, title })),
	);

	// A replay, with an ID that GitHub does not sign, and with none.
	for (const id of ['fresh', '']) {
		expect((await send('application/json', issue(0), id)).status).toBe(200);
	}
	const asForm = await send(`${FORM}; charset=utf-8`, issue(3), 'form');
	expect([asForm.status, asForm.data.error.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
	const fields = await send(FORM, `payload=%7B%7D${'&a=1'.repeat(1000)}`, 'fields');
	expect([fields.status, fields.data.error.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
	const latin1 = await send('application/ld+json', Buffer.from('{"a":"ü"}', 'latin1'), 'latin1');
	expect([latin1.status, latin1.data.error.code]).toEqual([400, 'INVALID_JSON']);
	expect(await n8n.executions(hook.id)).toHaveLength(3);
});

test('two Shopify orders are two, even if their IDs differ beyond the digits of JavaScript’s numbers', async () => {
	const options = { duplicateKey: 'body.id', bigNumbersAsText: true };
	const hook = await receiving('shopify', { options });
	const ids = ['9007199254740992', '9007199254740993', '9007199254740993'];
	for (const [index, id] of ids.entries()) {
		const body = `{"id": ${id}, "n": ${index}}`;
		const headers = {
			'X-Shopify-Topic': 'orders/create',
			'X-Shopify-Hmac-Sha256': hmac(body, { encoding: 'base64' }),
		};
		expect((await post(hook.url, body, headers)).status).toBe(200);
	}
	const executions = await n8n.finished(hook.id, 2);
	expect(executions).toHaveLength(2);
	expect(
		executions.map((execution) => getOutputs(execution, 'Trigger')[0][0].json.body.id),
	).toEqual(ids.slice(0, 2));
});

test('a form with a wrong Twilio signature costs n8n little, however large it is', async () => {
	const hook = await receiving('twilio');
	const headers = { 'content-type': FORM, 'X-Twilio-Signature': hmac('', { encoding: 'base64' }) };
	for (const body of [
		`Body=${'a'.repeat(10_000_000)}`,
		Array(40_000).fill('MessageStatus=sent').join('&'),
	]) {
		const startMs = performance.now();
		expect((await post(hook.url, body, headers)).status).toBe(413);
		// n8n itself reads and parses the form first.
		expect(performance.now() - startMs).toBeLessThan(15_000);
	}
});

test('the exactly-once template lets each delivery through once even if the trigger forgot it', async () => {
	const template = readTemplate('exactly-once');
	const trigger = template.nodes.find(({ name }) => name === 'Receive Event');
	Object.assign(trigger, { credentials });
	trigger.parameters.path = uniqueName('once');
	// Like a trigger in another process, which does not remember the first delivery.
	trigger.parameters.options = { duplicateWindowMinutes: 0 };
	const id = await n8n.createWorkflow(template);
	const url = `${base}/webhook/webhooks/events/${trigger.parameters.path}`;
	const send = async (lead) => {
		const body = JSON.stringify({ event: 'lead.qualified', data: { lead_id: lead } });
		const at = now();
		const { status } = await post(url, body, {
			'x-forwarded-proto': 'https',
			'X-AgentFlow-Timestamp': at,
			'X-AgentFlow-Signature': `sha256=${hmac(`${at}.${body}`)}`,
		});
		expect(status).toBe(200);
	};
	for (const lead of ['1', '1', '2']) {
		await send(lead);
	}
	const executions = await n8n.finished(id, 3);
	await n8n.deactivate(id);
	const worked = executions.map((execution) =>
		getOutputs(execution, 'Your Work')
			.flat()
			.map(({ json }) => json.data.lead_id),
	);
	expect(worked.flat().sort()).toEqual(['1', '2']);
});
