const { buildChart } = require('./chart');
const { facts, h, link } = require('./dom');
const { editLink } = require('./endpointForm');
const { badge } = require('./endpointsView');
const { confirm, taskButton } = require('./feedback');
const { formatList, formatMinute, formatNumber, formatShare } = require('./format');
const {
	describeSubscription,
	isWorkflow,
	toAddress,
	toHealth,
	toSuccessShare,
} = require('./model');

/** Builds what a person may do with an endpoint. */
function buildActions(app, endpoint) {
	const { client, forget, go, notify, refresh, session, t } = app;
	const { disabled, id } = endpoint;
	const setDisabled = async () => {
		await client.patch(`endpoint/${id}`, { disabled: !disabled });
		forget();
		notify(t(disabled ? 'endpoint.resumed' : 'endpoint.pauseDone'));
		await refresh();
	};
	const remove = async () => {
		await client.delete(`endpoint/${id}`);
		forget();
		go([], t('endpoint.deleted'));
	};
	const ask = async () => {
		const question = {
			title: t('delete.title'),
			text: t('delete.text', { url: toAddress(t, endpoint) }),
			action: t('delete.do'),
		};
		confirm(app, question, remove);
	};
	return h(
		'div',
		{ class: 'actions' },
		session.canManage && [
			editLink(app, id),
			taskButton(app, t(disabled ? 'endpoint.resume' : 'endpoint.pause'), setDisabled),
			taskButton(app, t('delete.do'), ask, { class: 'danger' }),
		],
	);
}

/** Lists the views of one endpoint that the link allows. */
function buildLinks({ session, t, toHash }, endpoint) {
	const { id } = endpoint;
	const isRequested = !isWorkflow(endpoint);
	const views = [
		['log', true],
		['secret', isRequested && (session.canManage || session.canReadSecrets)],
		['authentication', isRequested && session.canManage],
		['verify', isRequested],
		['test', session.canManage],
		['recover', session.canReplay],
	];
	return h(
		'nav',
		{ 'aria-label': t('endpoint.views') },
		h(
			'ul',
			{ class: 'tiles' },
			views
				.filter(([, isAllowed]) => isAllowed)
				.map(([name]) =>
					h(
						'li',
						{},
						link(toHash(session, ['endpoint', id, name]), {}, t(`${name}.title`)),
						h('small', {}, t(`${name}.about`)),
					),
				),
		),
	);
}

/** Shows one endpoint. */
async function showEndpoint(app, [id]) {
	const { t } = app;
	const { endpoint } = await app.loadEndpoint(id);
	const { week } = endpoint;
	const share = toSuccessShare(week);
	return {
		title: endpoint.description || toAddress(t, endpoint),
		back: [],
		content: [
			h('p', { class: 'url' }, toAddress(t, endpoint), ' ', badge(t, toHealth(endpoint))),
			h('p', {}, describeSubscription({ t, formatList }, endpoint)),
			endpoint.failingSince &&
				!endpoint.disabled &&
				h(
					'p',
					{ class: 'warning' },
					t('endpoint.failing', { time: formatMinute(endpoint.failingSince) }),
				),
			endpoint.waits && h('p', { class: 'warning' }, t(`waits.${endpoint.waits}`)),
			endpoint.disabled &&
				h(
					'p',
					{ class: 'warning' },
					endpoint.disabledReason === null
						? t('endpoint.paused')
						: t('endpoint.pausedBecause', { reason: endpoint.disabledReason.replace(/\.$/, '') }),
				),
			buildActions(app, endpoint),
			facts([
				[
					t('endpoint.last'),
					week.lastDelivery === null ? t('never') : formatMinute(week.lastDelivery),
				],
				[t('endpoint.share'), share === undefined ? '–' : formatShare(share)],
				[t('chart.sent'), formatNumber(week.success)],
				[t('chart.failed'), formatNumber(week.fail)],
				[t('status.waiting'), formatNumber(week.pending)],
				[t('endpoint.created'), formatMinute(endpoint.createdAt)],
			]),
			buildLinks(app, endpoint),
			h('section', {}, h('h2', {}, t('chart.title')), buildChart(t, endpoint.days)),
		],
	};
}

module.exports = { showEndpoint };
