const { createHmac } = require('node:crypto');

const { activate, receive } = require('../../../harness/contexts');

const SECRET = 'twilio-token-5b1d';
const credentials = {
	agentWebhookInboundApi: { signatureScheme: 'platform', signingSecret: SECRET },
};
const PRODUCTION = 'https://n8n.example.com/webhook/webhooks/events/sms';
const TEST = 'https://editor.example.com/webhook-test/webhooks/events/sms';
const PUBLIC = 'https://tunnel.example.net/webhook/webhooks/events/sms';

const trigger = (platform, options = {}) => ({
	platform,
	requestKind: 'event',
	events: [],
	path: 'sms',
	authenticationMethods: ['platform'],
	responseMode: 'onReceived',
	options,
});

/** A webhook ID of the node, as n8n gives every trigger: without one, paths begin with the workflow's ID. */
const more = { webhookId: '6b2f1f0e-3c0e-4d0a-9a53-0a4c9f1f0c11' };

const signers = {
	twilio: (url) => {
		const body = 'Body=Hello&SmsStatus=received';
		const content = `${url}BodyHelloSmsStatusreceived`;
		return {
			rawBody: Buffer.from(body),
			body: {},
			headers: {
				'content-type': 'application/x-www-form-urlencoded',
				'x-twilio-signature': createHmac('sha1', SECRET).update(content).digest('base64'),
			},
		};
	},
	hubspot: (url) => {
		const body = '[{"subscriptionType":"contact.creation"}]';
		const at = String(Date.now());
		return {
			rawBody: Buffer.from(body),
			body: JSON.parse(body),
			headers: {
				'content-type': 'application/json',
				'x-hubspot-request-timestamp': at,
				'x-hubspot-signature-v3': createHmac('sha256', SECRET)
					.update(`POST${url}${body}${at}`)
					.digest('base64'),
			},
		};
	},
};

/** Sends a request that its sender signed for `signedUrl`. @returns `undefined` if it is accepted, or the error */
async function call(platform, signedUrl, { isTest = false, options, query = '', called } = {}) {
	const folder = isTest ? 'webhook-test' : 'webhook';
	const request = {
		...signers[platform](signedUrl + query),
		originalUrl: (called ?? `/${folder}/webhooks/events/sms`) + query,
	};
	request.headers.host = 'attacker.example.org';
	const stage = { credentials, mode: isTest ? 'manual' : 'webhook', more };
	// At the test URL, a rejection also fails the trigger.
	const { answer, result } = await receive(trigger(platform, options), request, stage).catch(
		(error) => error,
	);
	expect(result?.workflowData === undefined).toBe(answer.body !== undefined);
	return answer.body?.error;
}

describe.each(['twilio', 'hubspot'])('a signed URL of %s', (platform) => {
	test.each([
		['the production URL', PRODUCTION, {}],
		['the production URL with a slash at its end', `${PRODUCTION}/`, {}],
		['the production URL with a query', PRODUCTION, { query: '?a=1&b=2' }],
		['the production URL with a slash and a query', `${PRODUCTION}/`, { query: '?a=1' }],
		['the test URL while a person listens', TEST, { isTest: true }],
		['the test URL with a slash at its end', `${TEST}/`, { isTest: true }],
		[
			'the test URL with a query',
			TEST,
			{ isTest: true, query: '?token=x', called: '/webhook-test/webhooks/events/sms/' },
		],
		[
			'the test URL on the host of the production URL',
			'https://n8n.example.com/webhook-test/webhooks/events/sms',
			{ isTest: true },
		],
		['the option Public URL', PUBLIC, { options: { publicUrl: PUBLIC } }],
		['the option Public URL with a slash', `${PUBLIC}/`, { options: { publicUrl: PUBLIC } }],
		['the option Public URL without its slash', PUBLIC, { options: { publicUrl: `${PUBLIC}/` } }],
		[
			'the test URL that belongs to the option Public URL',
			PUBLIC.replace('/webhook/', '/webhook-test/'),
			{ isTest: true, options: { publicUrl: `${PUBLIC}/` } },
		],
		[
			'the option Public URL of a proxy that rewrites paths, at the test URL',
			'https://hooks.example.net/sms',
			{ isTest: true, options: { publicUrl: 'https://hooks.example.net/sms' } },
		],
	])('is %s', async (_, url, options) => {
		expect(await call(platform, url, options)).toBeUndefined();
	});

	test.each([
		['the test URL at the production URL', TEST, {}, [PRODUCTION, `${PRODUCTION}/`]],
		['the production URL at the test URL', PRODUCTION, { isTest: true }, [TEST, `${TEST}/`]],
		[
			'the URL with the Host header',
			PRODUCTION.replace('n8n.example.com', 'attacker.example.org'),
			{},
			[PRODUCTION],
		],
		['two slashes at the end', `${PRODUCTION}//`, {}, [PRODUCTION]],
		[
			'n8n’s URL if the owner entered another one',
			PRODUCTION,
			{ options: { publicUrl: PUBLIC } },
			[PUBLIC],
		],
		['another query', `${PRODUCTION}?other=1`, { query: '?token=s3cret-in-url' }, [PRODUCTION]],
	])('is not %s, and the rejection names what was checked', async (_, url, options, checked) => {
		const error = await call(platform, url, options);
		expect(error).toMatchObject({ code: 'SIGNATURE_INVALID' });
		for (const text of checked) {
			expect(error.message).toContain(text);
			expect(error.details.expected).toContain(text);
		}
		expect(JSON.stringify(error)).not.toMatch(/attacker|s3cret/);
	});
});

describe('the option Public URL', () => {
	test.each([
		'n8n.example.com/webhook/x',
		'/webhook/x',
		'https://',
		'ftp://a/x',
		'https://a/x?b=1',
		'https://a/x#b',
		'x y',
	])('is not published as %j', async (publicUrl) => {
		await expect(activate(trigger('twilio', { publicUrl }), { credentials })).rejects.toThrow(
			'"Public URL" is not a complete URL without a query',
		);
	});

	test('is not published with a user or a password, which the error does not repeat', async () => {
		for (const user of ['user:pass-0f', 'pass-0f', ':pass-0f']) {
			const publicUrl = `https://${user}@tunnel.example.net/webhook/webhooks/events/sms`;
			const error = await activate(trigger('twilio', { publicUrl }), { credentials }).catch(
				(caught) => caught,
			);
			expect(error.message).toContain('"Public URL" contains a user name or a password');
			expect(error.message).not.toContain('pass-0f');
		}
	});

	test.each([
		PUBLIC.replace('https://tunnel.example', 'HTTPS://Tunnel.EXAMPLE'),
		PUBLIC.replace('.net', '.net:443'),
		PUBLIC.replace('/webhook/', '/a/../webhook/'),
	])('stands for the URL that senders make of %s', async (publicUrl) => {
		for (const platform of ['twilio', 'hubspot']) {
			expect(await call(platform, PUBLIC, { options: { publicUrl } })).toBeUndefined();
		}
		const error = await call('twilio', PRODUCTION, { options: { publicUrl } });
		expect(error.message).toContain(`It was checked against ${PUBLIC}`);
	});

	test.each(['', '  ', ` ${PUBLIC} `, 'http://localhost:5678/x'])(
		'is published as %j',
		async (publicUrl) => {
			const published = activate(trigger('twilio', { publicUrl }), { credentials });
			await expect(published).resolves.toBe(true);
		},
	);
});
