/**
 * Endpoints that fail in every possible way. Checks that the items of Event → Send and the outbox's rows
 * describe each fault without secrets, and what the responses cost n8n.
 */
const axios = require('axios');

const { makeCertificate, makeSigned } = require('../harness/certificate');
const { FaultyReceiver } = require('../harness/faultyReceiver');
const { residentMegabytes } = require('../harness/memory');

const stage = require('./stage');

const { ACTION, authority, base, n8n, newSecret, newStandardSecret, node } = stage;
const { pause, pids, runAction, uniqueName } = stage;

const secrets = { token: newSecret(), signing: newStandardSecret(), encryption: newSecret() };
/**
 * Secrets of endpoints: they are part of a workflow, where no credential's secret may be
 * (test/harness/sweep.js).
 */
const inParameters = { token: newSecret(), signing: newStandardSecret() };

const faulty = new FaultyReceiver();
let outbound;

/** Longer than any fault takes, however busy the machine is. */
const PATIENCE_SECONDS = 60;
/** For the faults that only a timeout ends. */
const TIMEOUT_SECONDS = 2;
/** Time that a busy machine may add to a timeout. */
const LATE_MS = 15_000;

/** The outbox keeps no more of an answer. */
const RECORDED_BYTES = 2048;

const success = (status = 200) => ({ attempts: [['success', status, null]] });
const answered = (outcome, status) => ({
	attempts: [[outcome, status, `The endpoint answered with status ${status}`]],
});
const redirected = (status) => ({
	attempts: [
		[
			'redirect',
			status,
			`The endpoint answered with a redirect (${status}), and redirects are not followed. Send to its final URL.`,
		],
	],
});
const failed = (outcome, message) => ({ attempts: [[outcome, null, message]] });
const broken = (message) => failed('connection', message);
const brokenOff = broken(
	'The endpoint answered with status 200, and closed the connection before the end of its response',
);
const closed = broken('The endpoint closed the connection before it answered');
const notHttp = (reason) =>
	broken(new RegExp(`^The endpoint’s response is not valid HTTP: ${reason}$`));
const late = (message = 'The endpoint did not answer in time') => ({
	...failed('timeout', message),
	timeoutSeconds: TIMEOUT_SECONDS,
});
const lateBody = late(
	'The endpoint answered with status 200, and its response did not end in time',
);
const tlsFailed = (reason) =>
	failed('tls', new RegExp(`^The TLS connection to the endpoint failed: ${reason}$`));
const secondTry = {
	maxRetries: 1,
	attempts: [...answered('retryable', 503).attempts, ...success().attempts],
};

/** The recorded outcome of each fault. Without a URL, it is the receiver's fault of that name. */
const FAULTS = {
	refused: {
		url: () => `${faulty.refusing}/hook`,
		...broken('The endpoint refused the connection'),
	},
	unknownHost: {
		url: () => 'http://nowhere.invalid/hook',
		...failed('dns', /^The endpoint’s host name (is unknown|could not be looked up)$/),
	},
	resetOnConnect: { url: () => `${faulty.resetting}/hook`, ...closed },
	closeBeforeAnswer: closed,
	resetBeforeAnswer: closed,
	resetInHeaders: closed,
	// A reset overtakes the data sent before it, so the status may be lost.
	resetAfterHeaders: broken(/closed the connection before/),
	resetInBody: broken(/closed the connection before/),
	halfBody: brokenOff,
	halfChunk: brokenOff,

	silent: late(),
	silentAfterHeaders: lateBody,
	slowHeaders: late(),
	slowBody: lateBody,
	onlyContinue: late(),
	switchProtocols: late(),
	handshakeNeverEnds: { url: () => `${faulty.mute}/hook`, ...late() },

	lengthTooLong: brokenOff,
	lengthTooShort: success(),
	lengthsDiffer: notHttp('Duplicate Content-Length'),
	lengthNegative: notHttp('Invalid character in Content-Length'),
	lengthBesideChunks: notHttp("Transfer-Encoding can't be present with Content-Length"),
	brokenChunk: broken(/^The endpoint answered with status 200, and /),
	notHttp: notHttp('Expected HTTP/.*'),
	http09: notHttp('Expected HTTP/.*'),
	controlInHeader: notHttp('Invalid header value char'),
	longHeader: notHttp('Header overflow'),
	endlessHeaders: notHttp('Header overflow'),
	notGzip: broken(
		'The endpoint answered with status 200, and its response cannot be read: incorrect header check',
	),

	continueFirst: success(),
	earlyHints: success(),
	noContent: success(204),
	noContentWithBody: success(204),
	http10: success(),
	http10Failure: answered('retryable', 500),
	keepAliveClosed: secondTry,
	keepAliveReset: secondTry,

	redirectLoop: redirected(302),
	redirectElsewhere: redirected(307),

	trusted: { url: () => `${faulty.https.trusted}/noContent`, ...success(204) },
	expired: {
		url: () => `${faulty.https.expired}/noContent`,
		...tlsFailed('certificate has expired'),
	},
	// Like a connection that failed, it may work the next time.
	expiredAgain: {
		url: () => `${faulty.https.expired}/noContent`,
		maxRetries: 1,
		attempts: Array(2).fill(tlsFailed('certificate has expired').attempts[0]),
	},
	selfSigned: {
		url: () => `${faulty.https.selfSigned}/noContent`,
		...tlsFailed('self-signed certificate'),
	},
	wrongHost: {
		url: () => `${faulty.https.wrongHost}/noContent`,
		...tlsFailed(".* Host: localhost\\. is not in the cert's altnames: DNS:elsewhere\\.example"),
	},
	outdatedTls: {
		url: () => `${faulty.https.outdated}/noContent`,
		...tlsFailed('tlsv1 alert protocol version'),
	},
	plainOnTls: {
		url: () => `${faulty.https.trusted.replace('https:', 'http:')}/noContent`,
		...closed,
	},
};

