/**
 * Generates hostile requests from a seed. Each starts as a request that would be accepted, and is then
 * broken in one or more ways, at least one of which must get it rejected.
 */
const { createHmac } = require('node:crypto');
const zlib = require('node:zlib');

/** Returns a generator of numbers in [0, 1) that a seed determines (mulberry32). */
function seeded(seed) {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** Makes choices that a seed determines. */
class Dice {
	constructor(seed) {
		this.random = seeded(seed);
	}

	/** Returns an integer from 0 to less than `end`. */
	below(end) {
		return Math.floor(this.random() * end);
	}

	pick(list) {
		return list[this.below(list.length)];
	}

	chance(share) {
		return this.random() < share;
	}

	/** Returns random characters of an alphabet. */
	text(length, alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789') {
		return Array.from({ length }, () => alphabet[this.below(alphabet.length)]).join('');
	}
}

const LEVELS = 10_000;
const LONG = 12_000;
/** More than Node accepts in all headers of a request. */
const TOO_LONG = 20_000;

const nested = (open, close, inner = '') => open.repeat(LEVELS) + inner + close.repeat(LEVELS);

/** Unusual JSON, and text that is almost JSON. `whole` is a body that would be accepted. */
const ODD_TEXTS = {
	truncated: (dice, whole) => whole.slice(0, 1 + dice.below(whole.length - 1)),
	nestedLists: () => nested('[', ']'),
	nestedObjects: () => nested('{"a":', '}', '1'),
	nestedInside: (_, whole) => whole.replace(/\}$/, `,"deep":${nested('[', ']')}}`),
	openLists: () => '['.repeat(LEVELS),
	hugeNumber: (_, whole) =>
		whole.replace(/\}$/, `,"n":1e${'9'.repeat(300)},"m":${'9'.repeat(1000)}}`),
	duplicateKeys: (_, whole) => whole.replace(/^\{/, '{"message":1,"event":2,"type":3,"data":4,'),
	prototype: (_, whole) =>
		whole.replace(/^\{/, '{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},'),
	loneSurrogates: (_, whole) => whole.replace(/\}$/, ',"s":"\\ud800\\udfff\\udc00"}'),
	escapedNul: (_, whole) => whole.replace(/\}$/, ',"z":"a\\u0000b"}'),
	rawNul: (_, whole) => whole.replace(/\}$/, ',"z":"a\0b"}'),
	byteOrderMark: (_, whole) => `\ufeff${whole}`,
	twoByteOrderMarks: (_, whole) => `\ufeff\ufeff${whole}`,
	manyKeys: (dice) =>
		`{${Array.from({ length: 2000 }, (_, key) => `"${dice.text(4)}${key}":${key}`).join()}}`,
	longKey: () => `{"${'k'.repeat(30_000)}":1}`,
	scalar: (dice) => dice.pick(['null', 'true', '0', '-0', '""', '[]', '{}', '1e400', '"text"']),
	notJson: (dice) =>
		dice.pick([
			"{'a':1}",
			'{a:1}',
			'{"a":01}',
			'{"a":1,}',
			'NaN',
			'<xml/>',
			'a=b&c=d',
			'{"a":1}{}',
		]),
	noise: (dice) => dice.text(1 + dice.below(500), '\0\u0001\u007f{}[]",:\\ue9\u2028😀'),
};

/** Excludes XML: n8n parses it before it calls the trigger, and never answers some of it. */
const ODD_TYPES = [
	'text/plain',
	'text/html',
	'application/x-www-form-urlencoded',
	'multipart/form-data',
	'multipart/form-data; boundary=x',
	'application/octet-stream',
	'application/vnd.api+json',
	'APPLICATION/JSON',
	'application/json; charset=utf-16',
	'application/json; charset=iso-8859-1',
	'application/json; charset=klingon',
	'application/json; charset="%ff"',
	'application/json;;;=;',
	'application/json, text/plain',
	'*/*',
	'/',
	'',
	'\xff\xfe',
];

/** Encodings of a body, with a header that matches or not. */
const ENCODINGS = {
	gzip: (bytes) => zlib.gzipSync(bytes),
	deflate: (bytes) => zlib.deflateSync(bytes),
	br: (bytes) =>
		zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } }),
	zstd: (bytes) => bytes,
	identity: (bytes) => bytes,
	'gzip, gzip': (bytes) => zlib.gzipSync(zlib.gzipSync(bytes)),
};

/** A few bytes that decompress to 32 MB: more than n8n accepts. */
const BOMB = zlib.gzipSync(Buffer.alloc(32 * 1024 * 1024, ' '));

/**
 * Creates a body and its headers.
 * @param whole a body that would be accepted, as text
 */
