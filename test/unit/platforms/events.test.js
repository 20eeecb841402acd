const { execFileSync } = require('node:child_process');
const { join } = require('node:path');

const { NOW_MS, receiveFrom, signAs } = require('./providerRequests');
const { HUBSPOT_EVENTS } = require('./vectors');
const { findVector } = require('./verifyVector');

const SVIX_ID = 'msg_2Xh9MRb9MPJYE6zZ7dXhL4vJqRj';
const DELIVERY_ID = '72d3162e-cc78-11e3-81ab-4c9367dc0958';

describe('receiveRequest with an event', () => {
	test.each([
		[
			'github',
			{
				body: { action: 'opened', issue: { number: 1 }, repository: { full_name: 'o/r' } },
				headers: { 'x-github-event': 'issues', 'x-github-delivery': DELIVERY_ID },
			},
			{ type: 'issues', data: expect.objectContaining({ action: 'opened' }) },
			DELIVERY_ID,
		],
		[
			'stripe',
			{
				body: {
					id: 'evt_1NG8Du2eZvKYlo2CUI79vXWy',
					object: 'event',
					created: 1686089970,
					data: { object: { id: 'seti_1' } },
					type: 'setup_intent.created',
				},
			},
			{
				type: 'setup_intent.created',
				data: { object: { id: 'seti_1' } },
				timeMs: 1_686_089_970_000,
			},
			'evt_1NG8Du2eZvKYlo2CUI79vXWy',
		],
		[
			'slack',
			{
				body: {
					type: 'event_callback',
					team_id: 'T123ABC456',
					event: { type: 'app_mention', user: 'U123ABC456', text: 'hello' },
					event_id: 'Ev123ABC456',
					event_time: 1234567890,
				},
			},
			{
				type: 'app_mention',
				data: { type: 'app_mention', user: 'U123ABC456', text: 'hello' },
				timeMs: 1_234_567_890_000,
			},
			'Ev123ABC456',
		],
		[
			'shopify',
			{
				body: { id: 820982911946154500, email: 'jon@example.com' },
				headers: {
					'x-shopify-topic': 'orders/create',
					'x-shopify-webhook-id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
					'x-shopify-triggered-at': '2023-03-29T18:00:27.877041743Z',
				},
			},
			{ type: 'orders/create', timeMs: Date.UTC(2023, 2, 29, 18, 0, 27, 877) },
			'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
		],
		[
			'svix',
			{
				body: {
					type: 'invoice.paid',
					timestamp: '2022-11-03T20:26:10.344522Z',
					data: { id: 'in_1' },
				},
				headers: { 'svix-id': SVIX_ID },
			},
			{
				type: 'invoice.paid',
				data: { id: 'in_1' },
				timeMs: Date.UTC(2022, 10, 3, 20, 26, 10, 344),
			},
			SVIX_ID,
		],
		[
			'hookdeck',
			{
				body: { type: 'charge.succeeded', id: 'evt_1' },
				headers: { 'x-hookdeck-eventid': 'evt_SEhnGYHtCFSsN2Ya', 'x-hookdeck-requestid': 'req_1' },
			},
			{ type: 'charge.succeeded', data: { type: 'charge.succeeded', id: 'evt_1' } },
			'evt_SEhnGYHtCFSsN2Ya',
		],
		...['convoySimple', 'convoyAdvanced'].map((provider) => [
			provider,
			{
				body: { event_type: 'charge.success', data: { amount: 1000 } },
				headers: { 'x-convoy-idempotency-key': 'charge:1' },
			},
			{ type: 'charge.success', data: { amount: 1000 } },
			'charge%3A1',
		]),
		[
			'zoom',
			{
				body: {
					event: 'session.started',
					payload: { account_id: 'a1', object: { id: 's1' } },
					event_ts: 1658940994914,
				},
			},
			{
				type: 'session.started',
				data: { account_id: 'a1', object: { id: 's1' } },
				timeMs: 1658940994914,
			},
			expect.stringMatching(/^[0-9a-f]{64}$/),
		],
		[
			'hubspot',
			{ body: HUBSPOT_EVENTS },
			{ type: 'contact.creation', types: ['contact.creation'], data: JSON.parse(HUBSPOT_EVENTS) },
			'1:12345:1564113600000',
		],
		[
			'linear',
			{
				body: {
					action: 'create',
					type: 'Issue',
					data: { id: '2174add1' },
					createdAt: '2020-01-23T12:53:18.084Z',
					webhookTimestamp: NOW_MS,
				},
				headers: { 'linear-event': 'Issue', 'linear-delivery': DELIVERY_ID },
			},
			{
				type: 'Issue',
				data: { id: '2174add1' },
				timeMs: Date.UTC(2020, 0, 23, 12, 53, 18, 84),
			},
			DELIVERY_ID,
		],
	])(
		'reads type, data, time and duplicate key of an event of %s, and filters by type',
		async (provider, request, event, duplicateKey) => {
			const { body } = request;
			expect(await receiveFrom(provider, signAs(provider, request))).toMatchObject({
				result: 'accepted',
				body: typeof body === 'string' ? JSON.parse(body) : body,
				event,
				duplicateKey,
				authentication: ['signature'],
				signature: { scheme: provider },
			});
			const wanted = { ...request, eventTypes: [event.type] };
			expect(await receiveFrom(provider, signAs(provider, wanted))).toMatchObject({
				result: 'accepted',
			});
			const unwanted = { ...request, eventTypes: ['something.else'] };
			expect(await receiveFrom(provider, signAs(provider, unwanted))).toMatchObject({
				result: 'ignored',
			});
		},
	);

	test('lists all event types of a HubSpot batch', async () => {
		const [first] = JSON.parse(HUBSPOT_EVENTS);
		const second = { ...first, eventId: 2, subscriptionType: 'contact.deletion' };
		const request = { body: [first, second], eventTypes: ['contact.deletion'] };
		expect(await receiveFrom('hubspot', signAs('hubspot', request))).toMatchObject({
			result: 'accepted',
			event: { type: undefined, types: ['contact.creation', 'contact.deletion'] },
			duplicateKey: '1,2:12345,12345:1564113600000,1564113600000',
		});
		const retried = { body: [first, second].map((event) => ({ ...event, attemptNumber: 3 })) };
		expect(await receiveFrom('hubspot', signAs('hubspot', retried))).toMatchObject({
			duplicateKey: '1,2:12345,12345:1564113600000,1564113600000',
		});
	});

	test('gives no duplicate key if the sender provides nothing to recognize a duplicate by', async () => {
		const request = signAs('github', { body: {}, headers: { 'x-github-event': 'push' } });
		const admission = await receiveFrom('github', request);
		expect(admission).toMatchObject({ result: 'accepted', event: { type: 'push' } });
		expect(admission.duplicateKey).toBeUndefined();
	});

	// A webhook event has type 1, as has the ping of an interactions endpoint:
	// https://docs.discord.com/developers/events/webhook-events#webhook-types
	test('accepts a Discord webhook event, which is not a handshake', async () => {
		const vector = findVector('discord', 'webhook-event APPLICATION_AUTHORIZED');
		expect(await receiveFrom('discord', vector)).toMatchObject({
			result: 'accepted',
			event: {
				type: 'APPLICATION_AUTHORIZED',
				data: { integration_type: 1, scopes: ['applications.commands'] },
			},
			duplicateKey: expect.stringMatching(/^[0-9a-f]{64}$/),
		});
	});

	test('accepts a Discord command', async () => {
		const vector = findVector('discord', 'interaction APPLICATION_COMMAND');
		expect(await receiveFrom('discord', vector)).toMatchObject({
			result: 'accepted',
			body: { type: 2, data: { name: 'test' } },
			duplicateKey: expect.stringMatching(/^[0-9a-f]{64}$/),
		});
	});

	// Discord writes its times in UTC, without an offset.
	test.each(['UTC', 'America/New_York', 'Asia/Tokyo'])(
		'reads the time of a Discord event as UTC if n8n’s time zone is %s',
		(TZ) => {
			const script = `
				const { readEvent } = require('./build/core/receiving/readEvent');
				const { platform } = require('./build/core/platforms/definitions/discord');
				const body = { event: { timestamp: '2024-10-18T14:42:53.064834' } };
				const request = { headers: {}, rawBody: Buffer.from(''), body };
				console.log(readEvent(platform.events, request).timeMs);`;
			const printed = execFileSync(process.execPath, ['-e', script], {
				cwd: join(__dirname, '../../..'),
				env: { ...process.env, TZ },
			});
			expect(Number(printed)).toBe(Date.UTC(2024, 9, 18, 14, 42, 53, 64));
		},
	);
});
