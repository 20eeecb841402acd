const { listNotices } = require('../../operations');

describe('notices of the trigger', () => {
	const agentMessage = { platform: 'agenticflow', requestKind: 'agentMessage' };
	test.each([
		[{ platform: 'github', requestKind: 'event' }, []],
		[{ platform: 'agenticflow', requestKind: 'event' }, []],
		[agentMessage, ['ruleNotice']],
		[{ ...agentMessage, platform: 'custom' }, ['ruleNotice']],
		[{ ...agentMessage, authenticationMethods: ['bearer'] }, []],
		[{ ...agentMessage, authenticationMethods: [] }, ['openNotice']],
		[{ platform: 'github', responseMode: 'responseNode' }, ['responseNodeNotice']],
		[{ platform: 'github', responseMode: 'lastNode' }, ['lastNodeNotice']],
	])('for %j are %j', (parameters, names) => {
		expect(listNotices('agentWebhookTrigger', parameters)).toEqual(names);
	});
});
