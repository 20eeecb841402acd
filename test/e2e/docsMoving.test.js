/** Follows docs/moving.md: moves a workflow of n8n's own nodes, with a signature of its own, to our nodes. */
const { createHmac, randomUUID } = require('node:crypto');

const {
	AgentWebhookInboundApi,
} = require('../../build/credentials/AgentWebhookInboundApi.credentials');
const {
	AgentWebhookOutboundApi,
} = require('../../build/credentials/AgentWebhookOutboundApi.credentials');
const { listCode, listItalics, listTables, readSection } = require('../harness/documents');

const stage = require('./stage');

const { ACTION, chain, getOutputs, n8n, newSecret, node, planResponses, post } = stage;
const { readInbox, receiver, runAction, TRIGGER, triggerUrl, uniqueName } = stage;

const secret = newSecret();
const SIGNATURE_HEADER = 'X-Shop-Signature';
const TIME_HEADER = 'X-Shop-Time';
/** What the Crypto node of the old workflow has, by the credential's field. */
const OLD = { 'Signing Secret': secret, 'Signature Header': SIGNATURE_HEADER };

const receiving = readSection('docs/moving.md', 'Receiving');
const sign = (content, key = secret) => createHmac('sha256', key).update(content).digest('hex');

/** Fills in a credential's fields as the table of step 2 says: an option, the code beside the field, or what it was. */
function fillIn(Credential) {
	const { properties } = new Credential();
	const [, table] = listTables(receiving);
	const filled = Object.fromEntries(
		table.flatMap(([before, after]) =>
			// A cell may name a field with its option, or several fields.
			listItalics(after)
				.map((name) => properties.find(({ displayName }) => displayName === name))
				.filter((field) => field !== undefined)
				.map((field) => {
					const chosen = field.options?.find(({ name }) => listItalics(after).includes(name));
					const [code] = listCode(`${before} ${after}`);
					const value =
						chosen?.value ?? OLD[field.displayName] ?? (field.options ? field.default : code);
					return [field.name, value];
				}),
		),
	);
	return { signatureScheme: 'custom', ...filled, timestampHeader: TIME_HEADER };
}

afterAll(stage.deactivateWorkflows);

test('the table names what a Custom scheme needs', () => {
	for (const Credential of [AgentWebhookInboundApi, AgentWebhookOutboundApi]) {
		expect(fillIn(Credential)).toMatchObject({
			algorithm: 'hmac-sha256',
			encoding: 'hex',
			signingSecret: secret,
			signatureHeader: SIGNATURE_HEADER,
			prefix: 'sha256=',
			signedContent: '{timestamp}.{body}',
			timestampPlace: 'header',
		});
	}
});

test('the trigger accepts what the old workflow accepted, and expressions on “Webhook” still work', async () => {
	const credentials = await n8n.createCredential(
		'agentWebhookInboundApi',
		'Moved',
		fillIn(AgentWebhookInboundApi),
	);
	const [expression] = listCode(receiving).filter((code) => code.includes("$('Webhook')"));
	const path = uniqueName('orders');
	// Step 4: the trigger has the Webhook node's name, and Simplify is off.
	const trigger = node(
		'Webhook',
		TRIGGER,
		{ platform: 'custom', requestKind: 'event', path, simplify: false },
		{ webhookId: randomUUID(), credentials },
	);
	const assignments = [{ id: '1', name: 'id', type: 'string', value: `=${expression}` }];
	const next = node(
		'Next',
		'n8n-nodes-base.set',
		{ assignments: { assignments } },
		{ typeVersion: 3.4 },
	);
	const id = await n8n.createWorkflow({
		name: path,
		nodes: [trigger, next],
		connections: chain(trigger, next),
	});
	const body = '{"id": "order_7"}';
	const send = async (at, key) =>
		await post(triggerUrl('event', path), body, {
			[TIME_HEADER]: String(at),
			[SIGNATURE_HEADER]: `sha256=${sign(`${at}.${body}`, key)}`,
		});
	const now = Math.floor(Date.now() / 1000);
	expect((await send(now)).status).toBe(200);
	expect((await send(now, newSecret())).data.error.code).toBe('SIGNATURE_INVALID');
	expect((await send(now - 3600)).data.error.code).toBe('TIMESTAMP_OUT_OF_TOLERANCE');
	const [execution, ...others] = await n8n.finished(id);
	expect(others).toEqual([]);
	expect(getOutputs(execution, 'Next')[0][0].json).toEqual({ id: 'order_7' });
	await n8n.deactivate(id);
});

test('Send signs as the Crypto node did, and its item shows the response', async () => {
	const credentials = await n8n.createCredential(
		'agentWebhookOutboundApi',
		'Moved',
		fillIn(AgentWebhookOutboundApi),
	);
	const box = uniqueName('box');
	await planResponses(box, [{ reply: { received: true } }]);
	const parameters = {
		platform: 'custom',
		url: `${receiver}/receive/none/${box}`,
		customEventType: 'order.created',
		options: { allowHttp: true },
	};
	const { outputs } = await runAction(
		[{ order_id: 7 }],
		node('Send', ACTION, parameters, { credentials }),
	);
	expect(outputs[0][0].json).toMatchObject({
		status: 'delivered',
		response: { status_code: 200, body: { received: true } },
	});
	const [{ body, headers }] = await readInbox(box);
	const at = headers[TIME_HEADER.toLowerCase()];
	expect(headers[SIGNATURE_HEADER.toLowerCase()]).toBe(`sha256=${sign(`${at}.${body}`)}`);
	expect(JSON.parse(body)).toMatchObject({ event: 'order.created', data: { order_id: 7 } });
});
