const { PLATFORMS } = require('../../../../build/core/platforms');

const { listNotices, listNoticeTexts } = require('../../operations');

describe('notices of the trigger', () => {
	const agentMessage = { platform: 'agenticflow', requestKind: 'agentMessage' };
	test.each([
		[{ platform: 'github', requestKind: 'event' }, ['setupNotice']],
		[{ platform: 'twilio', requestKind: 'event' }, ['setupNotice']],
		[{ platform: 'standardWebhooks', requestKind: 'agentMessage' }, ['setupNotice']],
		[{ platform: 'agentflow', requestKind: 'event' }, ['setupNotice']],
		[{ platform: 'agentflow', requestKind: 'lead' }, ['setupNotice']],
		[{ platform: 'uptiq', requestKind: 'call' }, ['setupNotice']],
		[{ platform: 'agenticflow', requestKind: 'event' }, []],
		[agentMessage, ['ruleNotice']],
		[{ ...agentMessage, platform: 'custom' }, ['setupNotice', 'ruleNotice']],
		[{ platform: 'stripe', authenticationMethods: [] }, ['setupNotice', 'openNotice']],
		[{ ...agentMessage, authenticationMethods: ['bearer'] }, []],
		[{ ...agentMessage, authenticationMethods: [] }, ['openNotice']],
		[
			{ ...agentMessage, requestKind: 'managementRequest', authenticationMethods: [] },
			['managementNotice', 'openManagementNotice'],
		],
		[
			{ ...agentMessage, requestKind: 'managementRequest', authenticationMethods: ['bearer'] },
			['managementNotice'],
		],
		[{ platform: 'github', responseMode: 'responseNode' }, ['setupNotice', 'responseNodeNotice']],
		[{ platform: 'github', responseMode: 'lastNode' }, ['setupNotice', 'lastNodeNotice']],
	])('for %j are %j', (parameters, names) => {
		expect(listNotices('agentWebhookTrigger', parameters)).toEqual(names);
	});

	test('name the signing secret only if signatures are checked', () => {
		const read = (authenticationMethods) =>
			listNoticeTexts('agentWebhookTrigger', { platform: 'stripe', authenticationMethods }).join();
		expect(read(['platform'])).toContain('Signing secret');
		expect(read(['bearer', 'signature'])).toContain('Signing secret');
		for (const methods of [['bearer'], ['urlToken'], []]) {
			expect(read(methods)).toContain(
				'Enter the production URL in the platform’s webhook settings.',
			);
			expect(read(methods)).not.toContain('Signing secret');
		}
	});

	test('are one for each platform at most, and say what else to set up', () => {
		for (const { id, setup } of PLATFORMS.filter((platform) => platform.setup)) {
			const texts = listNoticeTexts('agentWebhookTrigger', { platform: id });
			expect(texts[0].replace(/<\/?code>/g, '`')).toContain(setup.also ?? '');
			expect(texts.filter((text) => text.includes('production URL'))).toHaveLength(1);
		}
	});

	test('say where a custom signature scheme is chosen', () => {
		expect(listNoticeTexts('agentWebhookTrigger', { platform: 'custom' }).join()).toContain(
			'choose its "Signature Scheme" in the credential',
		);
	});

	test('ask for the content of UPTIQ’s private key file', () => {
		expect(listNoticeTexts('agentWebhookTrigger', { platform: 'uptiq' })).toEqual([
			'Give callers the production URL. In the credential, enter the "private key", which callers sign with; it is the content of a JSON file with one key, or the key alone.',
		]);
	});
});
