const { evaluate, NODES } = require('../../../harness/contexts');
const { listOptions } = require('../../operations');

describe('the subtitle of the trigger', () => {
	const subtitle = (parameters) =>
		evaluate('agentWebhookTrigger', parameters, NODES.agentWebhookTrigger.description.subtitle);

	test.each([
		[{ requestKind: 'agentMessage' }, 'AgenticFlow: agent message'],
		[{ requestKind: 'event' }, 'AgenticFlow: all events'],
		[{ requestKind: 'event', events: ['agent.message'] }, 'AgenticFlow: agent.message'],
		[{ requestKind: 'event', events: ['a'], eventTypes: 'b, c' }, 'AgenticFlow: 3 event types'],
		[{ requestKind: 'event', eventTypes: '["a"; "b"]' }, 'AgenticFlow: 2 event types'],
		[{ requestKind: 'event', eventTypes: 'a, *' }, 'AgenticFlow: all events'],
		[{ requestKind: 'event', eventTypes: '={{ $json.x }}' }, 'AgenticFlow: some events'],
		[{ platform: 'stripe', requestKind: 'agentMessage' }, 'Stripe: all events'],
		[
			{ platform: 'github', requestKind: 'event', authenticationMethods: [] },
			'GitHub: all events, open to anyone',
		],
	])('for %j is "%s"', (parameters, text) => {
		expect(subtitle({ platform: 'agenticflow', ...parameters })).toBe(text);
	});

	test.each(
		listOptions(NODES.agentWebhookTrigger.description, 'platform').map(({ name, value }) => [
			value,
			name,
		]),
	)('for the platform %s begins with %s', (platform, name) => {
		const text = subtitle({ platform });
		expect(text.startsWith(`${name}: `)).toBe(true);
		expect(text).not.toMatch(/undefined|: $|[a-z][A-Z][a-z]+$/);
	});
});
