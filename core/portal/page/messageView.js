const { code, facts, h } = require('./dom');
const { empty, taskButton } = require('./feedback');
const { formatAnswer, formatDuration, formatJson, formatTime } = require('./format');
const { statusBadge } = require('./logView');
const { describeWait } = require('./model');

/** Builds one attempt with the receiver's answer. */
function buildAttempt({ t }, attempt, number) {
	const { response, responseDurationMs, responseStatusCode, timestamp, triggerType } = attempt;
	const isAnswered = responseStatusCode > 0;
	return h(
		'li',
		{ class: 'card' },
		h('h3', { class: 'named' }, t('attempt.title', { number }), ' ', statusBadge(t, attempt)),
		facts([
			[t('attempt.time'), formatTime(timestamp)],
			[t('attempt.code'), isAnswered ? responseStatusCode : t('attempt.noAnswer')],
			[t('attempt.duration'), isAnswered ? formatDuration(responseDurationMs) : undefined],
			[t('attempt.cause'), triggerType === 1 ? t('attempt.manual') : undefined],
		]),
		response !== '' && code(formatAnswer(response), t('attempt.answer', { number })),
	);
}

/** Says where the delivery stands, with what can be done. */
function buildState({ t }, { delivery }) {
	if (delivery === null) return h('p', {}, t('message.notSent'));
	return h(
		'p',
		{ class: 'named' },
		statusBadge(t, delivery),
		describeWait({ t, formatTime }, delivery),
	);
}

function buildActions(app, endpointId, messageId) {
	const { client, notify, refresh, session, t } = app;
	const resend = async () => {
		await client.post(`msg/${messageId}/endpoint/${endpointId}/resend`);
		notify(t('message.resent'));
		await refresh();
	};
	const reload = async () => {
		notify('');
		await refresh();
	};
	return h(
		'div',
		{ class: 'actions' },
		session.canReplay && taskButton(app, t('message.resend'), resend, { class: 'primary' }),
		taskButton(app, t('log.refresh'), reload),
	);
}

/** Shows one message: its payload, and the attempts to deliver it. */
async function showMessage(app, [endpointId, , messageId]) {
	const { client, t } = app;
	const message = await client.get(`endpoint/${endpointId}/msg/${messageId}`);
	const count = message.attempts.length;
	const attempts = message.attempts.map((attempt, index) =>
		buildAttempt(app, attempt, count - index),
	);
	return {
		title: message.eventType,
		back: ['endpoint', endpointId, 'log'],
		content: [
			buildState(app, message),
			facts([
				[t('message.id'), message.id],
				[t('message.time'), formatTime(message.timestamp)],
			]),
			buildActions(app, endpointId, messageId),
			h(
				'section',
				{},
				h('h2', {}, t('message.attempts')),
				count === 0
					? empty(t(message.delivery?.waitsFor ? 'message.noneYet' : 'message.noAttempts'))
					: h('ol', { class: 'cards' }, attempts),
			),
			h(
				'section',
				{},
				h('h2', {}, t('message.payload')),
				code(formatJson(message.payload), t('message.payload')),
			),
		],
	};
}

module.exports = { showMessage };
