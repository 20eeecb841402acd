const { createPrivateKey, sign } = require('node:crypto');

const { EVENT_KIND, getPlatform, getRequestKind } = require('../../../build/core/platforms');
const { receiveRequest } = require('../../../build/core/receiving/receive');
const { signRequest } = require('../../../build/core/signing/sign');

const { DISCORD_KEY } = require('./vectors');
const { DEFAULT_URL, hmac } = require('./verifyVector');

/** Receives a request as the trigger does for a provider, with no option set. */
function receiveFrom(
	provider,
	{ body, headers, nowMs, secret, url = DEFAULT_URL, eventTypes = [] },
) {
	const platform = getPlatform(provider);
	const kind = getRequestKind(platform, EVENT_KIND);
	const rawBody = Buffer.from(body);
	return receiveRequest(
		{
			kind,
			method: 'POST',
			bodySchema: kind.request?.schema,
			validatesEvents: true,
			httpsOnly: platform.httpsOnly,
			methods: kind.authentication.methods,
			mode: kind.authentication.require,
			loadSecrets: async () => ({
				urlTokens: [],
				bearerTokens: [],
				body: { field: '', tokens: [] },
				basic: { user: '', password: '' },
				signature: { scheme: platform.scheme, secrets: [secret] },
			}),
			maxBodyBytes: 1_048_576,
			formBodies: platform.formBodies,
			handshakes: platform.handshakes ?? [],
			eventTypes,
			duplicateKey: kind.events.duplicateKey,
		},
		{
			method: 'POST',
			secure: true,
			address: '192.0.2.1',
			query: {},
			headers: { 'content-type': 'application/json', ...headers },
			readBody: async () => rawBody,
			url: () => url,
			nowMs,
		},
	);
}

// RFC 8032, 7.1, TEST 1: the private half of DISCORD_KEY.
const DISCORD_SEED = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
const discordKey = createPrivateKey({
	key: Buffer.from(`302e020100300506032b657004220420${DISCORD_SEED}`, 'hex'),
	format: 'der',
	type: 'pkcs8',
});
const NOW_MS = 1_700_000_000_000;

/** Signs the schemes that `signRequest` only verifies, by the rules that the vectors confirm. */
const PROVIDER_SIGNERS = {
	discord: ({ body }) => {
		const seconds = String(NOW_MS / 1000);
		return {
			'x-signature-timestamp': seconds,
			'x-signature-ed25519': sign(null, Buffer.from(seconds + body), discordKey).toString('hex'),
		};
	},
	linear: ({ body, secret }) => ({ 'linear-signature': hmac('sha256', secret, body, 'hex') }),
	twilio: ({ body, secret }) => {
		const fields = [...new URLSearchParams(body)].map(([name, value]) => name + value).sort();
		const content = DEFAULT_URL + fields.join('');
		return { 'x-twilio-signature': hmac('sha1', secret, content, 'base64') };
	},
	hubspot: ({ body, secret }) => ({
		'x-hubspot-request-timestamp': String(NOW_MS),
		'x-hubspot-signature-v3': hmac(
			'sha256',
			secret,
			`POST${DEFAULT_URL}${body}${NOW_MS}`,
			'base64',
		),
	}),
};

/** Builds a request as the provider would have signed it, at NOW_MS if the provider is in PROVIDER_SIGNERS. */
function signAs(provider, { body, headers = {}, eventTypes, nowMs = NOW_MS }) {
	const { scheme } = getPlatform(provider);
	const secret = {
		publicKey: DISCORD_KEY,
		standardWebhooks: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
		text: 'the provider’s secret',
	}[scheme.secretFormat];
	const text = typeof body === 'string' ? body : JSON.stringify(body);
	const own = PROVIDER_SIGNERS[provider]?.({ body: text, secret });
	const signature =
		own ??
		signRequest(scheme, {
			body: Buffer.from(text),
			id: headers[scheme.idHeader] ?? '',
			nowMs,
			secrets: [secret],
		});
	const lowerCase = Object.fromEntries(
		Object.entries({ ...headers, ...signature }).map(([name, value]) => [
			name.toLowerCase(),
			value,
		]),
	);
	return { body: text, headers: lowerCase, nowMs, secret, eventTypes };
}

module.exports = { NOW_MS, receiveFrom, signAs };
