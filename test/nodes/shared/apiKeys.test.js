const { execute } = require('../../harness/contexts');

describe('an API key that no header can carry', () => {
	test.each(['key\u200b', 'key\n', 'k\u00e9y', 'key\u{1f600}'])(
		'is not sent to the platform: %j',
		async (apiKey) => {
			const call = execute(
				{ resource: 'platformWebhook', operation: 'getAll', platform: 'agenticflow' },
				[{ json: {} }],
				{
					credentials: {
						// Nothing listens there: a request would fail with another message.
						agentWebhookPlatformApi: {
							platform: 'agenticflow',
							apiKey,
							baseUrl: 'http://127.0.0.1:9',
						},
					},
				},
			);
			await expect(call).rejects.toThrow('"API Key" in the credential has a');
		},
	);
});