function oddBody(dice, whole) {
	const label = dice.pick(Object.keys(ODD_TEXTS));
	const text = ODD_TEXTS[label](dice, whole);
	const bytes = dice.chance(0.1)
		? Buffer.from(text, dice.pick(['utf16le', 'latin1']))
		: Buffer.from(text, 'utf8');
	const type = dice.chance(0.2) ? dice.pick(ODD_TYPES) : 'application/json';
	if (dice.chance(0.85)) return { label, bytes, headers: [['Content-Type', type]] };
	const encoding = dice.pick(Object.keys(ENCODINGS));
	const packed = dice.chance(0.3) ? bytes : ENCODINGS[encoding](bytes);
	return {
		label: `${label} in ${encoding}`,
		bytes: dice.chance(0.02) ? BOMB : packed,
		headers: [
			['Content-Type', type],
			['Content-Encoding', encoding],
		],
	};
}

const plainBody = (whole) => ({
	label: 'plain',
	bytes: Buffer.from(whole, 'utf8'),
	headers: [['Content-Type', 'application/json']],
});

/** Inserts text inside a value of at least two characters: HTTP may strip it at either end. */
const insert = (dice, value, what) => {
	const at = 1 + dice.below(value.length - 1);
	return value.slice(0, at) + what + value.slice(at);
};

/**
 * Replaces one character by another, but not by the same letter in the other case, which may be
 * equivalent.
 */
function changeOne(dice, value) {
	const at = dice.below(value.length);
	const others = [...'0123456789abcdef'].filter((other) => other !== value[at].toLowerCase());
	return value.slice(0, at) + dice.pick(others) + value.slice(at + 1);
}

/** Returns a value that is only correct at its beginning. */
function rightAtFirst(dice, value) {
	const shared = dice.below(value.length);
	return value.slice(0, shared) + changeOne(dice, value.slice(shared));
}

/** Ways to break a header that authenticates the sender. Each returns the headers to send instead. */
const HEADER_FAULTS = {
	missing: () => [],
	empty: (_, name) => [[name, '']],
	doubled: (_, name, value) => [
		[name, value],
		[name, value],
	],
	doubledWithAnother: (dice, name, value) => [
		[name, value],
		[name, changeOne(dice, value)],
	],
	joined: (_, name, value) => [[name, `${value}, ${value}`]],
	// Hex in upper case is the same signature.
	upperCased: (dice, name, value) => [
		[
			name,
			value === value.toUpperCase() || /^[0-9a-f]+$/.test(value)
				? changeOne(dice, value)
				: value.toUpperCase(),
		],
	],
	long: (_, name, value) => [[name, value + 'x'.repeat(LONG)]],
	tooLong: (_, name, value) => [[name, value + 'x'.repeat(TOO_LONG)]],
	control: (dice, name, value) => [
		[name, insert(dice, value, dice.pick(['\0', '\x01', '\x0b', '\x1f', '\x7f']))],
	],
	nonAscii: (dice, name, value) => [
		[name, insert(dice, value, dice.pick(['\x80', '\xa0', '\xe9', '\xff', '\xc3\xa9']))],
	],
	folded: (dice, name, value) => [[name, insert(dice, value, '\r\n ')]],
	quoted: (_, name, value) => [[name, `"${value}"`]],
	cutShort: (dice, name, value) => [[name, value.slice(0, dice.below(value.length))]],
	commonPrefix: (dice, name, value) => [[name, rightAtFirst(dice, value)]],
	lengthened: (dice, name, value) => [[name, value + dice.text(1 + dice.below(5))]],
	oneOff: (dice, name, value) => [[name, changeOne(dice, value)]],
	otherName: (dice, name, value) => [
		[dice.pick([`X-${name}`, `${name}-2`, `${name}_`, '__proto__']), value],
	],
};

/** Ways to break a token in the URL. */
const QUERY_FAULTS = {
	missing: () => '',
	empty: (_, name) => `${name}=`,
	doubled: (_, name, value) => `${name}=${value}&${name}=${value}`,
	list: (_, name, value) => `${name}[]=${value}`,
	object: (_, name, value) => `${name}[__proto__]=${value}`,
	upperCased: (_, name, value) => `${name}=${value.toUpperCase()}`,
	upperCasedName: (_, name, value) => `${name.toUpperCase()}=${value}`,
	long: (_, name, value) => `${name}=${value}${'x'.repeat(LONG)}`,
	tooLong: (_, name, value) => `${name}=${value}${'x'.repeat(TOO_LONG)}`,
	control: (dice, name, value) =>
		`${name}=${insert(dice, value, dice.pick(['%00', '%0a', '%7f']))}`,
	rawControl: (dice, name, value) =>
		`${name}=${insert(dice, value, dice.pick(['\0', '\x01', ' ']))}`,
	nonAscii: (dice, name, value) =>
		`${name}=${insert(dice, value, dice.pick(['%c3%a9', '%ff', '\xe9']))}`,
	badEscape: (dice, name, value) =>
		`${name}=${insert(dice, value, dice.pick(['%', '%zz', '%c3']))}`,
	cutShort: (dice, name, value) => `${name}=${value.slice(0, dice.below(value.length))}`,
	commonPrefix: (dice, name, value) => `${name}=${rightAtFirst(dice, value)}`,
	lengthened: (dice, name, value) => `${name}=${value}${dice.text(1 + dice.below(5))}`,
	oneOff: (dice, name, value) => `${name}=${changeOne(dice, value)}`,
};

