const { evaluate, NODES } = require('../../../harness/contexts');

describe('hints before a run, in n8n’s expression engine', () => {
	const shown = (parameters) =>
		NODES.agentWebhook.description.hints.filter(({ displayCondition }) =>
			evaluate('agentWebhook', parameters, displayCondition),
		);
	const send = { resource: 'event', operation: 'send', url: 'https://example.com' };
	const schedule = (retrySchedule, more) => ({
		...send,
		platform: 'custom',
		retrySchedule,
		...more,
	});
	const RETRY = 'Connect the output <b>Retry</b>';

	test.each([
		[{ ...send, sendTo: 'subscribers' }, 'Deliver Due'],
		[{ resource: 'delivery', operation: 'deliverDue', sendTo: 'subscribers' }, undefined],
		[{ resource: 'signature', operation: 'sign', platform: 'agenticflow' }, undefined],
		[send, RETRY],
		[{ ...send, url: '' }, undefined],
		[{ ...send, url: '', sendTo: 'subscribers' }, 'Deliver Due'],
		[{ ...send, platform: 'agenticflow' }, RETRY],
		[{ ...send, platform: 'workflux' }, RETRY],
		[schedule('platform'), undefined],
		[schedule('platform', { options: { maxTotalWaitSeconds: 5 } }), RETRY],
		[schedule('hour'), RETRY],
		[schedule('day', { platform: 'agenticflow' }), RETRY],
		[schedule('threeDays'), RETRY],
		[schedule('hour', { options: { maxTotalWaitSeconds: 3600 } }), undefined],
		[schedule('none', { platform: 'agenticflow' }), undefined],
		[schedule('exponential', { platform: 'agenticflow' }), undefined],
		[schedule('exponential', { firstDelaySeconds: 30 }), RETRY],
		[schedule('exponential', { firstDelaySeconds: 30, maxRetries: 1 }), undefined],
		[schedule('exponential', { maxRetries: 50, maxDelaySeconds: 1 }), undefined],
		[schedule('list', { retryDelays: '5 s, 10 seconds' }), undefined],
		[schedule('list', { retryDelays: '5, 90' }), RETRY],
		[schedule('list', { retryDelays: '5 s, 1m' }), RETRY],
		[schedule('list', { retryDelays: '1 day' }), RETRY],
	])('for %j show the one with "%s"', (parameters, part) => {
		expect(shown(parameters).map(({ message }) => message)).toEqual(
			part === undefined ? [] : [expect.stringContaining(part)],
		);
	});

	test('show none about the output Retry for a tool of an AI agent, which has no outputs', () => {
		const [{ displayCondition }] = NODES.agentWebhook.description.hints;
		// n8n adds the parameter to tools, so our description does not have it.
		const condition = new Function('$parameter', `return ${displayCondition.slice(3, -2)}`);
		expect(condition({ ...send, platform: 'agenticflow' })).toBe(true);
		expect(condition({ ...send, platform: 'agenticflow', descriptionType: 'auto' })).toBe(false);
	});
});
