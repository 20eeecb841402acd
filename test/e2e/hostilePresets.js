/** Forged requests of every preset, from the vectors and forgeries of the unit tests. */
const { createHash, createHmac } = require('node:crypto');

const { EVENT_KIND, getPlatform, getRequestKind } = require('../../build/core/platforms');
const { findHandshake, listHandshakes } = require('../../build/core/receiving/handshake');
const { findToken, listForgeries, listTokenForgeries } = require('../unit/platforms/forgeries');
const { fillInCredential, toRequest } = require('../unit/platforms/presetRequests');
const { PRESET_VECTORS } = require('../unit/platforms/presetVectors');
const { DEFAULT_URL, headerPlace } = require('../unit/platforms/requestPlaces');
const { VECTORS } = require('../unit/platforms/vectors');

const { asJson } = require('./hostileFaults');
const { wire } = require('./hostileRequests');
const { newSecret } = require('./workflows');

/** The times of the vectors are years ago. Their signatures still have to be valid. */
const TOLERANCE_SECONDS = 50 * 365 * 86_400;

const MESSAGE_PLATFORM = 'httpMessageSignatures';
const EVENT = JSON.stringify({
	id: 'evt_1',
	type: 'made.up',
	timestamp: '2024-01-20T15:30:00Z',
	data: {},
});

/** Returns what an HTTP Message Signature covers, and the signature, written from RFC 9421 alone. */
function signMessage(url, secret, body = EVENT) {
	const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
	const created = Math.floor(Date.now() / 1000);
	const parameters = `("@method" "@target-uri" "content-digest" "content-type");created=${created};keyid="key";alg="hmac-sha256"`;
	const base = [
		'"@method": POST',
		`"@target-uri": ${url}`,
		`"content-digest": ${digest}`,
		'"content-type": application/json',
		`"@signature-params": ${parameters}`,
	].join('\n');
	const signature = createHmac('sha256', secret).update(base).digest('base64');
	return {
		body,
		url,
		headers: {
			'content-type': 'application/json',
			'content-digest': digest,
			'signature-input': `sig1=${parameters}`,
			signature: `sig1=:${signature}:`,
		},
	};
}

const isJsonText = (text) => asJson(text) !== undefined;

/** Returns whether n8n can read a vector's body: it rejects what is called JSON and is none before the trigger sees it. */
const isReadable = ({ body, headers }) =>
	body.length === 0 || !/json/i.test(headers['content-type']) || isJsonText(body);

/** Returns whether a platform's handshake answers a vector, e.g. a ping, so that it starts no execution. */
const isAnswered = ({ provider }, { body, headers, method = 'POST' }) => {
	const { handshakes = [] } = getPlatform(provider);
	const possible = listHandshakes(handshakes, { method, headers, query: {} });
	return isJsonText(body) && findHandshake(possible, JSON.parse(body)) !== undefined;
};

const isEvent = (vector) => {
	const request = toRequest(vector);
	return isReadable(request) && !isAnswered(vector, request);
};

/** The first vector of each preset that is a request with an event, and all handshakes. */
function chooseVectors() {
	const chosen = new Map();
	const handshakes = [];
	for (const vector of [...PRESET_VECTORS, ...VECTORS]) {
		const { code, handshake, isText, provider } = vector;
		if (isText || code !== undefined) continue;
		if (handshake !== undefined) handshakes.push(vector);
		else if (!chosen.has(provider) && isEvent(vector)) chosen.set(provider, vector);
	}
	return { events: [...chosen.values()], handshakes };
}

/** Describes how a preset proves that a request is its own, so that one stands for its siblings. */
function describeProof({ scheme }, method) {
	const { forms = [], kind, secretFormat, signatureHeader, timestamp = {} } = scheme ?? {};
	const { algorithm, encoding } = forms[0] ?? {};
	const isInHeader = signatureHeader !== undefined;
	return JSON.stringify([
		...[method, kind, secretFormat, algorithm, encoding, isInHeader],
		Object.keys(timestamp),
	]);
}

/** Returns a preset's authentic request, its forgeries, and the fields of a credential for it. */
function toTarget(vector) {
	const platform = getPlatform(vector.provider);
	const { authentication } = getRequestKind(platform, EVENT_KIND);
	const request = toRequest(vector);
	const { secret } = vector;
	const token = findToken(platform, authentication.methods, request, secret);
	const method = token?.method ?? 'signature';
	const forgeries =
		token === undefined
			? listForgeries(platform.scheme, request, platform.formBodies?.jsonField)
			: listTokenForgeries(token, request, secret);
	return {
		platform: vector.provider,
		proof: describeProof(platform, method),
		fields: fillInCredential(method, secret),
		request,
		forgeries: [...forgeries, ...confuseKeys(platform, request, secret)],
		secret,
	};
}

