const { buildReceiveRules } = require('../../../../dist/nodes/AgentWebhookTrigger/webhook/rules');

const build = ({ methods, require, ...parameters }) =>
	buildReceiveRules(
		{
			platform: 'agenticflow',
			requestKind: 'event',
			events: [],
			methods,
			options: { ...(require && { require }) },
			...parameters,
		},
		async () => ({}),
	);

describe('buildReceiveRules', () => {
	const agentMessage = { requestKind: 'agentMessage' };
	const openEvent = { platform: 'custom' };
	const anyOfThree = ['urlToken', 'bearer', 'basic'];

	test.each([
		['all chosen methods', { methods: ['bearer', 'basic'] }, ['bearer', 'basic'], 'all'],
		[
			'any chosen method',
			{ methods: ['bearer', 'basic'], require: 'any' },
			['bearer', 'basic'],
			'any',
		],
		['the only method of a platform', { methods: ['platform'] }, ['signature'], 'all'],
		[
			'any method with a secret of a platform that accepts any',
			{ ...agentMessage, methods: ['platform'] },
			anyOfThree,
			'anyConfigured',
		],
		[
			'every method with a secret if the owner wants all of them',
			{ ...agentMessage, methods: ['platform'], require: 'all' },
			anyOfThree,
			'allConfigured',
		],
		[
			'every method with a secret of a platform that leaves them open',
			{ ...openEvent, methods: ['platform'] },
			[...anyOfThree, 'signature'],
			'allConfigured',
		],
		[
			'every method with a secret if the owner adds a method to the platform’s',
			{ ...agentMessage, methods: ['signature', 'platform'] },
			['signature', ...anyOfThree],
			'allConfigured',
		],
		[
			'the platform’s only method in addition to the chosen ones',
			{ methods: ['bearer', 'platform'] },
			['bearer', 'signature'],
			'all',
		],
		['nothing if no method is chosen', { methods: [] }, [], 'all'],
	])('requires %s', (_, parameters, methods, mode) => {
		expect(build(parameters)).toMatchObject({ methods, mode });
	});

	test('lets an owner’s duplicate key replace the platform’s', () => {
		const { duplicateKey } = build({ methods: [] });
		expect(duplicateKey.length).toBeGreaterThan(0);
		const owned = build({ methods: [], options: { duplicateKey: 'header.X-Request-ID, digest' } });
		expect(owned.duplicateKey).toEqual([{ header: 'X-Request-ID' }, { digest: 'body' }]);
	});
});
