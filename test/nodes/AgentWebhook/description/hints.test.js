const { evaluate, NODES } = require('../../../harness/contexts');

describe('hints before a run, in n8n’s expression engine', () => {
	const shown = (parameters) =>
		NODES.agentWebhook.description.hints.filter(({ displayCondition }) =>
			evaluate('agentWebhook', parameters, displayCondition),
		);
	const send = { resource: 'event', operation: 'send' };
	test.each([
		[{ ...send, sendTo: 'subscribers' }, 'Deliver Due'],
		[{ ...send, platform: 'agenticflow' }, 'Connect <b>Retry</b>'],
		[{ ...send, platform: 'agenticflow', options: { retrySchedule: 'none' } }, undefined],
		[{ ...send, platform: 'custom' }, undefined],
		[{ resource: 'delivery', operation: 'deliverDue', sendTo: 'subscribers' }, undefined],
	])('for %j show the one with "%s"', (parameters, part) => {
		expect(shown(parameters).map(({ message }) => message)).toEqual(
			part === undefined ? [] : [expect.stringContaining(part)],
		);
	});
});

describe('the hint about long waits', () => {
	const [{ displayCondition }] = NODES.agentWebhook.description.hints;
	// As n8n's expression engine would evaluate it.
	const condition = new Function('$parameter', `return ${displayCondition.slice(3, -2)}`);
	const send = { resource: 'event', operation: 'send' };

	test.each([
		[true, { ...send, platform: 'agenticflow', options: {} }],
		[true, { ...send, platform: 'workflux', options: {} }],
		[true, { ...send, platform: 'custom', options: { maxTotalWaitSeconds: 5 } }],
		[true, { ...send, platform: 'custom', options: { retrySchedule: 'standardWebhooks' } }],
		[false, { ...send, platform: 'custom', options: {} }],
		[false, { ...send, platform: 'agenticflow', options: { retrySchedule: 'none' } }],
		[false, { ...send, platform: 'agenticflow', options: { firstDelaySeconds: 1 } }],
		[false, { resource: 'signature', operation: 'sign', platform: 'agenticflow' }],
	])('is shown: %j, for %j', (shown, parameters) => {
		expect(condition(parameters)).toBe(shown);
	});
});
