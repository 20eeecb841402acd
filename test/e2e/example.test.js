const stage = require('./stage');

const { ACTION, n8n, newSecret, node, planResponses } = stage;
const { readInbox, receiver, runAction, setReceiverSecrets, uniqueName } = stage;

const signingSecret = newSecret();
let credentials;

beforeAll(async () => {
	await setReceiverSecrets({ agenticflow: signingSecret });
	credentials = await n8n.createCredential('agentWebhookOutboundApi', 'AgenticFlow', {
		authentication: 'none',
		signatureScheme: 'agenticflow',
		signingSecret,
	});
});

afterAll(stage.deactivateWorkflows);

test('Send retries after a 503, with a signature that AgenticFlow’s own code accepts', async () => {
	const inbox = uniqueName('box');
	await planResponses(inbox, [{ status: 503 }]);
	const parameters = {
		platform: 'agenticflow',
		url: `${receiver}/receive/agenticflow/${inbox}`,
		eventType: 'workflow.execution.completed',
		retrySchedule: 'exponential',
		firstDelaySeconds: 0.05,
		options: { allowHttp: true },
	};
	const { outputs } = await runAction(
		[{ order_id: 7 }],
		node('Send', ACTION, parameters, { credentials }),
	);
	expect(outputs[0][0].json).toMatchObject({ status: 'delivered' });
	expect(await readInbox(inbox)).toMatchObject([
		{ verified: true, status: 503 },
		{ verified: true, status: 200 },
	]);
});
