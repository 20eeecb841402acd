/**
 * Sends forged requests of presets to triggers of a separate n8n: of one preset for each kind of proof, or of every
 * preset if HOSTILE_PRESETS is "all". HOSTILE_REQUESTS sets the number of requests (each forgery once by default).
 */
const { randomUUID } = require('node:crypto');

const chunk = require('lodash/chunk');
const isEqual = require('lodash/isEqual');

const { EVENT_KIND } = require('../../build/core/platforms');

const { findFault } = require('./hostileFaults');
const {
	MARKUP,
	TOLERANCE_SECONDS,
	createMessageTarget,
	listBlankRequests,
	listPresetTargets,
	toMarkup,
	toWire,
} = require('./hostilePresets');
const { Dice, EXTRAS } = require('./hostileRequests');
const { expectWithstood, HostileStage, SEED } = require('./hostileStage');
const { node, TRIGGER, uniqueName } = require('./workflows');

const IS_WHOLE = process.env.HOSTILE_PRESETS === 'all';
/** n8n loads the whole workflow for each request. */
const TRIGGERS_PER_WORKFLOW = 10;
/** Far more than a request takes, on a busy machine too. */
const ANSWERED_WITHIN_MS = 15_000;
/** Secrets of vectors that are too short to count as leaked. */
const SHORTEST_SECRET = 16;

const stage = new HostileStage('presets');
const { handshakes, targets } = listPresetTargets(IS_WHOLE);
let accepted = 0;

const isSameOnWire = (one, other) =>
	one.target === other.target && one.body.equals(other.body) && isEqual(one.headers, other.headers);

const getUrl = ({ path }) => stage.n8n.base + path;

/** Creates the trigger of a target. */
async function createTrigger(target) {
	const path = uniqueName(target.platform);
	target.path = `/webhook/webhooks/events/${path}`;
	const { url } = target.platform === 'httpMessageSignatures' ? {} : target.request;
	const credentials = await stage.n8n.client.createCredential(
		'agentWebhookInboundApi',
		target.platform,
		target.fields,
	);
	return node(
		target.platform,
		TRIGGER,
		{
			path,
			platform: target.platform,
			requestKind: EVENT_KIND,
			authenticationMethods: ['platform'],
			options: {
				duplicateWindowMinutes: 0,
				httpsOnly: false,
				toleranceSeconds: TOLERANCE_SECONDS,
				validateEvents: false,
				...(url && { publicUrl: url.split('?')[0] }),
			},
		},
		{ webhookId: randomUUID(), credentials },
	);
}

beforeAll(async () => {
	await stage.start();
	const message = createMessageTarget(() => getUrl(message));
	targets.push(message);
	for (const some of chunk(targets, TRIGGERS_PER_WORKFLOW)) {
		const nodes = [];
		for (const target of some) nodes.push(await createTrigger(target));
		await stage.n8n.client.createWorkflow({ name: nodes[0].name, nodes, connections: {} });
	}
}, 600_000);

afterAll(async () => await stage.stop());

/** Checks that the authentic request of each preset starts one execution. */
async function allAccept() {
	const refused = [];
	for (const { path, platform, request } of targets) {
		const { status, text } = await stage.send(toWire(platform, request, path));
		if (status >= 200 && status <= 299) accepted += 1;
		else refused.push([platform, status, text.slice(0, 300)]);
	}
	expect(refused).toEqual([]);
	const { executions } = await stage.takeCensus();
	expect(executions).toBe(accepted);
}

test(
	`the authentic requests of ${targets.length + 1} presets start one execution each`,
	allAccept,
	600_000,
);

test('forged requests of presets are rejected, start no execution, and leave memory as it was', async () => {
	// A URL is not sent whole, so that one that differs in its path alone would be the authentic request.
	const forgeries = targets.flatMap(({ forgeries: own, path, platform, request: authentic }) =>
		own
			.map(([name, request]) => toWire(`${platform}, ${name}`, request, path))
			.filter((request) => !isSameOnWire(request, toWire(platform, authentic, path))),
	);
	const dice = new Dice(SEED);
	const count = Math.max(forgeries.length, Number(process.env.HOSTILE_REQUESTS ?? 0));
	const report = await stage.attack({
		count,
		next: (index) => {
			const forgery = forgeries[index % forgeries.length];
			if (index < forgeries.length) return forgery;
			return { ...forgery, headers: [dice.pick(EXTRAS), ...forgery.headers] };
		},
		findFault: (request, answer) =>
			findFault(request, answer, {
				canaries: targets
					.map(({ secret }) => secret)
					.filter((secret) => secret.length >= SHORTEST_SECRET),
				paths: targets.map(({ path }) => path),
			}),
	});
	expectWithstood(report);
	expect(report.statuses[0][401]).toBeGreaterThan(count / 4);
	await allAccept();
}, 3_600_000);

test('requests full of blanks are answered at once, and start no execution without a signature', async () => {
	const slow = [];
	for (const target of targets) {
		for (const request of listBlankRequests(target)) {
			const startMs = Date.now();
			const { status } = await stage.send(toWire(target.platform, request, target.path));
			const ms = Date.now() - startMs;
			// A header that nobody signs may have blanks.
			if (status <= 299) accepted += 1;
			if (ms > ANSWERED_WITHIN_MS || status > 499) slow.push([target.platform, status, ms]);
		}
	}
	expect(slow).toEqual([]);
	const { executions } = await stage.takeCensus();
	expect(executions).toBe(accepted);
}, 600_000);

test('handshakes start no execution, and their challenge is never a page', async () => {
	const pages = [];
	for (const vector of handshakes) {
		const { path } = targets.find(({ platform }) => platform === vector.provider);
		const { headers, status, text } = await stage.send(
			toWire(vector.provider, toMarkup(vector), path),
		);
		expect([vector.provider, vector.name, status < 500]).toEqual([
			vector.provider,
			vector.name,
			true,
		]);
		const isPage = /html|xml|svg/.test(headers['content-type'] ?? '');
		if (isPage && text.includes(MARKUP)) pages.push([vector.provider, vector.name, headers]);
	}
	expect(pages).toEqual([]);
	const { executions } = await stage.takeCensus();
	expect(executions).toBe(accepted);
});
