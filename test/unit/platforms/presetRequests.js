/** Receives the requests of presets as the trigger does: with its own rules, and a credential as a person fills it in. */
const { createPublicKey, generateKeyPairSync } = require('node:crypto');

const { parseInboundCredential } = require('../../../build/core/credentials/inbound');
const { EVENT_KIND, getPlatform } = require('../../../build/core/platforms');
const { receiveRequest } = require('../../../build/core/receiving/receive');
const { buildReceiveRules } = require('../../../build/nodes/AgentWebhookTrigger/webhook/rules');

const { DEFAULT_URL } = require('./requestPlaces');

/** The fields of the Receiving credential for each method. */
const CREDENTIAL_FIELDS = {
	signature: (signingSecret) => ({ signatureScheme: 'platform', signingSecret }),
	urlToken: (urlTokens) => ({ urlTokens }),
	bearer: (bearerTokens) => ({ bearerTokens }),
	// As in a new credential: the platform's own header and field count.
	headerToken: (headerTokens) => ({ headerNames: 'X-API-Key', headerTokens }),
	bodyToken: (bodyTokens) => ({ bodyField: 'token', bodyTokens }),
	basic: (secret) => {
		const colon = secret.indexOf(':');
		return { basicUser: secret.slice(0, colon), basicPassword: secret.slice(colon + 1) };
	},
};

/** Fills in a credential for one method. @param fields other fields */
const fillInCredential = (method, secret, fields) => ({
	signature: false,
	[method]: true,
	...CREDENTIAL_FIELDS[method](secret),
	...fields,
});

function readQuery(url) {
	const parameters = new URL(url).searchParams;
	return Object.fromEntries(
		[...parameters.keys()].map((name) => {
			const values = parameters.getAll(name);
			return [name, values.length > 1 ? values : values[0]];
		}),
	);
}

/**
 * Receives a request as a new trigger does for a platform.
 * @param parameters of the trigger, other than its defaults
 */
async function receive(platformId, credential, request, parameters) {
	const { body, headers, method = 'POST', nowMs = 0, url = DEFAULT_URL } = request;
	const rules = buildReceiveRules(
		{
			platform: platformId,
			requestKind: EVENT_KIND,
			events: [],
			eventTypes: '',
			methods: ['platform'],
			options: {},
			conditions: undefined,
			hasRules: false,
			simplify: true,
			...parameters,
		},
		async () => parseInboundCredential(credential),
	);
	return await receiveRequest(rules, {
		method,
		secure: true,
		address: '192.0.2.1',
		query: readQuery(url),
		headers,
		readBody: async () => Buffer.from(body),
		url: () => url,
		nowMs,
	});
}

/** Returns a vector's request, with its headers in lower case. */
const toRequest = ({ body, headers, method, nowMs, url }) => ({
	body,
	headers: {
		'content-type': 'application/json',
		...Object.fromEntries(
			Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
		),
	},
	method,
	nowMs,
	url,
});

const KEY_OPTIONS = { ec: { namedCurve: 'P-256' }, ed25519: {}, rsa: { modulusLength: 2048 } };
const otherKeys = {};

/** Returns another public key of the same type, in PEM. */
function getOtherKey(type) {
	otherKeys[type] ??= generateKeyPairSync(type, KEY_OPTIONS[type]).publicKey.export({
		type: 'spki',
		format: 'pem',
	});
	return otherKeys[type];
}

/** Returns the type of a public key: a key of 32 bytes in hex or base64 is one of Ed25519. */
function readKeyType(key) {
	if (/^[0-9a-f]{64}$|^[\w+/-]{43}=?$/i.test(key)) return 'ed25519';
	const isPem = key.includes('-----BEGIN');
	return createPublicKey(
		isPem ? key : { key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' },
	).asymmetricKeyType;
}

const OTHER_SECRETS = {
	text: () => 'another secret',
	keyFile: () => 'another secret',
	hex: () => 'ab'.repeat(32),
	base64: () => Buffer.alloc(32, 7).toString('base64'),
	standardWebhooks: () => `whsec_${Buffer.alloc(24, 7).toString('base64')}`,
	publicKey: (secret) => getOtherKey(readKeyType(secret)),
};

/** Returns another secret in the format of a platform's. */
const getOtherSecret = (platformId, secret) =>
	OTHER_SECRETS[getPlatform(platformId).scheme.secretFormat](secret);

module.exports = { fillInCredential, getOtherSecret, receive, toRequest };
