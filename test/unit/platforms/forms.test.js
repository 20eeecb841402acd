const { receiveFrom, signAs } = require('./providerRequests');
const { findVector } = require('./verifyVector');

const FORM = 'application/x-www-form-urlencoded';
const DELIVERY_ID = '72d3162e-cc78-11e3-81ab-4c9367dc0958';
const SLACK_INTERACTION = {
	type: 'block_actions',
	trigger_id: '12321423423.333649436676.d8c1bb837935619ccad0f624c448ffb3',
	actions: [{ action_id: 'approve', value: 'a & b = c' }],
};

describe('receiveRequest with a form', () => {
	test('reads GitHub’s JSON from the field payload', async () => {
		const vector = findVector('github', 'form');
		const headers = { ...vector.headers, 'x-github-event': 'ping', 'x-github-delivery': 'd1' };
		expect(await receiveFrom('github', { ...vector, headers })).toMatchObject({
			result: 'accepted',
			body: { zen: 'Hello, World!' },
			event: { type: 'ping', data: { zen: 'Hello, World!' } },
			duplicateKey: 'd1',
		});
	});

	test('reads a Slack interaction’s JSON from the field payload', async () => {
		const body = new URLSearchParams({ payload: JSON.stringify(SLACK_INTERACTION) }).toString();
		const headers = { 'content-type': `${FORM}; charset=utf-8` };
		expect(await receiveFrom('slack', signAs('slack', { body, headers }))).toMatchObject({
			result: 'accepted',
			body: SLACK_INTERACTION,
		});
	});

	test('reads a Slack slash command', async () => {
		expect(await receiveFrom('slack', findVector('slack', 'docs'))).toMatchObject({
			result: 'accepted',
			body: {
				command: '/webhook-collect',
				text: '',
				team_domain: 'testteamnow',
				response_url:
					'https://hooks.slack.com/commands/T1DC2JH3J/397700885554/96rGlfmibIGlgcZRskXaIFfN',
			},
		});
	});

	test('reads a Twilio message, with a list for a repeated field', async () => {
		const body = 'MessageSid=SM1&SmsStatus=received&From=%2B14158675309&Body=a+b%26c&Num=2&Num=1';
		const headers = { 'content-type': FORM, 'i-twilio-idempotency-token': DELIVERY_ID };
		expect(await receiveFrom('twilio', signAs('twilio', { body, headers }))).toMatchObject({
			result: 'accepted',
			body: { MessageSid: 'SM1', From: '+14158675309', Body: 'a b&c', Num: ['2', '1'] },
			event: { type: 'received' },
			duplicateKey: DELIVERY_ID,
		});
	});

	test('reads the call and the JSON body of Twilio’s documentation', async () => {
		expect(await receiveFrom('twilio', findVector('twilio', 'docs'))).toMatchObject({
			result: 'accepted',
			body: { CallSid: 'CA1234567890ABCDE', Digits: '1234', To: '+18005551212' },
		});
		expect(await receiveFrom('twilio', findVector('twilio', 'json bodySHA256'))).toMatchObject({
			result: 'accepted',
			body: { property: 'value', boolean: true },
		});
	});

	test('rejects a field payload that is not JSON', async () => {
		const request = signAs('slack', {
			body: 'payload=%7Bnot+json',
			headers: { 'content-type': FORM },
		});
		expect(await receiveFrom('slack', request)).toMatchObject({ result: 'rejected', status: 400 });
	});

	test('rejects a form if the provider sends none', async () => {
		const request = signAs('stripe', { body: 'a=1', headers: { 'content-type': FORM } });
		expect(await receiveFrom('stripe', request)).toMatchObject({ result: 'rejected', status: 415 });
	});

	/** JSON whose text contains a form with what an attacker chose. */
	const TRAPS = [
		{ title: 'a&payload={"action":"deleted"}&b' },
		{ title: `a&payload=${encodeURIComponent('{"action":"deleted"}')}&b` },
		{ text: 'a&command=/deploy&text=all&b' },
		{ text: 'a&ssl_check=1&b' },
		['&payload=%7B%7D&'],
	];

	test.each(
		['github', 'slack'].flatMap((provider) =>
			TRAPS.map((body) => [provider, JSON.stringify(body)]),
		),
	)('rejects JSON that %s signed if it is sent again as a form: %s', async (provider, body) => {
		for (const mark of ['', '\uFEFF', ' \n']) {
			const headers = { 'content-type': FORM };
			const request = signAs(provider, { body: mark + body, headers });
			const outcome = await receiveFrom(provider, request);
			expect(outcome).toMatchObject({ result: 'rejected', status: 415 });
			expect(outcome.details).toEqual({
				field: 'content-type',
				expected: 'the media type of the body, e.g. application/json',
				received: FORM,
			});
		}
	});

	test.each(['github', 'slack', 'twilio'])(
		'rejects a form that %s signed if it is sent again as JSON',
		async (provider) => {
			const body = 'payload=%7B%22a%22%3A1%7D';
			for (const type of ['application/json', 'application/vnd.a+json', 'text/plain']) {
				const request = signAs(provider, { body, headers: { 'content-type': type } });
				expect(await receiveFrom(provider, request)).toMatchObject({ result: 'rejected' });
			}
		},
	);

	test.each([
		['github', 'zen=Hello'],
		['github', 'payload=%7B%7D&payload=%7B%22a%22%3A1%7D'],
		['github', 'payload=%7B%7D&a=1'],
		['slack', 'payload=%7B%7D&command=%2Fdeploy'],
	])('rejects a form that %s does not send: %s', async (provider, body) => {
		const request = signAs(provider, { body, headers: { 'content-type': FORM } });
		expect(await receiveFrom(provider, request)).toMatchObject({
			result: 'rejected',
			status: 400,
			details: { field: 'payload', expected: 'one field, payload' },
		});
	});
});
