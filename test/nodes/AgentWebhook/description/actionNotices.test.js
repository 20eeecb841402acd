const { listNotices } = require('../../operations');

describe('notices of the action node', () => {
	const of = (resource, operation, more) => ({ resource, operation, ...more });
	test.each([
		[of('event', 'send'), ['retryNotice']],
		[of('event', 'send', { retrySchedule: 'day' }), ['retryNotice']],
		[of('event', 'send', { retrySchedule: 'none' }), []],
		[of('event', 'send', { retrySchedule: 'exponential' }), []],
		[of('event', 'send', { useCredential: false }), ['unsignedNotice', 'retryNotice']],
		[of('event', 'send', { options: { skipTlsCheck: true } }), ['retryNotice', 'skipTlsNotice']],
		[of('event', 'send', { options: { skipTlsCheck: false } }), ['retryNotice']],
		[of('event', 'send', { sendTo: 'subscribers', useCredential: false }), ['outboxNotice']],
		[of('endpoint', 'create'), ['secretNotice', 'retryNotice']],
		[
			of('endpoint', 'create', { options: { skipTlsCheck: true } }),
			['secretNotice', 'retryNotice', 'skipTlsNotice'],
		],
		[of('endpoint', 'update'), []],
		[of('endpoint', 'update', { updateFields: { skipTlsCheck: true } }), ['skipTlsNotice']],
		[of('endpoint', 'rotateSecret'), ['secretNotice']],
		[of('endpoint', 'delete'), ['deleteNotice']],
		[of('endpoint', 'get'), []],
		[of('delivery', 'deliverDue'), ['scheduleNotice']],
		[of('delivery', 'prune'), ['pruneNotice']],
		[of('delivery', 'replayMany'), ['replayNotice']],
		[of('delivery', 'cancelMany'), ['cancelNotice']],
		[of('endpoint', 'recoverMissing'), ['recoverNotice']],
		[of('event', 'sendAgain'), []],
		[of('delivery', 'replay'), []],
		[of('delivery', 'getAll'), []],
		[of('signature', 'generateSecret'), ['secretNotice', 'commandNotice']],
		[of('signature', 'verify', { platform: 'custom' }), ['signingSecretNotice', 'rawBodyNotice']],
		[
			of('signature', 'verify', { bodySource: 'text', platform: 'custom' }),
			['signingSecretNotice'],
		],
		[
			of('signature', 'verify', { bodySource: 'text', platform: 'github' }),
			['signingSecretNotice'],
		],
		[of('signature', 'sign', { platform: 'agenticflow' }), ['signingSecretNotice']],
		[of('signature', 'sign', { platform: 'stripe' }), ['signingSecretNotice']],
		[of('webhook', 'respond'), ['respondNotice']],
	])('for %j are %j', (parameters, names) => {
		expect(listNotices('agentWebhook', parameters)).toEqual(names);
	});
});
