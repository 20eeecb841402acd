const { resolveWebhookDescriptionField } = require('n8n-workflow');

const { evaluate, NODES } = require('../../../harness/contexts');

const { webhooks } = NODES.agentWebhookTrigger.description;
const [post] = webhooks;

describe('the webhooks of the trigger', () => {
	test.each([
		['agentMessage', 'agents'],
		['workflowRun', 'workflows'],
		['event', 'events'],
		['lead', 'leads'],
	])(
		'have the path of %s below webhooks/%s, by template and by function',
		(requestKind, folder) => {
			const parameters = { requestKind, path: 'a', options: {} };
			expect(resolveWebhookDescriptionField({ parameters }, post, 'path')).toEqual({
				resolved: true,
				value: `webhooks/${folder}/a`,
			});
			expect(evaluate('agentWebhookTrigger', parameters, post.path)).toBe(`webhooks/${folder}/a`);
		},
	);

	test('answer an accepted request with the platform’s status', () => {
		const reply = (platform) =>
			evaluate('agentWebhookTrigger', { platform, responseMode: 'onReceived' }, post.responseData);
		expect(reply('agenticflow')).toMatchObject({
			success: true,
			message: 'Webhook processed successfully',
			status: 'queued',
		});
		expect(reply('agentflow')).toMatchObject({ success: true, status: 'received' });
	});

	test('answer with the chosen items of the last node', () => {
		const choose = (options) =>
			evaluate('agentWebhookTrigger', { responseMode: 'lastNode', options }, post.responseData);
		expect(choose({})).toBe('firstEntryJson');
		expect(choose({ responseData: 'allEntries' })).toBe('allEntries');
	});
});
