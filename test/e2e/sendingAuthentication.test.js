/** A Sending credential whose endpoint requires a token, a signature of AWS or a client certificate, in a real n8n. */
const { createHash, createHmac } = require('node:crypto');

// AWS's own signer, as its SDK uses it.
const { SignatureV4 } = require('@smithy/signature-v4');

const { startMutualServer, startRecorder, stopServers } = require('./authenticationServers');
const stage = require('./stage');

const { ACTION, n8n, newSecret, node, runAction, uniqueName } = stage;

afterAll(async () => {
	await stage.deactivateWorkflows();
	stopServers();
});

/** Sends events, one unless given, to one endpoint with a Sending credential. Returns their items. */
async function sendAll(url, credential, events = [{ order_id: 7 }]) {
	const credentials = await n8n.createCredential('agentWebhookOutboundApi', uniqueName('sending'), {
		protection: 'authenticated',
		...credential,
	});
	const parameters = {
		platform: 'standardWebhooks',
		url,
		customEventType: 'order.created',
		retrySchedule: 'none',
		options: { allowHttp: true },
	};
	const action = node('Send', ACTION, parameters, {
		credentials,
		onError: 'continueRegularOutput',
	});
	const { outputs } = await runAction(events, action);
	return outputs.flat().map(({ json }) => json);
}

/** Sends an event to one endpoint with a Sending credential. Returns its item. */
const sendDirectly = async (url, credential) => (await sendAll(url, credential))[0];

/** Node's hashes, as AWS's signer calls them. */
class Sha256 {
	constructor(secret) {
		this.hash = secret ? createHmac('sha256', secret) : createHash('sha256');
	}

	update(data) {
		this.hash.update(data);
	}

	async digest() {
		return new Uint8Array(this.hash.digest());
	}
}

/** Returns the signature that AWS's signer makes for a request as it arrived. */
async function signAsAws({ body, headers, method, url }, credentials) {
	const { pathname, searchParams } = new URL(url, 'http://localhost');
	const date = headers['x-amz-date'].replace(/^(....)(..)(..T..)(..)(..)Z$/, '$1-$2-$3:$4:$5Z');
	const signer = new SignatureV4({
		credentials,
		region: 'eu-central-1',
		service: 'lambda',
		sha256: Sha256,
		applyChecksum: false,
	});
	const signed = await signer.sign(
		{
			method,
			protocol: 'http:',
			hostname: 'localhost',
			path: pathname,
			query: Object.fromEntries(searchParams),
			headers: { host: headers.host, 'content-type': headers['content-type'] },
			body,
		},
		{ signingDate: new Date(date) },
	);
	return signed.headers.authorization;
}

test('a Sending credential with AWS Signature V4 signs what arrives as AWS’s own signer does, and shows no session token', async () => {
	const keys = { secretAccessKey: newSecret(), sessionToken: newSecret() };
	const credentials = { accessKeyId: 'AKIDEXAMPLE', ...keys };
	const server = await startRecorder((response, { headers }) =>
		response.end(JSON.stringify(headers)),
	);
	const item = await sendDirectly(`${server.url}/a%20b/c?b=2&a=1%20x`, {
		authentication: 'awsSigV4',
		region: 'eu-central-1',
		service: 'lambda',
		...credentials,
	});
	expect(item).toMatchObject({ status: 'delivered' });
	expect(server.requests).toHaveLength(1);
	const [request] = server.requests;
	expect(request.headers.authorization).toBe(await signAsAws(request, credentials));
	expect(JSON.stringify(item)).not.toContain(keys.sessionToken);
});

test.each([
	['a key in a named header', { authentication: 'headerToken', headerName: 'X-API-Key' }],
	['a Bearer token', { authentication: 'bearer' }],
])(
	'a Sending credential with %s sends it, and hides it in what the endpoint repeats',
	async (_name, fields) => {
		const token = newSecret();
		const server = await startRecorder((response, { headers }) =>
			response.end(JSON.stringify(headers)),
		);
		const item = await sendDirectly(server.url, { ...fields, token });
		expect(item).toMatchObject({ status: 'delivered' });
		expect(JSON.stringify(server.requests[0].headers)).toContain(token);
		expect(JSON.stringify(item)).not.toContain(token);
	},
);

test('a Sending credential with a client certificate and a private authority opens a connection with them', async () => {
	const mutual = await startMutualServer();
	const fields = { authentication: 'none', useClientTls: true, ...mutual.fields };
	expect(await sendDirectly(mutual.url, fields)).toMatchObject({
		status: 'delivered',
		response: { body: { subject: 'n8n.example' } },
	});
	expect(await sendDirectly(mutual.url, { ...fields, useClientTls: false })).toMatchObject({
		status: 'failed',
	});
});

test.each([
	[
		'redirects',
		(response, { url }) => response.writeHead(307, { location: `${url}?again` }).end(),
		/^The token server answered with a redirect \(307\)/,
	],
	[
		'never ends its answer',
		(response) => {
			const timer = setInterval(() => response.write(' '), 100);
			response.on('close', () => clearInterval(timer));
		},
		/^The token server answered with status 200, and its response did not end in time/,
	],
	[
		'floods',
		(response) => {
			const flood = () => {
				while (!response.destroyed && response.write('x'.repeat(65_536)));
			};
			response.on('drain', flood);
			flood();
		},
		/^The token server’s answer has no access token/,
	],
	[
		'answers with what cannot be text',
		(response) =>
			response.end('{"access_token":"token-1","token_type":{"toString":1,"valueOf":1}}'),
		/^The token server issued a token that cannot be sent as a Bearer token/,
	],
	[
		'repeats what it was sent',
		(response, { headers }) =>
			response.writeHead(400).end(JSON.stringify({ error: headers.authorization })),
		/with the reason "Basic ••••••••"/,
	],
])(
	'a Sending credential whose token server %s ends the attempt with a reason and without a request',
	async (_name, answer, reason) => {
		const endpoint = await startRecorder((response) => response.end());
		const server = await startRecorder(answer);
		const secret = newSecret();
		const item = await sendDirectly(endpoint.url, {
			authentication: 'oauth2',
			tokenUrl: `${server.url}/token`,
			clientId: 'n8n',
			clientSecret: secret,
		});
		expect(item.attempt_log).toMatchObject([{ error_message: expect.stringMatching(reason) }]);
		expect(item.attempt_log[0].duration_ms).toBeLessThan(25_000);
		expect(JSON.stringify(item)).not.toContain(secret);
		expect(server.requests).toHaveLength(1);
		expect(endpoint.requests).toEqual([]);
	},
);

test('an expression in a Sending credential is evaluated for each item', async () => {
	const endpoint = await startRecorder((response) => response.end());
	const credential = { authentication: 'bearer', token: '={{ $json.token }}' };
	const tokens = [newSecret(), newSecret(), newSecret()];
	const events = tokens.map((token) => ({ token }));
	const items = await sendAll(endpoint.url, credential, events);
	expect(items.map(({ status }) => status)).toEqual(tokens.map(() => 'delivered'));
	const sent = endpoint.requests.map(({ body, headers }) => [
		JSON.parse(body).data.token,
		headers.authorization,
	]);
	expect(sent.sort()).toEqual(tokens.map((token) => [token, `Bearer ${token}`]).sort());
});
