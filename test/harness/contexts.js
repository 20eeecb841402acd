/**
 * Runs one node in n8n-core's real execution and webhook contexts: parameters are resolved, credentials
 * read and requests sent as in n8n, without a server or a database.
 */
const { randomUUID } = require('node:crypto');
const path = require('node:path');

require('reflect-metadata');

// Tests assert what the nodes log. It would only clutter the results.
process.env.N8N_LOG_LEVEL = 'silent';

const { chooseShownFields } = require('./credentials');
const { root, scratch } = require('./project');

// n8n-core writes its settings there, on first use: each of Jest's workers has its own.
process.env.N8N_USER_FOLDER = path.join(scratch, `contexts-${process.env.JEST_WORKER_ID ?? 0}`);

const { ExecuteContext, HookContext, LoadOptionsContext, WebhookContext } = require('n8n-core');
const { createEmptyRunExecutionData, Workflow } = require('n8n-workflow');

/**
 * Loads the nodes and credentials of a compiled package, and returns functions that run them.
 * @param compiled the folder of its modules
 */
function loadContexts(compiled) {
	const load = (file, name) => new (require(path.join(compiled, file))[name])();
	const NODES = {
		agentWebhook: load('nodes/AgentWebhook/AgentWebhook.node.js', 'AgentWebhook'),
		agentWebhookTrigger: load(
			'nodes/AgentWebhookTrigger/AgentWebhookTrigger.node.js',
			'AgentWebhookTrigger',
		),
	};
	const CREDENTIALS = Object.fromEntries(
		['Inbound', 'Outbound', 'Outbox', 'Platform'].map((kind) => [
			`agentWebhook${kind}Api`,
			load(`credentials/AgentWebhook${kind}Api.credentials.js`, `AgentWebhook${kind}Api`),
		]),
	);

	const nodeTypes = {
		getByName: (type) => NODES[type],
		getByNameAndVersion: (type) => NODES[type],
		getKnownTypes: () => ({}),
	};

	/** Creates n8n's credentials helper, with the credentials' fields in memory instead of a database. */
	function createCredentialsHelper(fields) {
		return {
			getParentTypes: () => [],
			getDecrypted: async (_additionalData, _details, type, mode, executeData, raw, values) => {
				const shown = chooseShownFields(type, { ...fields[type] });
				const isPlain = !Object.values(shown).some((value) => /^=/.test(value));
				if (raw || values === undefined || isPlain) return shown;
				const { connectionInputData, itemIndex, node, runExecutionData, runIndex, workflow } =
					values;
				return workflow.expression.getParameterValue(
					shown,
					runExecutionData,
					runIndex,
					itemIndex,
					node.name,
					connectionInputData,
					mode,
					{},
					executeData,
					false,
					shown,
				);
			},
			getCredentialsProperties: (type) => CREDENTIALS[type].properties,
			preAuthentication: async () => undefined,
			isCredentialUsableByNode: () => true,
			authenticate: async (decrypted, type, request) =>
				await CREDENTIALS[type].authenticate(decrypted, request),
		};
	}

	/** Creates a workflow of one node, and the data that n8n passes along with an execution. */
	function createWorkflow(type, parameters, credentials, more, staticData, connections = {}) {
		const node = {
			id: 'node',
			name: 'Node',
			type,
			typeVersion: NODES[type].description.version[0],
			position: [0, 0],
			parameters,
			credentials: Object.fromEntries(
				Object.keys(credentials).map((name) => [name, { id: name, name }]),
			),
			...more,
		};
		const workflow = new Workflow({
			id: 'workflow',
			nodes: [node],
			connections,
			active: false,
			nodeTypes,
			staticData,
		});
		const additionalData = {
			credentialsHelper: createCredentialsHelper(credentials),
			executionId: 'execution',
			hooks: { runHook: async (_name, [response]) => void additionalData.responses.push(response) },
			responses: [],
			variables: {},
			webhookBaseUrl: 'https://n8n.example.com/webhook',
			instanceBaseUrl: 'https://n8n.example.com/',
			webhookTestBaseUrl: 'https://editor.example.com/webhook-test',
		};
		return { additionalData, node: workflow.nodes.Node, workflow };
	}

	/** Evaluates an expression of a node's description as the editor does, without an execution. */
	function evaluate(type, parameters, expression) {
		const { node, workflow } = createWorkflow(type, parameters, {});
		return workflow.expression.getSimpleParameterValue(node, expression, 'internal', {});
	}

	/**
	 * Runs the action node on items.
	 * @param credentials fields by credential type
	 * @param executeWorkflow stands for n8n's own, which runs other workflows
	 * @param more fields of the node, such as `onError`
	 * @param connected for each output, whether another node is connected to it; by default none
	 * @param runData the execution's own data, for several runs of one execution
	 * @param staticData what the workflow remembers; the node changes it
	 * @param tool whether an AI agent calls the node as a tool
	 * @returns the items by output, and the responses that the node sent
	 */
	async function execute(
		parameters,
		items,
		{
			connected = [],
			credentials = {},
			executeWorkflow,
			more,
			runData = createEmptyRunExecutionData(),
			signal,
			staticData,
			tool = false,
		} = {},
	) {
		const { additionalData, node, workflow } = createWorkflow(
			'agentWebhook',
			parameters,
			credentials,
			more,
			staticData,
			{
				Node: {
					main: connected.map((is) => (is ? [{ node: 'Other', type: 'main', index: 0 }] : [])),
				},
			},
		);
		Object.assign(additionalData, executeWorkflow && { executeWorkflow });
		const input = { main: [items] };
		const executeData = { node, data: input, source: null };
		const context = new ExecuteContext(
			workflow,
			node,
			additionalData,
			'manual',
			runData,
			0,
			items,
			input,
			executeData,
			[],
			signal,
		);
		if (tool) context.isToolExecution = () => true;
		const outputs = await NODES.agentWebhook.execute.call(context);
		return { outputs, responses: additionalData.responses, hints: context.hints };
	}

	/**
	 * Passes a request to the trigger.
	 * @param id the node's ID; a new one for each call unless given
	 * @param mode `manual` for a request to the test URL
	 * @param staticData what the workflow remembers; `activate` changes it
	 * @returns `result`, which n8n gets from the node, and `answer`, which the caller gets
	 */
	async function receive(
		parameters,
		request,
		{ credentials = {}, id = randomUUID(), mode = 'webhook', more = {}, staticData } = {},
	) {
		const { additionalData, node, workflow } = createWorkflow(
			'agentWebhookTrigger',
			// Most tests look at fields that simplified items do not have.
			{ simplify: false, ...parameters },
			credentials,
			{ id, ...more },
			staticData,
		);
		const answer = {};
		additionalData.httpRequest = {
			method: 'POST',
			secure: false,
			ip: '127.0.0.1',
			query: {},
			params: {},
			...request,
		};
		additionalData.httpResponse = {
			getHeader: (name) =>
				Object.entries(answer.headers ?? {}).find(
					([header]) => header.toLowerCase() === name.toLowerCase(),
				)?.[1],
			setHeader: (name, value) => {
				answer.headers = { ...answer.headers, [name]: value };
			},
			writeHead: (statusCode, headers) => Object.assign(answer, { statusCode, headers }),
			end: (body) =>
				Object.assign(
					answer,
					body && { body: /json/.test(answer.headers['Content-Type']) ? JSON.parse(body) : body },
				),
			once: (event, listener) => event === 'finish' && listener(),
			get statusCode() {
				return answer.statusCode ?? 200;
			},
			set statusCode(statusCode) {
				answer.statusCode = statusCode;
			},
		};
		const webhookData = {
			webhookDescription: NODES.agentWebhookTrigger.description.webhooks[0],
			node: node.name,
			isTest: mode === 'manual',
		};
		const context = new WebhookContext(workflow, node, additionalData, mode, webhookData, [], null);
		try {
			return { answer, result: await NODES.agentWebhookTrigger.webhook.call(context) };
		} catch (error) {
			// A person who listens sees an error, and the sender its answer.
			throw Object.assign(error, { answer });
		}
	}

	/** Calls a method of the trigger's webhook, as n8n does when a workflow is published or unpublished. */
	async function callHook(
		method,
		parameters,
		{ activation = 'activate', credentials = {}, mode = 'trigger', more, staticData } = {},
	) {
		const { additionalData, node, workflow } = createWorkflow(
			'agentWebhookTrigger',
			parameters,
			credentials,
			more,
			staticData,
		);
		const { description, webhookMethods } = NODES.agentWebhookTrigger;
		const webhookData = {
			webhookDescription: description.webhooks[0],
			node: node.name,
			isTest: mode === 'manual',
		};
		const context = new HookContext(
			workflow,
			node,
			additionalData,
			mode,
			mode === 'manual' ? 'manual' : activation,
			webhookData,
		);
		return await webhookMethods.default[method].call(context);
	}

	/**
	 * Publishes the trigger, as n8n does before the production URL works.
	 * @throws what n8n shows if the trigger cannot be published
	 */
	const activate = async (parameters, stage) => await callHook('create', parameters, stage);

	/** Unpublishes the trigger. */
	const deactivate = async (parameters, stage) => await callHook('delete', parameters, stage);

	/** Lists the options of a parameter of the trigger, as n8n does when a person opens the list. */
	async function listOptions(method, parameters, { credentials = {} } = {}) {
		const type = 'agentWebhookTrigger';
		const { additionalData, node, workflow } = createWorkflow(type, parameters, credentials);
		additionalData.currentNodeParameters = parameters;
		const context = new LoadOptionsContext(workflow, node, additionalData, '');
		return await NODES[type].methods.loadOptions[method].call(context);
	}

	return { activate, CREDENTIALS, deactivate, evaluate, execute, listOptions, NODES, receive };
}

module.exports = { ...loadContexts(path.join(root, 'build')), loadContexts };
