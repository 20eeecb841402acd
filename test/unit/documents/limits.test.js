/** Compares the limits and times that the documents state with the constants in the code. */
const { readPage, toLine } = require('../../harness/documents');

const WORDS = [
	'zero',
	'one',
	'two',
	'three',
	'four',
	'five',
	'six',
	'seven',
	'eight',
	'nine',
	'ten',
];

/** Reads a number as people write it: a word, or digits with commas. */
const parseSaid = (text) =>
	WORDS.includes(text) ? WORDS.indexOf(text) : Number(text.replaceAll(',', ''));

/** Reads a constant, e.g. `64 * 1_048_576`. */
const parseConstant = (text) =>
	text
		.split('*')
		.map((factor) => Number(factor.trim().replaceAll('_', '')))
		.reduce((product, factor) => product * factor, 1);

const [SECOND, MINUTE, KB, MB] = [1000, 60_000, 1024, 1024 * 1024];
const RECEIVE = 'docs/receive.md';
const SEND = 'docs/send.md';
const TOKENS = 'core/credentials/accessTokens.ts';
const COALESCE = 'nodes/AgentWebhookTrigger/webhook/coalesce.ts';
const DEDUPLICATE = 'nodes/AgentWebhookTrigger/webhook/deduplicate.ts';
const ENDPOINTS = 'docs/endpoints.md';
const DELIVER_DUE = 'nodes/AgentWebhook/resources/delivery/deliverDue.ts';

/** A page, what it says, a file, the name of its constant, and the size of the page's unit in the constant's. */
const LIMITS = [
	[RECEIVE, /start one execution with up to (\d+) items/, COALESCE, 'maxItems', 1],
	[RECEIVE, /n8n process holds at most (\d+) requests/, COALESCE, 'maxOpenRequests', 1],
	[RECEIVE, /trigger remembers up to ([\d,]+) keys/, DEDUPLICATE, 'maxKeysPerTrigger', 1],
	[RECEIVE, /one n8n process up to ([\d,]+)\./, DEDUPLICATE, 'maxKeys', 1],
	[
		RECEIVE,
		/conditions shows after (\w+) seconds/,
		'nodes/AgentWebhookTrigger/webhook/testListening.ts',
		'SETTLE_MS',
		SECOND,
	],
	[
		RECEIVE,
		/A change takes effect within (\w+) seconds/,
		'nodes/AgentWebhookTrigger/webhook/credentialCache.ts',
		'CACHE_TTL_MS',
		SECOND,
	],
	[
		RECEIVE,
		/Tokens can have up to ([\d,]+) printable/,
		'core/http/headerValues.ts',
		'MAX_HEADER_VALUE_CHARACTERS',
		1,
	],
	[RECEIVE, /fewer than (\d+) characters/, 'core/signing/secretText.ts', 'MIN_CHARACTERS', 1],
	[
		RECEIVE,
		/A request may have up to (\w+) signatures/,
		'core/signing/messageSignature/verifyMessage.ts',
		'MAX_SIGNATURES',
		1,
	],
	[RECEIVE, /nested at most (\d+) levels deep/, 'core/receiving/readBody.ts', 'MAX_LEVELS', 1],
	[RECEIVE, /A form can have up to ([\d,]+) fields/, 'core/http/formBody.ts', 'MAX_FORM_FIELDS', 1],
	[
		SEND,
		/with Send To \*All Subscribed Endpoints\* up to (\d+) MB/,
		'nodes/AgentWebhook/resources/event/answers.ts',
		'MAX_ANSWER_BYTES',
		MB,
	],
	[
		SEND,
		/after the first (\d+) MB/,
		'core/outbox/dispatch/keptAnswers.ts',
		'MAX_ANSWERS_BYTES',
		MB,
	],
	[
		SEND,
		/answers of more than (\d+) KB/,
		'core/outbox/endpoint/endpointTarget.ts',
		'MAX_RESPONSE_BYTES',
		KB,
	],
	[
		SEND,
		/has the first (\d+) KB of the answer later/,
		'core/outbox/log/responseRecord.ts',
		'MAX_BODY_BYTES',
		KB,
	],
	[SEND, /Conditions can have up to (\d+) KB/, 'core/event/conditions.ts', 'MAX_KILOBYTES', 1],
	[SEND, /KB and (\d+) levels, and each path/, 'core/event/conditions.ts', 'MAX_DEPTH', 1],
	[SEND, /each path up to (\d+) characters/, 'core/lib/fieldPath.ts', 'MAX_PATH_LENGTH', 1],
	[SEND, /characters and (\d+) keys/, 'core/lib/fieldPath.ts', 'MAX_PATH_KEYS', 1],
	[SEND, /options can have up to ([\d,]+) paths/, 'core/event/fieldFilter.ts', 'MAX_PATHS', 1],
	[SEND, /until (\d+) seconds before it expires/, TOKENS, 'RENEWAL_MARGIN_MS', SECOND],
	[SEND, /waits (\w+) seconds before it asks the server/, TOKENS, 'FAILURE_MS', SECOND],
	[
		SEND,
		/The server has (\w+) seconds to answer/,
		'core/credentials/tokenRequest.ts',
		'TOKEN_TIMEOUT_MS',
		SECOND,
	],
	[
		SEND,
		/`response\.body` is cut off after (\d+) KB/,
		'core/outbox/endpoint/endpointTarget.ts',
		'MAX_RESPONSE_BYTES',
		KB,
	],
	[ENDPOINTS, /attempts up to ([\d,]+) deliveries/, DELIVER_DUE, 'DEFAULT_MAX_DELIVERIES', 1],
	[ENDPOINTS, /no more after (\d+) seconds/, DELIVER_DUE, 'DEFAULT_MAX_RUN_SECONDS', 1],
	[
		ENDPOINTS,
		/at most the last (\d+), each with/,
		'core/outbox/dispatch/deliveryStates.ts',
		'MAX_LOGGED_ATTEMPTS',
		1,
	],
	[
		'docs/portal.md',
		/up to (\d+) of each/,
		'core/outbox/apiKey/keyFilter.ts',
		'MAX_FILTER_NAMES',
		1,
	],
	['docs/queue-mode.md', /at most (\w+) in each worker/, DELIVER_DUE, 'MAX_CONCURRENT_RUNS', 1],
	[
		'docs/security.md',
		/Texts of fewer than (\w+) characters/,
		'core/lib/maskSecrets.ts',
		'MIN_SECRET_LENGTH',
		1,
	],
];

test.each(LIMITS)('%s says %s, as %s has it in %s', (page, pattern, file, name, unit) => {
	const said = pattern.exec(toLine(readPage(page)));
	const constant = new RegExp(`\\b${name}(?: =|:) ([\\d_* ]+)[,;} ]`).exec(readPage(file));
	expect(constant).not.toBeNull();
	expect(parseSaid(said[1]) * unit).toBe(parseConstant(constant[1]));
});

test('docs/send.md says how long a token without a lifetime is used', () => {
	const [, said] = /uses it for (\w+) minutes/.exec(toLine(readPage(SEND)));
	const readConstant = (file, name) =>
		parseConstant(new RegExp(`${name} = ([\\d_]+);`).exec(readPage(file))[1]);
	const lifetimeMs = readConstant('core/credentials/tokenRequest.ts', 'DEFAULT_LIFETIME_MS');
	const marginMs = readConstant(TOKENS, 'RENEWAL_MARGIN_MS');
	expect(parseSaid(said) * MINUTE).toBe(lifetimeMs - marginMs);
});
