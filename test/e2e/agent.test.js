const { startModel } = require('./modelServer');
const stage = require('./stage');

const {
	ACTION,
	planResponses,
	readInbox,
	n8n,
	newSecret,
	newStandardSecret,
	node,
	post,
	receiver,
	runAction,
	setReceiverSecrets,
	uniqueName,
} = stage;

let model;
let toolResults;

/**
 * Stands in for a language model: calls each tool that it is offered once, by name, then says that it is done.
 * @returns its message
 */
function respond({ messages, tools }) {
	const answers = messages.filter(({ role }) => role === 'tool').map(({ content }) => content);
	toolResults = answers;
	if (answers.length === tools.length) {
		return { content: 'The event was handed over.' };
	}
	// n8n lists tools in no certain order.
	const name = tools.map((tool) => tool.function.name).sort()[answers.length];
	const call = { name, arguments: '{"order":"12345"}' };
	return {
		content: null,
		tool_calls: [{ id: `call_${answers.length}`, type: 'function', function: call }],
	};
}

beforeAll(async () => {
	model = await startModel(respond);
});

beforeEach(() => {
	toolResults = [];
});

afterAll(async () => {
	model.stop();
	await stage.deactivateWorkflows();
});

/** Publishes a workflow whose agent has tools. Returns the URL that starts it. */
async function createAgent(version, tools) {
	const openAi = await n8n.createCredential('openAiApi', 'Stand-in', {
		apiKey: 'unused',
		url: model.url,
	});
	const agent = node(
		'Agent',
		'@n8n/n8n-nodes-langchain.agent',
		{ promptType: 'define', text: '={{ $json.body.message }}', options: {} },
		{ typeVersion: version },
	);
	const languageModel = node(
		'Model',
		'@n8n/n8n-nodes-langchain.lmChatOpenAi',
		{ model: { __rl: true, mode: 'id', value: 'stand-in' }, options: {} },
		{ typeVersion: 1.2, credentials: openAi },
	);
	const connect = (type) => ({ [type]: [[{ node: 'Agent', type, index: 0 }]] });
	const { url } = await stage.createTriggerWorkflow(
		{ authenticationMethods: [], responseMode: 'lastNode' },
		{
			then: [agent, languageModel, ...tools],
			connections: {
				Trigger: connect('main'),
				Model: connect('ai_languageModel'),
				...Object.fromEntries(tools.map(({ name }) => [name, connect('ai_tool')])),
			},
		},
	);
	return url;
}

const TOOL = 'n8n-nodes-agent-webhooks.agentWebhookTool';

test.each([2, 3.1])(
	'AI Agent %d sends a signed event with the node as its tool',
	async (version) => {
		const secret = newSecret();
		await setReceiverSecrets({ agenticflow: secret });
		const box = uniqueName('box');
		const outbound = await n8n.createCredential('agentWebhookOutboundApi', 'Tool', {
			signatureScheme: 'platform',
			signingSecret: secret,
		});
		const tool = node(
			'Send order event',
			TOOL,
			{
				toolDescription: 'Tells the shop of an order',
				platform: 'agenticflow',
				url: `${receiver}/receive/agenticflow/${box}`,
				dataSource: 'json',
				data: "={{ { order: $fromAI('order', 'the order number') } }}",
				retrySchedule: 'none',
				options: { allowHttp: true },
			},
			{ credentials: outbound },
		);
		const url = await createAgent(version, [tool]);

		const { data } = await post(url, '{"message":"Tell them of order 12345"}');
		expect(data).toEqual({ output: 'The event was handed over.' });
		const [received] = await readInbox(box);
		expect(received.verified).toBe(true);
		expect(JSON.parse(received.body).data).toEqual({ order: '12345' });
		expect(toolResults[0]).toContain('"status":"delivered"');
		expect(toolResults[0]).toMatch(
			/"summary":"Delivered: \S+ to http\S+ with status 200 after 1 attempt\."/,
		);

		await planResponses(box, [{ status: 400 }]);
		await post(url, '{"message":"Tell them again"}');
		expect(toolResults[0]).toContain('"status":"failed"');
		expect(toolResults[0]).toMatch(
			/"summary":"Failed: \S+ to http\S+ after 1 attempt\. It is not retried\. The endpoint answered with status 400\. Status 400 is not retried\."/,
		);
	},
);

test('says to an agent in one line what a send, a delivery, a replay and a test came to', async () => {
	const secret = newStandardSecret();
	await setReceiverSecrets({ standard: secret });
	const box = uniqueName('summary');
	const outbox = await n8n.createCredential('agentWebhookOutboxApi', 'Outbox', {
		encryptionSecret: newSecret(),
		outboxName: box.replaceAll('-', '_'),
	});
	const act = async (resource, operation, parameters) => {
		const action = node(
			'Act',
			ACTION,
			{ resource, operation, ...parameters },
			{ credentials: outbox },
		);
		return (await runAction([{}], action)).outputs.flat().map(({ json }) => json);
	};
	await act('endpoint', 'create', {
		endpointName: box,
		url: `${receiver}/receive/svix/${box}`,
		platform: 'standardWebhooks',
		eventTypes: 'agent.event',
		signingSecret: secret,
		retrySchedule: 'none',
		options: { allowHttp: true, allowInternal: true },
	});
	const send = { sendTo: 'subscribers', customEventType: 'agent.event' };
	await planResponses(box, [{ status: 500 }]);
	const [{ delivery_id: deliveryId }] = await act('event', 'send', send);
	const byId = { __rl: true, mode: 'id', value: deliveryId };
	const toTool = (name, resource, operation, parameters) =>
		node(
			name,
			TOOL,
			{ descriptionType: 'manual', toolDescription: name, resource, operation, ...parameters },
			{ credentials: outbox },
		);
	const url = await createAgent(3.1, [
		toTool('Get', 'delivery', 'get', { deliveryId: byId }),
		toTool('Replay', 'delivery', 'replay', { deliveryId: byId }),
		toTool('Send', 'event', 'send', send),
		toTool('Test', 'endpoint', 'test', {
			endpoint: { __rl: true, mode: 'name', value: box },
			eventType: 'webhook.test',
			testData: '{}',
		}),
	]);
	const run = async () => {
		await post(url, '{"message":"Examine the endpoint"}');
		return toolResults.map((text) => /"summary":"([^"]*)"/.exec(text)?.[1]);
	};
	const failed = (attempts) =>
		`Failed: agent.event to ${box} after ${attempts}. It is not retried. The endpoint answered with status 500. No retries are allowed.`;
	expect(await run()).toEqual([
		failed('1 attempt'),
		`Delivered: agent.event to ${box} with status 200 after 2 attempts.`,
		`Delivered: agent.event to ${box} with status 200 after 1 attempt.`,
		`Delivered: webhook.test to ${box} with status 200.`,
	]);
	await planResponses(box, [{ status: 500 }, { status: 500 }, { status: 500 }]);
	expect(await run()).toEqual([
		`Delivered: agent.event to ${box} with status 200 after 2 attempts.`,
		failed('3 attempts'),
		failed('1 attempt'),
		`Failed: webhook.test to ${box}. It is not retried. The endpoint answered with status 500.`,
	]);
});
