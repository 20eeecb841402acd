/** Tests the parts of providers that depend on n8n itself: URLs, forms, headers and handshakes. */
const { createHash, createHmac, generateKeyPairSync, sign } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const stage = require('./stage');

const { base, n8n, newSecret, getOutputs, post, createTriggerWorkflow, uniqueName } = stage;

const secret = newSecret();
const hmac = (content, { algorithm = 'sha256', encoding = 'hex' } = {}) =>
	createHmac(algorithm, secret).update(content).digest(encoding);
const now = () => String(Math.floor(Date.now() / 1000));
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
 */
async function check(hook, query, body, headers, signatureHeader) {
	const signature = headers[signatureHeader];
	const other = signature.at(-6) === '0' ? '1' : '0';
	const forged = {
		...headers,
		[signatureHeader]: signature.slice(0, -6) + other + signature.slice(-5),
	};
	const refused = await post(hook.url + query, body, forged);
	expect([refused.status, refused.data.error.code]).toEqual([401, 'SIGNATURE_INVALID']);
	const accepted = await post(hook.url + query, body, headers);
	expect([accepted.status, accepted.data.success]).toEqual([200, true]);
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
	);
	expect(json).toMatchObject({ event: 'received', body: fields });
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
	expect((await check(hook, query, body, headers, 'X-Twilio-Signature')).body).toEqual(
		JSON.parse(body),
	);
});

test('HubSpot’s signature covers method, URL, body and time of several events at once', async () => {
	const hook = await receiving('hubspot', { options: { eventTypes: 'contact.creation' } });
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
});

describe('Slack', () => {
	const signed = (body, at = now()) => ({
		'X-Slack-Request-Timestamp': at,
		'X-Slack-Signature': `v0=${hmac(`v0:${at}:${body}`)}`,
	});

	test('gets its signed challenge answered without an execution', async () => {
		const hook = await receiving('slack');
		const body =
			'{"token":"Jhj5dZrVaK7ZwHHjRyZWjbDl","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P","type":"url_verification"}';
		const { status, data } = await post(hook.url, body, signed(body));
		expect([status, data]).toEqual([200, { challenge: JSON.parse(body).challenge }]);
		expect((await post(hook.url, body, signed(`${body} `))).status).toBe(401);
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
	await send('{"version":1,"type":1,"event":{"type":"APPLICATION_AUTHORIZED","data":{"user":1}}}');
	expect(await outcome(hook)).toMatchObject({
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
		{ 'Stripe-Signature': `t=${at},v1=${hmac(`${at}.${body}`)}` },
		'Stripe-Signature',
	);
	expect(paid).toMatchObject({
		event: 'invoice.paid',
		event_time: '2023-11-14T22:13:20.000Z',
		duplicate_key: 'evt_1',
		signature: { scheme: 'stripe', timestamp: new Date(Number(at) * 1000).toISOString() },
	});
});

test('the exactly-once template lets each delivery through once even if the trigger forgot it', async () => {
	const template = JSON.parse(
		fs.readFileSync(path.join(__dirname, '../../templates/exactly-once.json'), 'utf8'),
	);
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