const RETRIED_STATUSES = '408, 429, 5xx';

function getOutcome(status) {
	const special = {
		410: 'gone',
		413: 'body_too_large',
		429: 'throttled',
		502: 'throttled',
		504: 'throttled',
	};
	return special[status] ?? (status >= 500 || status === 408 ? 'retryable' : 'permanent');
}

for (const status of [201, 202, 205, 226, 299]) FAULTS[`status/${status}`] = success(status);
for (const status of [300, 301, 303, 304, 305, 308])
	FAULTS[`status/${status}`] = redirected(status);
for (let status = 400; status < 600; status += 1) {
	FAULTS[`status/${status}`] = answered(getOutcome(status), status);
}
for (const status of [600, 999]) FAULTS[`status/${status}`] = answered('permanent', status);

/** The parts of each endless response, and their number. */
const FLOODS = {
	endlessBody: success(),
	endlessError: answered('retryable', 500),
	endlessChunks: success(),
	hundredMegabytes: success(),
	gzipBomb: success(),
	deflateBomb: success(),
	brotliBomb: success(),
};
const AT_ONCE = 4;
const MAX_GROWTH_MB = 150;
/** The sockets' buffers on both sides, and a compressed bomb: data that n8n did not request. */
const MAX_SENT_BYTES = 24 * 1024 * 1024;
const KEPT_BYTES = 16 * 1024;

beforeAll(async () => {
	const trusted = await makeSigned(authority, { name: 'trusted' });
	await faulty.start({
		trusted,
		expired: await makeSigned(authority, { name: 'expired', days: -1 }),
		wrongHost: await makeSigned(authority, { name: 'wrong-host', host: 'elsewhere.example' }),
		selfSigned: await makeCertificate('self-signed'),
		outdated: {
			...trusted,
			minVersion: 'TLSv1',
			maxVersion: 'TLSv1.1',
			ciphers: 'DEFAULT:@SECLEVEL=0',
		},
	});
	outbound = await n8n.createCredential('agentWebhookOutboundApi', 'Faults', {
		authentication: 'urlToken',
		token: secrets.token,
		signatureScheme: 'standardWebhooks',
		signingSecret: secrets.signing,
	});
});

afterAll(async () => {
	faulty.stop();
	await stage.deactivateWorkflows();
});

const itemsFor = (faults) =>
	Object.entries(faults).map(([fault, { maxRetries = 0, timeoutSeconds, url }]) => ({
		fault,
		url: url?.() ?? `${faulty.http}/${fault}`,
		timeoutSeconds: timeoutSeconds ?? PATIENCE_SECONDS,
		maxRetries,
	}));

/** Connects outputs to a node, so that each is connected. */
const withAllOutputs = (name, outputs) => ({
	more: [node('End', 'n8n-nodes-base.noOp', {})],
	connect: { [name]: { main: Array(outputs).fill([{ node: 'End', type: 'main', index: 0 }]) } },
});

/** Sends an item to each fault, all at once. @returns the outputs, and the whole execution as text */
async function sendTo(items) {
	const send = node(
		'Send',
		ACTION,
		{
			url: '={{ $json.url }}',
			platform: 'standardWebhooks',
			customEventType: 'fault.met',
			retrySchedule: 'exponential',
			maxRetries: '={{ $json.maxRetries }}',
			firstDelaySeconds: 0.2,
			options: {
				allowHttp: true,
				eventId: '={{ $json.fault }}',
				timeoutSeconds: '={{ $json.timeoutSeconds }}',
				jitter: 0,
				retryStatuses: RETRIED_STATUSES,
				concurrency: 100,
			},
		},
		{ credentials: outbound },
	);
	const { execution, outputs } = await runAction(items, send, withAllOutputs('Send', 3));
	expect(execution.status).toBe('success');
	return { outputs, text: JSON.stringify(execution) };
}

