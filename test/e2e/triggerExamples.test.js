/** The commands that the trigger offers to try it, run as a person would, against published triggers. */
const { execFile } = require('node:child_process');
const { randomUUID } = require('node:crypto');
const { promisify } = require('node:util');

const uniqBy = require('lodash/uniqBy');

const { PLATFORMS, listRequestKinds } = require('../../build/core/platforms');
const { buildExampleCall } = require('../../build/core/receiving/exampleCall');

const stage = require('./stage');

const { n8n, newSecret, newStandardSecret, node, TRIGGER, triggerUrl, uniqueName } = stage;

const run = promisify(execFile);

const token = newSecret();

/** Secrets in each format. */
const SECRETS = {
	text: newSecret(),
	keyFile: newSecret(),
	standardWebhooks: newStandardSecret(),
	hex: Buffer.from(newSecret()).toString('hex'),
	base64: Buffer.from(newSecret()).toString('base64'),
};

/** What differs most between the commands of providers: one of each kind is enough for n8n. */
const describeShape = ({ headerToken, scheme }) => {
	const { forms: [{ algorithm, encoding } = {}] = [], secretFormat, timestamp = {} } = scheme ?? {};
	const [timePlace] = Object.keys(timestamp);
	return JSON.stringify([algorithm, encoding, secretFormat, timePlace, !headerToken]);
};

const TESTED = uniqBy(PLATFORMS, (platform) =>
	platform.section === 'provider' ? describeShape(platform) : platform.id,
);

/** Each kind of request that has an example, as its platform authenticates it. */
const EXAMPLES = TESTED.flatMap((platform) =>
	listRequestKinds(platform)
		.filter(({ management }) => management === undefined)
		.map((kind) => {
			const { formBodies, headerToken, scheme } = platform;
			const { methods } = kind.authentication;
			const isSigned = scheme !== undefined && methods.includes('signature');
			const commands = buildExampleCall(
				...[kind, isSigned ? scheme : undefined, formBodies, headerToken],
			);
			const accepts = isSigned || headerToken || methods.includes('bearer');
			const name = `${platform.name}: ${kind.name}`;
			return { name, platform, kind, commands: accepts ? commands : undefined, isSigned };
		})
		.filter(({ commands }) => commands !== undefined),
);

let id;

beforeAll(async () => {
	const create = async (secret) =>
		await n8n.createCredential('agentWebhookInboundApi', 'Examples', secret);
	const credentials = {
		token: await create({ bearerTokens: token }),
		headerToken: await create({ headerTokens: token }),
	};
	for (const [format, signingSecret] of Object.entries(SECRETS)) {
		credentials[format] = await create({ signingSecret });
	}
	const nodes = EXAMPLES.map((example) => {
		const { isSigned, kind, name, platform } = example;
		const path = uniqueName('example');
		example.url = triggerUrl(kind.id, path);
		const parameters = {
			platform: platform.id,
			requestKind: kind.id,
			path,
			// The test has no HTTPS.
			options: { httpsOnly: false },
		};
		const credential = isSigned
			? platform.scheme.secretFormat
			: platform.headerToken
				? 'headerToken'
				: 'token';
		return node(name, TRIGGER, parameters, {
			webhookId: randomUUID(),
			credentials: credentials[credential],
		});
	});
	id = await n8n.createWorkflow({ name: 'Examples', nodes, connections: {} });
});

afterAll(async () => {
	if (id) await n8n.deactivate(id);
});

test.each(EXAMPLES.map(({ name }, index) => [name, index]))(
	'the example of %s is accepted',
	async (_name, index) => {
		const { commands, platform, url } = EXAMPLES[index];
		const script = commands
			.join('\n')
			.replace('THE_URL', url)
			.replace('YOUR_SECRET', SECRETS[platform.scheme?.secretFormat])
			.replace('YOUR_TOKEN', token);
		const { stdout } = await run('sh', ['-c', `${script} -s -w '%{http_code}'`]);
		expect(stdout).toMatch(/200$/);
	},
);

test('each example has started one execution', async () => {
	const executions = await n8n.finished(id, EXAMPLES.length);
	const started = executions.flatMap(({ data }) => Object.keys(data.resultData.runData));
	expect(started.sort()).toEqual(EXAMPLES.map(({ name }) => name).sort());
});
