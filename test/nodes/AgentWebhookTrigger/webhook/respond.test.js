const { randomUUID } = require('node:crypto');

const isEqual = require('lodash/isEqual');

const { PLATFORMS } = require('../../../../build/core/platforms');
const { EMPTY_REPLY } = require('../../../../build/core/platforms/receiveOnly');
const { receive } = require('../../../harness/contexts');

const openTrigger = (platform, more) => ({
	platform,
	requestKind: 'event',
	events: [],
	path: 'x',
	authenticationMethods: [],
	responseMode: 'onReceived',
	options: {},
	...more,
});

const jsonRequest = (body, headers = {}) => ({
	headers: { 'content-type': 'application/json', ...headers },
	rawBody: Buffer.from(JSON.stringify(body)),
	body,
});
const formRequest = (fields) => ({
	headers: { 'content-type': 'application/x-www-form-urlencoded' },
	rawBody: Buffer.from(String(new URLSearchParams(fields))),
	body: {},
});

const empty = { statusCode: 200, body: undefined };
const json = (body) => ({ statusCode: 200, type: 'application/json', body: JSON.stringify(body) });
const twiml = { statusCode: 200, type: 'text/xml; charset=utf-8', body: '<Response></Response>' };

/** Describes what n8n answers an accepted request with: it sends the body that the trigger returns. */
async function acceptedAnswer(parameters, request, stage) {
	const { answer, result } = await receive(parameters, request, stage);
	expect(result.workflowData).toHaveLength(1);
	const body = result.webhookResponse;
	return {
		statusCode: answer.statusCode,
		...(body && { type: answer.headers['Content-Type'] }),
		body: body === '' ? undefined : body,
	};
}

/** Describes what the trigger answers itself. */
async function ownAnswer(parameters, request, stage) {
	const { answer, result } = await receive(parameters, request, stage);
	expect(result).toEqual({ noWebhookResponse: true });
	const { body, headers, statusCode } = answer;
	const type = headers['Content-Type'];
	const text = type?.startsWith('application/json') ? JSON.stringify(body) : body;
	return { statusCode, ...(body && { type }), body: text };
}

/** Requests of providers, with the reply that they document. */
const REPLIES = [
	['slack', 'an event', jsonRequest({ type: 'event_callback', event: { type: 'message' } }), empty],
	[
		'slack',
		'a modal’s submission',
		formRequest({ payload: '{"type":"view_submission","view":{"id":"V1"}}' }),
		empty,
	],
	['slack', 'a click', formRequest({ payload: '{"type":"block_actions","actions":[]}' }), empty],
	['slack', 'a slash command', formRequest({ command: '/deploy', text: 'now' }), empty],
	['twilio', 'a text message', formRequest({ Body: 'Hi', SmsStatus: 'received' }), twiml],
	['twilio', 'a call', formRequest({ CallSid: 'CA1', CallStatus: 'ringing' }), twiml],
	['twilio', 'a status', formRequest({ MessageStatus: 'delivered' }), twiml],
	['twilio', 'JSON', jsonRequest({ a: 1 }), twiml],
	['discord', 'a command', jsonRequest({ type: 2, data: { name: 'blep' } }), json({ type: 5 })],
	['discord', 'a click', jsonRequest({ type: 3, data: { custom_id: 'a' } }), json({ type: 6 })],
	[
		'discord',
		'an autocompletion',
		jsonRequest({ type: 4, data: { name: 'blep' } }),
		json({ type: 8, data: { choices: [] } }),
	],
	['discord', 'a modal’s submission', jsonRequest({ type: 5 }), json({ type: 5 })],
	[
		'discord',
		'a webhook event',
		jsonRequest({ version: 1, type: 1, event: { type: 'APPLICATION_AUTHORIZED', data: {} } }),
		{ statusCode: 204, body: undefined },
	],
	...[
		...['github', 'stripe', 'shopify', 'hubspot', 'linear', 'zoom', 'svix', 'hookdeck'],
		...['convoySimple', 'convoyAdvanced'],
	].map((platform) => [platform, 'an event', jsonRequest({ type: 'a', event: 'a' }), empty]),
	[
		'adyen',
		'notification',
		jsonRequest({ notificationItems: [] }),
		{ statusCode: 200, type: 'text/plain; charset=utf-8', body: '[accepted]' },
	],
	['ms-graph', 'change', jsonRequest({ value: [] }), { statusCode: 202, body: undefined }],
	[
		'ms-teams',
		'message',
		jsonRequest({ type: 'message' }),
		{ ...json({ type: 'message', text: 'Received' }), type: 'application/json; charset=utf-8' },
	],
	[
		'supabase-auth',
		'hook',
		jsonRequest({ user: {} }),
		{ ...json({}), type: 'application/json; charset=utf-8' },
	],
	['acuity', 'form', formRequest({ action: 'scheduled', id: '1' }), empty],
];

