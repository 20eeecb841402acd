const { createServer } = require('node:http');

const stage = require('./stage');

const {
	planResponses,
	readInbox,
	n8n,
	newSecret,
	node,
	post,
	receiver,
	setReceiverSecrets,
	uniqueName,
} = stage;

let model;
let modelUrl;
let toolResults;

/**
 * Stands in for a language model: calls the first tool that it is offered once, then repeats the tool's
 * answer.
 */
beforeAll(async () => {
	model = createServer(async (request, response) => {
		const chunks = [];
		for await (const chunk of request) chunks.push(chunk);
		const { messages, tools } = JSON.parse(Buffer.concat(chunks).toString());
		const answered = messages.find(({ role }) => role === 'tool');
		if (answered) toolResults.push(answered.content);
		const message = answered
			? { role: 'assistant', content: 'The event was handed over.' }
			: {
					role: 'assistant',
					content: null,
					tool_calls: [
						{
							id: 'call_1',
							type: 'function',
							function: { name: tools[0].function.name, arguments: '{"order":"12345"}' },
						},
					],
				};
		response.setHeader('content-type', 'application/json');
		response.end(
			JSON.stringify({
				id: 'chat_1',
				object: 'chat.completion',
				created: 0,
				model: 'stand-in',
				choices: [{ index: 0, message, finish_reason: answered ? 'stop' : 'tool_calls' }],
				usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
			}),
		);
	});
	await new Promise((resolve) => model.listen(0, '127.0.0.1', resolve));
	modelUrl = `http://127.0.0.1:${model.address().port}/v1`;
});

beforeEach(() => {
	toolResults = [];
});

afterAll(async () => {
	model.closeAllConnections();
	model.close();
	await stage.deactivateWorkflows();
});

test.each([2, 3.1])(
	'AI Agent %d sends a signed event with the node as its tool',
	async (version) => {
		const secret = newSecret();
		await setReceiverSecrets({ agenticflow: secret });
		const box = uniqueName('box');
		const openAi = await n8n.createCredential('openAiApi', 'Stand-in', {
			apiKey: 'unused',
			url: modelUrl,
		});
		const outbound = await n8n.createCredential('agentWebhookOutboundApi', 'Tool', {
			signatureScheme: 'platform',
			signingSecret: secret,
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
		const tool = node(
			'Send order event',
			'n8n-nodes-agent-webhooks.agentWebhookTool',
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
		const hook = await stage.createTriggerWorkflow(
			{ authenticationMethods: [], responseMode: 'lastNode' },
			{
				then: [agent, languageModel, tool],
				connections: {
					Trigger: { main: [[{ node: 'Agent', type: 'main', index: 0 }]] },
					Model: { ai_languageModel: [[{ node: 'Agent', type: 'ai_languageModel', index: 0 }]] },
					'Send order event': { ai_tool: [[{ node: 'Agent', type: 'ai_tool', index: 0 }]] },
				},
			},
		);

		const { data } = await post(hook.url, '{"message":"Tell them of order 12345"}');
		expect(data).toEqual({ output: 'The event was handed over.' });
		const [received] = await readInbox(box);
		expect(received.verified).toBe(true);
		expect(JSON.parse(received.body).data).toEqual({ order: '12345' });
		expect(toolResults[0]).toContain('"status":"delivered"');

		await planResponses(box, [{ status: 400 }]);
		await post(hook.url, '{"message":"Tell them again"}');
		expect(toolResults[1]).toContain('"status":"failed"');
	},
);