/** Signs a JSON Web Token with a public key as if it were a shared secret. */
function confuseKeys({ scheme }, request, secret) {
	if (scheme?.kind !== 'jwt' || scheme.secretFormat !== 'publicKey') return [];
	const { header, prefix } = scheme.place;
	if (header === undefined) return [];
	const place = headerPlace(header, prefix);
	const [, payload] = place.read(request).split('.');
	const head = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url');
	const signature = createHmac('sha256', secret).update(`${head}.${payload}`).digest('base64url');
	return [
		['token: HS256 with the public key', place.write(request, `${head}.${payload}.${signature}`)],
	];
}

/** Lists presets to attack. @param isWhole `false` for one preset for each kind of proof */
function listPresetTargets(isWhole) {
	const { events, handshakes } = chooseVectors();
	const targets = events.map(toTarget);
	const seen = new Set();
	const chosen = isWhole
		? targets
		: targets.filter(({ proof }) => !seen.has(proof) && seen.add(proof) !== undefined);
	const ids = new Set(chosen.map(({ platform }) => platform));
	return { targets: chosen, handshakes: handshakes.filter(({ provider }) => ids.has(provider)) };
}

/** Returns the target of HTTP Message Signatures, whose request depends on the URL of the trigger. */
function createMessageTarget(getUrl) {
	const secret = newSecret();
	const sign = () => signMessage(getUrl(), secret);
	const { scheme } = getPlatform(MESSAGE_PLATFORM);
	return {
		platform: MESSAGE_PLATFORM,
		fields: fillInCredential('signature', secret),
		secret,
		get request() {
			return sign();
		},
		get forgeries() {
			return [
				...listForgeries(scheme, sign()),
				['another URL', signMessage(`${getUrl()}2`, secret)],
				['another secret', signMessage(getUrl(), newSecret())],
			];
		},
	};
}

/** Blanks that a request has room for: n8n reads 16 KB of headers, and the trigger 256 KB of JSON before it is verified. */
const HEADER_BLANKS = 11_000;
const BODY_BLANKS = 200_000;

const blank = (characters) => `x${' '.repeat(characters)}y`;

/** Returns JSON whose texts are full of blanks; other bodies as they are. */
function blankBody(body) {
	const json = asJson(body);
	if (json === undefined) return body;
	const texts = String(body).split('":"').length;
	return JSON.stringify(json, (_, value) =>
		typeof value === 'string' ? blank(Math.floor(BODY_BLANKS / texts)) : value,
	);
}

const COMPONENTS = Array.from({ length: 47 }, (_, index) => `a${index}`);

/** Returns a request with five HTTP Message Signatures, each over 47 members of a header full of blanks. */
function createManyComponents(request) {
	const created = Math.floor(Date.now() / 1000);
	const members = COMPONENTS.map((name) => `"x";key="${name}"`).join(' ');
	const labels = ['a', 'b', 'c', 'd', 'e'];
	const list = (value) => labels.map((label) => `${label}=${value}`).join(', ');
	return {
		...request,
		body: '',
		headers: {
			x: `${COMPONENTS.join(',')},b=1;${' '.repeat(9000)}c`,
			'signature-input': list(`("@method" "@target-uri" ${members});created=${created}`),
			signature: list(':AAAA:'),
		},
	};
}

/** Lists requests full of blanks, for which it took minutes to trim them at the end of each text. */
function listBlankRequests({ platform, request }) {
	const { body, headers } = request;
	const names = Object.keys(headers).filter((name) => name !== 'content-type');
	return [
		...names.map((name) => ({
			...request,
			headers: { ...headers, [name]: blank(HEADER_BLANKS) },
		})),
		{ ...request, body: blankBody(body) },
		...(platform === MESSAGE_PLATFORM ? [createManyComponents(request)] : []),
	];
}

/** Converts a request of the unit tests to the form that is sent to a trigger. */
function toWire(label, { body, headers, method = 'POST', url }, path) {
	return wire({
		label,
		method,
		path,
		query: url === undefined ? '' : new URL(url).search.slice(1),
		headers: Object.entries(headers).filter(([, value]) => value !== undefined),
		body: Buffer.from(body),
	});
}

const MARKUP = '<script>alert(1)</script>';

/** Returns a handshake whose challenge is markup; the same handshake if it has none. */
function toMarkup({ handshake, ...vector }) {
	const challenge = handshake.text;
	const request = toRequest(vector);
	if (!challenge) return request;
	const url = new URL(request.url ?? DEFAULT_URL);
	for (const [name, value] of [...url.searchParams]) {
		if (value === challenge) url.searchParams.set(name, MARKUP);
	}
	return { ...request, body: request.body.replaceAll(challenge, MARKUP), url: url.href };
}

module.exports = {
	MARKUP,
	TOLERANCE_SECONDS,
	createMessageTarget,
	listBlankRequests,
	listPresetTargets,
	toMarkup,
	toWire,
};
