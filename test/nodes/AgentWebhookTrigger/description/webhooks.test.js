const { NodeHelpers, resolveWebhookDescriptionField } = require('n8n-workflow');

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

	test('have the path of the platform’s only kind, whatever kind another platform left', () => {
		for (const requestKind of ['agentMessage', 'managementRequest']) {
			const parameters = { platform: 'stripe', requestKind, path: 'a', options: {} };
			const { value } = resolveWebhookDescriptionField({ parameters }, post, 'path');
			expect(value).toBe('webhooks/events/a');
			expect(evaluate('agentWebhookTrigger', parameters, post.path)).toBe('webhooks/events/a');
			expect(evaluate('agentWebhookTrigger', parameters, post.httpMethod)).toBe('POST');
		}
	});

	test('have no path of their own without one, so that n8n uses its ID of the node', () => {
		const parameters = { requestKind: 'event', path: '', options: {} };
		expect(resolveWebhookDescriptionField({ parameters }, post, 'path').value).toBe('');
		expect(evaluate('agentWebhookTrigger', parameters, post.path)).toBe('');
		const node = { name: 'Trigger', webhookId: 'a-b' };
		expect(NodeHelpers.getNodeWebhookPath('workflow', node, '', post.isFullPath)).toBe('a-b');
	});

	test.each([
		[{ platform: 'agenticflow', requestKind: 'event' }, 1],
		[{ platform: 'agenticflow', requestKind: 'managementRequest' }, 6],
		[{ platform: 'standardWebhooks', requestKind: 'apiRequest', options: { portal: {} } }, 6],
	])(
		'of %j have hooks for %d methods in all, since n8n calls them for each one',
		(given, count) => {
			const { webhookMethods } = NODES.agentWebhookTrigger;
			const parameters = { path: 'a', options: {}, ...given };
			const methods = webhooks
				.filter(({ name }) => webhookMethods[name] !== undefined)
				.map(
					(webhook) => resolveWebhookDescriptionField({ parameters }, webhook, 'httpMethod').value,
				)
				.flatMap((list) => list.split(',').filter(Boolean));
			expect(methods).toHaveLength(count);
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

	test('answer when the workflow has finished if only that counts as received', () => {
		const finished = { options: { receivedWhen: 'finished' } };
		const read = (parameters) => [
			resolveWebhookDescriptionField({ parameters }, post, 'responseMode').value,
			evaluate('agentWebhookTrigger', parameters, post.responseMode),
			evaluate('agentWebhookTrigger', parameters, post.responseData),
		];
		expect(read(finished)).toEqual(['lastNode', 'lastNode', 'noData']);
		expect(read({ ...finished, responseMode: 'onReceived' })).toEqual([
			...['lastNode', 'lastNode', 'noData'],
		]);
		expect(read({ ...finished, responseMode: 'lastNode' })).toEqual([
			...['lastNode', 'lastNode', 'firstEntryJson'],
		]);
		expect(read({ ...finished, responseMode: 'responseNode' }).slice(0, 2)).toEqual([
			...['responseNode', 'responseNode'],
		]);
		expect(read({ options: { receivedWhen: 'answered' } })[0]).toBe('onReceived');
	});

	test('answer with the chosen items of the last node', () => {
		const choose = (options) =>
			evaluate('agentWebhookTrigger', { responseMode: 'lastNode', options }, post.responseData);
		expect(choose({})).toBe('firstEntryJson');
		expect(choose({ responseData: 'allEntries' })).toBe('allEntries');
	});
});