const hmac = (secret, content, algorithm = 'sha256', encoding = 'hex') =>
	createHmac(algorithm, secret).update(content).digest(encoding);

const seconds = (ms) => String(Math.floor(ms / 1000));

/**
 * Ways in which senders authenticate, by scheme.
 * @param body the body's bytes
 * @returns the headers and the URL's query
 */
const PROOFS = {
	urlToken: ({ token }) => ({ query: ['token', token] }),
	bearer: ({ token }) => ({ headers: { Authorization: `Bearer ${token}` } }),
	basic: ({ user, password }) => ({
		headers: { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` },
	}),
	agenticflow: ({ secret }, { body }) => ({
		headers: { 'X-AgenticFlow-Signature': `sha256=${hmac(secret, body)}` },
	}),
	agentflow: ({ secret }, { body, atMs }) => ({
		headers: {
			'X-AgentFlow-Timestamp': seconds(atMs),
			'X-AgentFlow-Signature': `sha256=${hmac(secret, Buffer.concat([Buffer.from(`${seconds(atMs)}.`), body]))}`,
		},
	}),
	workflux: ({ secret }, { body }) => ({ headers: { 'X-Workflux-Signature': hmac(secret, body) } }),
	agentPlatform: ({ secret }, { body }) => ({
		headers: { 'X-Webhook-Signature': hmac(secret, body) },
	}),
	uptiq: ({ secret }, { body }) => ({ headers: { 'x-signature': hmac(secret, body) } }),
	stripe: ({ secret }, { body, atMs }) => ({
		headers: {
			'Stripe-Signature': `t=${seconds(atMs)},v1=${hmac(secret, Buffer.concat([Buffer.from(`${seconds(atMs)}.`), body]))}`,
		},
	}),
	standardWebhooks: ({ secret }, { body, atMs, id }) => {
		const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
		const content = Buffer.concat([Buffer.from(`${id}.${seconds(atMs)}.`), body]);
		return {
			headers: {
				'webhook-id': id,
				'webhook-timestamp': seconds(atMs),
				'webhook-signature': `v1,${hmac(key, content, 'sha256', 'base64')}`,
			},
		};
	},
};

/** Headers that do not affect authentication. */
const EXTRAS = [
	['__proto__', 'polluted'],
	['constructor', 'polluted'],
	['Cookie', `n8n-auth=${'x'.repeat(3000)}`],
	['Origin', 'https://evil.example'],
	['X-Forwarded-For', '127.0.0.1, ::1, <script>, 999.999.999.999'],
	['X-Forwarded-Proto', 'https, gopher'],
	['X-Forwarded-Host', 'evil.example'],
	['X-HTTP-Method-Override', 'DELETE'],
	['Accept-Encoding', 'gzip, br, zstd'],
	['Range', 'bytes=0-18446744073709551615'],
	['If-None-Match', '*'],
	['User-Agent', 'Googlebot/2.1'],
	['Content-Disposition', "attachment; filename*=UTF-8''%ff%00"],
	['Expect', '100-continue'],
	['X-Many', 'x'.repeat(5000)],
];

const OTHER_METHODS = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'];

/**
 * Creates a request that would be accepted.
 * @param target the trigger to call: see hostileSenders.test.js
 */
function goodRequest(
	target,
	{ body = plainBody(target.body), atMs = Date.now(), id = 'msg_1' } = {},
) {
	const { headers = {}, query } = PROOFS[target.scheme](target.secrets, {
		body: body.bytes,
		atMs,
		id,
	});
	return {
		label: `${target.name}: ${body.label}`,
		method: target.method ?? 'POST',
		path: target.path,
		query: query && `${query[0]}=${query[1]}`,
		proof: { headers, query },
		headers: [...body.headers, ...Object.entries(headers)],
		body: body.bytes,
	};
}

/** Converts a request to the form that is sent. */
const wire = (request) => ({
	...request,
	target: request.query ? `${request.path}?${request.query}` : request.path,
	headers: [
		['Host', 'n8n.example'],
		['Connection', 'close'],
		...request.headers,
		['Content-Length', String(request.announced ?? request.body.length)],
	],
});

/** Breaks the authentication in a request's headers or URL. */
function breakAuthentication(dice, request) {
	const { headers, query } = request.proof;
	if (query !== undefined) {
		const fault = dice.pick(Object.keys(QUERY_FAULTS));
		return {
			...request,
			label: `${request.label}, URL token ${fault}`,
			query: QUERY_FAULTS[fault](dice, ...query),
		};
	}
	const name = dice.pick(Object.keys(headers));
	const fault = dice.pick(Object.keys(HEADER_FAULTS));
	const others = request.headers.filter(([other]) => other !== name);
	return {
		...request,
		label: `${request.label}, ${name} ${fault}`,
		headers: [...others, ...HEADER_FAULTS[fault](dice, name, headers[name])],
	};
}

/** Closes the connection before the whole body is sent. */
function cutOff(dice, request) {
	const { body, label } = request;
	return {
		...request,
		label: `${label}, cut off`,
		body: body.subarray(0, dice.below(body.length)),
		announced: body.length,
		hangsUp: true,
	};
}

/** Changes the bytes that were signed. */
function changeSignedBytes(dice, request) {
	const { body } = request;
	const at = dice.below(body.length);
	const flipped = Buffer.from(body);
	flipped[at] ^= 1 << dice.below(8);
	const changed = dice.pick([
		() => flipped,
		() => Buffer.concat([body, Buffer.from(' ')]),
		() => body.subarray(0, body.length - 1),
		() => Buffer.concat([Buffer.from('\ufeff'), body]),
		() => Buffer.alloc(0),
	])();
	return { ...request, label: `${request.label}, other bytes than were signed`, body: changed };
}

/** Text that may follow a webhook's path. */
const PATH_TAILS = ['/', '/..', '//', '%2e%2e', '%00', '/x', `/${'x'.repeat(3000)}`, '%ff', '%'];

const DAY_MS = 86_400_000;

/** Generates requests that must be rejected. */
class HostileSender {
	/**
	 * @param seed an integer: the same one generates the same requests, except for their times
	 * @param targets the triggers to call
	 */
	constructor(seed, targets) {
		this.dice = new Dice(seed);
		this.targets = targets;
	}

	next() {
		const { dice } = this;
		const target = dice.pick(this.targets);
		const body = dice.chance(0.6) ? oddBody(dice, target.body) : plainBody(target.body);
		const request = this.#breakRequest(target, body);
		const extras = dice.chance(0.3) ? [dice.pick(EXTRAS), dice.pick(EXTRAS)] : [];
		return wire({ ...request, headers: [...extras, ...request.headers] });
	}

	#breakRequest(target, body) {
		const { dice } = this;
		const id = dice.text(8);
		const good = goodRequest(target, { body, id });
		const signed = 'secret' in target.secrets;
		const ways = [
			...Array(6).fill(() => breakAuthentication(dice, good)),
			() => {
				const method = dice.pick(OTHER_METHODS);
				const broken = breakAuthentication(dice, good);
				return { ...broken, label: `${broken.label}, ${method}`, method };
			},
			() => {
				const tail = dice.pick(PATH_TAILS);
				const broken = breakAuthentication(dice, good);
				const label = `${broken.label}, path with ${tail.slice(0, 10)}`;
				return { ...broken, label, path: target.path + tail };
			},
		];
		if (good.body.length > 0) ways.push(() => cutOff(dice, good));
		if (signed) {
			const otherSecret = target.secrets.secret.startsWith('whsec_')
				? `whsec_${Buffer.from(dice.text(32)).toString('base64')}`
				: dice.text(48, '0123456789abcdef');
			const forged = () => ({
				...goodRequest({ ...target, secrets: { secret: otherSecret } }, { body, id }),
				label: `${good.label}, another secret`,
			});
			ways.push(forged, forged, () =>
				good.body.length === 0 ? breakAuthentication(dice, good) : changeSignedBytes(dice, good),
			);
			if (target.toleranceSeconds) {
				const offMs = target.toleranceSeconds * 1000 + 60_000 + dice.below(DAY_MS);
				const atMs = Date.now() + (dice.chance(0.5) ? offMs : -offMs);
				ways.push(() => ({
					...goodRequest(target, { body, id, atMs }),
					label: `${good.label}, at another time`,
				}));
			}
		}
		return dice.pick(ways)();
	}
}

module.exports = {
	Dice,
	EXTRAS,
	goodRequest,
	HEADER_FAULTS,
	HostileSender,
	oddBody,
	ODD_TEXTS,
	PATH_TAILS,
	plainBody,
	wire,
};
