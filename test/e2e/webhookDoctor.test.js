/** The template webhook-doctor: an AI Agent examines a failing endpoint, and a person decides. */
const axios = require('axios');

const { readTemplate } = require('../harness/templates');

const { createMailCredential, decodeQuotedPrintable, startMailServer } = require('./mailServer');
const { startModel } = require('./modelServer');
const stage = require('./stage');

const { ACTION, n8n, newSecret, newStandardSecret, node, pause, planResponses, readInbox } = stage;
const { receiver, runAction, setReceiverSecrets, uniqueName } = stage;

const WAIT_MS = 90_000;

const secret = newStandardSecret();
let credentials;
let model;
/** What the tools answered, by name. */
let toolResults;

const getNode = ({ nodes }, name) => nodes.find((one) => one.name === name);

/**
 * Stands in for a language model: calls each tool in turn, the attempts' with the first delivery's ID, then
 * writes a diagnosis.
 */
function respond({ messages, tools }) {
	const results = messages.filter(({ role }) => role === 'tool').map(({ content }) => content);
	const names = tools.map((tool) => tool.function.name);
	const find = (part) => names.find((name) => name.includes(part));
	const calls = [find('List'), find('Attempts'), find('Test')];
	const name = calls[results.length];
	calls.slice(0, results.length).forEach((called, index) => {
		toolResults[called] = results[index];
	});
	// What an endpoint answered may have led the model to write a link of its own.
	if (name === undefined)
		return { content: 'Diagnosis: its server answers 500. <a href="x"> &lt;img>' };
	const [id] = /dlv_[0-9a-f]+/.exec(results.join(' ')) ?? [''];
	const argument = name === find('Attempts') ? { delivery_id: id } : {};
	const call = { name, arguments: JSON.stringify(argument) };
	return {
		content: null,
		tool_calls: [{ id: `call_${results.length}`, type: 'function', function: call }],
	};
}

beforeAll(async () => {
	model = await startModel(respond);
	await setReceiverSecrets({ standard: secret });
});

beforeEach(async () => {
	toolResults = {};
	credentials = await n8n.createCredential('agentWebhookOutboxApi', 'Outbox', {
		encryptionSecret: newSecret(),
		outboxName: uniqueName('doctor').replaceAll('-', '_'),
	});
});

afterAll(async () => {
	model.stop();
	await stage.deactivateWorkflows();
});

const act = async (resource, operation, parameters) => {
	const acting = node('Act', ACTION, { resource, operation, ...parameters }, { credentials });
	return (await runAction([{}], acting)).outputs.map((items) => items.map(({ json }) => json));
};

/** Registers an endpoint that is disabled after one failure, and sends it an event. */
async function failOnce(box) {
	await act('endpoint', 'create', {
		endpointName: box,
		url: `${receiver}/receive/svix/${box}`,
		platform: 'standardWebhooks',
		eventTypes: 'doctor.event',
		signingSecret: secret,
		options: {
			allowHttp: true,
			allowInternal: true,
			disableRule: 'consecutiveFailures',
			disableCount: 1,
		},
		retrySchedule: 'none',
	});
	// The event and the doctor's test.
	await planResponses(box, [{ status: 500 }, { status: 500 }]);
	await act('event', 'send', { sendTo: 'subscribers', customEventType: 'doctor.event' });
}

/** Waits until something is true. */
async function waitUntil(isTrue) {
	for (const until = Date.now() + WAIT_MS; !(await isTrue()); await pause(300)) {
		if (Date.now() > until) throw new Error('It has not become true.');
	}
}

/** Runs the template once until it has sent its email. */
async function startDoctor(mail, url = model.url) {
	const template = readTemplate('webhook-doctor');
	for (const one of template.nodes) {
		if (one.type.startsWith('n8n-nodes-agent-webhooks.')) one.credentials = credentials;
	}
	getNode(template, 'Model').credentials = await n8n.createCredential('openAiApi', 'Stand-in', {
		apiKey: 'unused',
		url,
	});
	getNode(template, 'Ask a Person').credentials = await createMailCredential(n8n, mail);
	// The 15 minutes are scaled down, and end with the first run, which waits for its person.
	getNode(template, 'Every 15 Minutes').parameters = {
		rule: { interval: [{ field: 'seconds', secondsInterval: 1 }] },
	};
	const id = await n8n.createWorkflow(template);
	await waitUntil(async () => (await n8n.executions(id)).length > 0);
	await n8n.deactivate(id);
	await waitUntil(() => mail.messages.length > 0);
	return id;
}

/** Follows a button in the email, as a person's browser does. */
async function follow(message, approved) {
	const html = decodeQuotedPrintable(message).replaceAll('&amp;', '&');
	const link = [...html.matchAll(/href="([^"]+)"/g)]
		.map(([, url]) => url)
		.find((url) => url.includes(`approved=${approved}`));
	const { pathname, search } = new URL(link);
	const headers = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0' };
	await axios.get(`${stage.base}${pathname}${search}`, { headers });
}

const getState = async (box) => {
	const [[{ status }]] = await act('endpoint', 'get', {
		endpoint: { __rl: true, mode: 'name', value: box },
	});
	const [deliveries] = await act('delivery', 'getAll', { returnAll: true });
	return [status, ...deliveries.map((delivery) => delivery.status)];
};

test.each([
	[true, ['active', 'pending']],
	[false, ['disabled', 'failed']],
])(
	'the webhook doctor examines a failing endpoint, and changes it only if a person approves: %s',
	async (approved, state) => {
		const box = uniqueName('patient');
		await failOnce(box);
		expect(await getState(box)).toEqual(['disabled', 'failed']);
		const mail = await startMailServer();
		const id = await startDoctor(mail);
		expect(mail.messages).toHaveLength(1);
		const text = decodeQuotedPrintable(mail.messages[0]);
		expect(text).toContain(`The endpoint ${box} keeps failing`);
		expect(text).toContain('Diagnosis: its server answers 500.');
		// n8n's email is HTML, and n8n turns &lt; into a tag.
		expect(text).toContain('‹a href="x"');
		expect(text).toContain('‹img');
		expect(Object.values(toolResults)).toEqual([
			expect.stringContaining('dlv_'),
			expect.stringContaining('500'),
			expect.stringMatching(/Failed: webhook\.test to /),
		]);
		// The event and one test, and nothing was changed without a person.
		expect((await readInbox(box)).map(({ body }) => JSON.parse(body).type)).toEqual([
			'doctor.event',
			'webhook.test',
		]);
		expect(await getState(box)).toEqual(['disabled', 'failed']);
		await follow(mail.messages[0], approved);
		await waitUntil(async () =>
			(await n8n.executions(id)).some(({ data, status }) => {
				const { runData } = data.resultData;
				return status === 'success' && (runData['One at a Time']?.length ?? 0) > 1;
			}),
		);
		mail.stop();
		expect(await getState(box)).toEqual(state);
	},
);

test('asks a person about an endpoint, too, if the model cannot be reached', async () => {
	const box = uniqueName('patient');
	await failOnce(box);
	const mail = await startMailServer();
	await startDoctor(mail, 'http://127.0.0.1:9/v1');
	const text = decodeQuotedPrintable(mail.messages[0]);
	expect(text).toContain(`The endpoint ${box} keeps failing`);
	expect(text).toContain('There is no diagnosis: the AI agent failed.');
	await follow(mail.messages[0], true);
	await waitUntil(async () => (await getState(box))[0] === 'active');
	mail.stop();
	expect(await getState(box)).toEqual(['active', 'pending']);
});