const matching = (message) =>
	message instanceof RegExp ? expect.stringMatching(message) : message;

/** Returns the attempts that must be recorded for a fault. */
const attemptsFor = ({ attempts }) =>
	attempts.map(([outcome, status_code, message], index) => ({
		attempt: index + 1,
		time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
		outcome,
		status_code,
		duration_ms: expect.any(Number),
		error_message: matching(message),
	}));

function expectDurations(attempts, { timeoutSeconds }) {
	const ms = (timeoutSeconds ?? PATIENCE_SECONDS) * 1000;
	for (const { duration_ms, outcome } of attempts) {
		expect(duration_ms).toBeLessThan(ms + LATE_MS);
		if (outcome === 'timeout') expect(duration_ms).toBeGreaterThan(ms - 100);
	}
}

const succeeds = ({ attempts }) => attempts[attempts.length - 1][0] === 'success';

describe('Event → Send to a faulty receiver', () => {
	let delivered;
	let failures;
	let text;

	beforeAll(async () => {
		const sent = await sendTo(itemsFor(FAULTS));
		expect(sent.outputs.map((items) => items.length > 0)).toEqual([true, false, true, false]);
		const byFault = (items) => new Map(items.map(({ json }) => [json.event_id, json]));
		delivered = byFault(sent.outputs[0]);
		failures = byFault(sent.outputs[2]);
		text = sent.text;
	});

	test.each(Object.entries(FAULTS))('%s', (fault, expected) => {
		const item = (succeeds(expected) ? delivered : failures).get(fault);
		expect(item).toMatchObject({
			status: succeeds(expected) ? 'delivered' : 'failed',
			attempts: expected.attempts.length,
			attempt_log: attemptsFor(expected),
		});
		expect(item).not.toHaveProperty('error');
		expectDurations(item.attempt_log, expected);
	});

	test('shows no secret, no source location and no line break in any message', () => {
		for (const secret of Object.values(secrets)) expect(text).not.toContain(secret);
		for (const { attempt_log } of failures.values()) {
			for (const { error_message } of attempt_log) {
				expect(error_message).toMatch(/^The [^\n]{10,250}$/);
				expect(error_message).not.toMatch(/\.[cj]s?:\d|node_modules|undefined|\[object|v1,/);
			}
		}
	});

	test('sends credentials to the endpoint and nothing to the target of a redirect', () => {
		const [{ text: request }, ...more] = faulty.requests.redirectElsewhere;
		expect(request).toContain(`token=${secrets.token}`);
		expect(request).toMatch(/^webhook-signature: v1,/im);
		expect(more).toEqual([]);
		expect(faulty.requests.redirectLoop).toHaveLength(1);
		expect(faulty.elsewhereConnections).toBe(0);
	});

	test('makes each attempt on a new connection', () => {
		for (const fault of ['keepAliveClosed', 'keepAliveReset']) {
			expect(faulty.requests[fault]).toHaveLength(2);
		}
	});
});

describe('endless responses', () => {
	test('are read only up to the size that is kept, and cost n8n no memory', async () => {
		const items = Object.keys(FLOODS).flatMap((fault) =>
			Array.from({ length: AT_ONCE }, (_, index) => ({
				fault: `${fault}.${index}`,
				url: `${faulty.http}/${fault}`,
				timeoutSeconds: PATIENCE_SECONDS,
				maxRetries: 0,
			})),
		);
		const resident = () => pids.reduce((sum, pid) => sum + residentMegabytes(pid), 0);
		const before = resident();
		let peak = before;
		const sampling = setInterval(() => {
			peak = Math.max(peak, resident());
		}, 25);
		const { outputs } = await sendTo(items).finally(() => clearInterval(sampling));

		const results = outputs.flat().map(({ json }) => json);
		expect(results).toHaveLength(items.length);
		for (const { attempt_log, event_id, response } of results) {
			const [fault] = event_id.split('.');
			expect(attempt_log).toEqual(attemptsFor(FLOODS[fault]));
			expect(response.body_truncated).toBe(true);
			expect(Buffer.byteLength(response.body)).toBe(KEPT_BYTES);
		}
		const until = Date.now() + 10_000;
		const open = () =>
			Object.keys(FLOODS).filter((fault) => faulty.sent[fault]?.length !== AT_ONCE);
		while (open().length > 0 && Date.now() < until) await pause(50);
		expect(open()).toEqual([]);
		const most = Object.keys(FLOODS).map((fault) => [fault, Math.max(...faulty.sent[fault])]);
		expect(most.filter(([, bytes]) => bytes > MAX_SENT_BYTES)).toEqual([]);
		console.log(
			`${items.length} endless responses: n8n had ${Math.round(before)} MB before and ${Math.round(peak)} MB at most; the receiver sent at most ${Math.round(Math.max(...most.map(([, bytes]) => bytes)) / 1024)} KB of a response`,
		);
		expect(peak - before).toBeLessThan(MAX_GROWTH_MB);
		expect((await axios.get(`${base}/healthz`)).status).toBe(200);
	});
});

/** The faults that an outbox endpoint can have too, in one attempt each. */
const RECORDED = Object.fromEntries(
	Object.entries({ ...FAULTS, ...FLOODS }).filter(
		([fault, { maxRetries }]) =>
			maxRetries === undefined &&
			(!fault.startsWith('status/') || /(01|04|05|08|1[03]|29)$/.test(fault)),
	),
);

describe('the outbox with a faulty receiver', () => {
	const outboxName = uniqueName('faults').replaceAll('-', '_');
	const getType = (fault) => `fault.${fault.replace('/', '.')}`;
	let rows;

	const act = async (items, parameters, credentials, outputs) => {
		const { execution } = await runAction(
			items,
			node('Act', ACTION, parameters, { credentials }),
			withAllOutputs('Act', outputs),
		);
		expect(execution.data.resultData.error?.message).toBeUndefined();
	};

	beforeAll(async () => {
		const credentials = await n8n.createCredential('agentWebhookOutboxApi', outboxName, {
			encryptionSecret: secrets.encryption,
			outboxName,
		});
		const items = itemsFor(RECORDED).map((item) => ({ ...item, type: getType(item.fault) }));
		await act(
			items,
			{
				resource: 'endpoint',
				operation: 'create',
				endpointName: '={{ $json.fault }}',
				url: '={{ $json.url }}',
				eventTypes: '={{ $json.type }}',
				platform: 'standardWebhooks',
				signingSecret: inParameters.signing,
				endpointAuthentication: 'urlToken',
				token: inParameters.token,
				retrySchedule: 'exponential',
				maxRetries: 0,
				options: {
					allowHttp: true,
					allowInternal: true,
					timeoutSeconds: '={{ $json.timeoutSeconds }}',
					retryStatuses: RETRIED_STATUSES,
					disableRule: 'never',
				},
			},
			credentials,
			1,
		);
		await act(
			items,
			{
				resource: 'event',
				operation: 'send',
				sendTo: 'subscribers',
				customEventType: '={{ $json.type }}',
				options: { concurrency: 100 },
			},
			credentials,
			4,
		);
		const filter = encodeURIComponent(JSON.stringify({ name: `${outboxName}_deliveries` }));
		const [{ id, projectId }] = (
			await n8n.rest('GET', `/data-tables-global?take=1&filter=${filter}`)
		).data;
		const { data } = await n8n.rest(
			'GET',
			`/projects/${projectId}/data-tables/${id}/rows?take=250`,
		);
		const deliveries = data.filter(({ status }) => status !== 'tally');
		rows = new Map(deliveries.map((row) => [row.event_type, row]));
	});

	test.each(Object.entries(RECORDED))('%s', (fault, expected) => {
		const row = rows.get(getType(fault));
		const [[, status, message]] = expected.attempts;
		const reason = `(No retries are allowed|(Status \\d+|An? [a-z ]+) is not retried)`;
		expect(row).toMatchObject({
			status: succeeds(expected) ? 'delivered' : 'failed',
			attempts: 1,
			response_code: status,
			response_time_ms: expect.any(Number),
			completed_at: expect.any(String),
			lease_owner: null,
			error: succeeds(expected) ? null : expect.stringMatching(new RegExp(`^The .+\\. ${reason}$`)),
		});
		const log = JSON.parse(row.attempt_log);
		expect(log.map(({ response: _, ...attempt }) => attempt)).toEqual(attemptsFor(expected));
		for (const { response, status_code: code } of log) {
			expect(response === undefined).toBe(code === null);
			expect(Buffer.byteLength(response?.body ?? '')).toBeLessThanOrEqual(RECORDED_BYTES);
		}
		if (message !== null) expect(row.error).toContain(log[0].error_message);
		expectDurations(log, expected);
	});

	test('has one row per delivery and no secret in any row', () => {
		expect([...rows.keys()].sort()).toEqual(Object.keys(RECORDED).map(getType).sort());
		for (const secret of [secrets, inParameters].flatMap(Object.values)) {
			expect(JSON.stringify([...rows.values()])).not.toContain(secret);
		}
	});
});
