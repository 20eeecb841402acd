const { listNotices } = require('../../operations');

describe('notices of the action node', () => {
	const of = (resource, operation, more) => ({ resource, operation, ...more });
	test.each([
		[of('event', 'send'), []],
		[of('event', 'send', { useCredential: false }), ['unsignedNotice']],
		[of('event', 'send', { options: { skipTlsCheck: true } }), ['skipTlsNotice']],
		[of('event', 'send', { options: { skipTlsCheck: false } }), []],
		[of('event', 'send', { sendTo: 'subscribers', useCredential: false }), ['outboxNotice']],
		[of('endpoint', 'create'), ['secretNotice']],
		[
			of('endpoint', 'create', { options: { skipTlsCheck: true } }),
			['secretNotice', 'skipTlsNotice'],
		],
		[of('endpoint', 'update'), []],
		[of('endpoint', 'update', { updateFields: { skipTlsCheck: true } }), ['skipTlsNotice']],
		[of('endpoint', 'rotateSecret'), ['secretNotice']],
		[of('endpoint', 'delete'), ['deleteNotice']],
		[of('endpoint', 'get'), []],
		[of('delivery', 'deliverDue'), ['scheduleNotice']],
		[of('delivery', 'prune'), ['pruneNotice']],
		[of('delivery', 'getAll'), []],
		[of('signature', 'generateSecret'), ['secretNotice']],
		[of('signature', 'verify'), ['rawBodyNotice']],
		[of('signature', 'verify', { bodySource: 'text' }), []],
		[of('signature', 'sign'), []],
		[of('webhook', 'respond'), ['respondNotice']],
	])('for %j are %j', (parameters, names) => {
		expect(listNotices('agentWebhook', parameters)).toEqual(names);
	});
});