describe('an accepted request', () => {
	test.each(REPLIES)(
		'of %s, %s, gets the reply that it documents',
		async (platform, _, request, reply) => {
			expect(await acceptedAnswer(openTrigger(platform), request)).toEqual(reply);
		},
	);

	test('of every provider that expects more than an empty reply is in the cases above', () => {
		const providers = PLATFORMS.filter(
			({ acceptedReplies, section }) =>
				section === 'provider' && !isEqual(acceptedReplies, [EMPTY_REPLY]),
		);
		expect(REPLIES.map(([platform]) => platform)).toEqual(
			expect.arrayContaining(providers.map(({ id }) => id)),
		);
	});

	test.each(PLATFORMS.filter(({ section }) => section !== 'provider').map(({ id }) => id))(
		'of %s, which is no provider, is left to AgenticFlow’s format',
		async (platform) => {
			const { answer, result } = await receive(
				openTrigger(platform, {
					options: { validateEvents: false, httpsOnly: false },
					requestKind: platform === 'uptiq' ? 'call' : 'event',
				}),
				jsonRequest(
					{ specversion: '1.0', id: '1', source: '/a', event: 'a', type: 'a', data: {} },
					{ 'content-type': 'application/cloudevents+json' },
				),
			);
			expect(result.workflowData).toHaveLength(1);
			expect(result).not.toHaveProperty('webhookResponse');
			expect(answer).toEqual({});
		},
	);

	test('gets the status that the trigger’s owner chose', async () => {
		const parameters = openTrigger('twilio', { options: { responseCode: 202 } });
		const request = formRequest({ Body: 'Hi' });
		expect(await acceptedAnswer(parameters, request)).toEqual({ ...twiml, statusCode: 202 });
	});

	test.each(['lastNode', 'responseNode'])(
		'is left to the workflow if it answers (%s)',
		async (responseMode) => {
			const parameters = openTrigger('slack', { responseMode });
			const { answer, result } = await receive(parameters, jsonRequest({ type: 'a' }));
			expect(result.workflowData).toHaveLength(1);
			expect(result).not.toHaveProperty('webhookResponse');
			expect(answer).toEqual({});
		},
	);
});

describe('a request that starts no execution', () => {
	test.each(REPLIES)(
		'of %s, %s, gets the same reply as a duplicate',
		async (platform, _, request, reply) => {
			const stage = { id: randomUUID() };
			const parameters = openTrigger(platform, { options: { duplicateKey: 'digest' } });
			await acceptedAnswer(parameters, request, stage);
			expect(await ownAnswer(parameters, request, stage)).toEqual(reply);
		},
	);

	test.each([
		['twilio', formRequest({ SmsStatus: 'received' }), twiml],
		['slack', jsonRequest({ event: { type: 'message' } }), empty],
		['github', jsonRequest({}, { 'x-github-event': 'push' }), empty],
		[
			'discord',
			jsonRequest({ type: 1, event: { type: 'A' } }),
			{ statusCode: 204, body: undefined },
		],
		['discord', jsonRequest({ type: 2, data: { name: 'blep' } }), json({ type: 5 })],
		['discord', jsonRequest({ type: 3, data: { custom_id: 'a' } }), json({ type: 6 })],
	])('of %s gets the same reply if its type was not chosen', async (platform, request, reply) => {
		const parameters = openTrigger(platform, { eventTypes: 'other' });
		expect(await ownAnswer(parameters, request)).toEqual(reply);
	});

	test('of Discord gets the same reply if it does not meet the conditions', async () => {
		const parameters = openTrigger('discord', {
			conditionSource: 'json',
			conditions: '{"id":"1"}',
		});
		const request = jsonRequest({ type: 2, data: { name: 'blep' } });
		expect(await ownAnswer(parameters, request)).toEqual(json({ type: 5 }));
	});

	test('of Slack is a check of its certificate', async () => {
		const request = formRequest({ ssl_check: '1', token: 'x' });
		expect(await ownAnswer(openTrigger('slack'), request)).toEqual(empty);
	});

	test.each(['agenticflow', 'custom', 'standardWebhooks'])(
		'of %s is answered in AgenticFlow’s format',
		async (platform) => {
			const parameters = openTrigger(platform, {
				eventTypes: 'other',
				options: { validateEvents: false },
			});
			const { answer } = await receive(parameters, jsonRequest({ event: 'a', type: 'a' }));
			expect(answer).toMatchObject({ statusCode: 200, body: { success: true, status: 'ignored' } });
		},
	);

	test('is rejected with a code by every platform', async () => {
		const parameters = openTrigger('twilio', { options: { maxBodyKilobytes: 1 } });
		const { answer } = await receive(parameters, formRequest({ Body: 'x'.repeat(2000) }));
		expect(answer).toMatchObject({
			statusCode: 413,
			body: { error: { code: 'PAYLOAD_TOO_LARGE' } },
		});
	});
});

describe('a burst of requests', () => {
	test('gives each of them its own reply', async () => {
		const parameters = openTrigger('discord', { options: { combineWindowMs: 50 } });
		const stage = { id: randomUUID() };
		const requests = [
			jsonRequest({ type: 2, data: { name: 'a' } }),
			jsonRequest({ type: 3, data: { custom_id: 'b' } }),
		];
		const [leader, follower] = await Promise.all(
			requests.map(async (request) => await receive(parameters, request, stage)),
		);
		expect(leader.result).toMatchObject({ webhookResponse: '{"type":5}' });
		expect(leader.result.workflowData[0]).toHaveLength(2);
		expect(follower.answer).toMatchObject({ statusCode: 200, body: { type: 6 } });
	});
});
