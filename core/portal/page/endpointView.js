const { buildChart } = require('./chart');
const { describeDelivery } = require('./deliveryView');
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
	const { disabled, id, paused } = endpoint;
	const switchButton = (action, path, body) =>
		taskButton(app, t(`endpoint.${action}`), async () => {
			await client.patch(path, body);
			forget();
			notify(t(`endpoint.${action}Done`));
			await refresh();
		});
	const setPaused = (action) =>
		switchButton(action, `endpoint/${id}/delivery-settings`, { paused: !paused });
	const setDisabled = (action) => switchButton(action, `endpoint/${id}`, { disabled: !disabled });
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
			!disabled && setPaused(paused ? 'resume' : 'pause'),
			setDisabled(disabled ? 'enable' : 'disable'),
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
		['delivery', session.canManage],
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

/** Says why events of an endpoint wait, or fail. */
function buildWarnings({ t }, endpoint) {
	const { disabled, disabledReason, failingSince, paused, pausedReason, probeAt } = endpoint;
	const state = (disabled && 'disabled') || (paused && 'paused');
	const reason = (disabledReason ?? pausedReason)?.replace(/\.$/, '');
	const texts = [
		failingSince && !state && t('endpoint.failing', { time: formatMinute(failingSince) }),
		state && t(`endpoint.${state}${reason ? 'Because' : ''}`, { reason }),
		probeAt && t('endpoint.probed', { time: formatMinute(probeAt) }),
	];
	return texts.filter(Boolean).map((text) => h('p', { class: 'warning' }, text));
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
			buildWarnings(app, endpoint),
			buildActions(app, endpoint),
			app.session.canManage &&
				!endpoint.disabled &&
				!endpoint.paused &&
				h('p', { class: 'hint' }, t('endpoint.pauseHint')),
			facts([
				[
					t('endpoint.last'),
					week.lastDelivery === null ? t('never') : formatMinute(week.lastDelivery),
				],
				[t('endpoint.share'), share === undefined ? '–' : formatShare(share)],
				[t('chart.sent'), formatNumber(week.success)],
				[t('chart.failed'), formatNumber(week.fail)],
				[t('endpoint.waiting'), formatNumber(week.pending)],
				...describeDelivery(t, endpoint),
				[t('endpoint.created'), formatMinute(endpoint.createdAt)],
			]),
			buildLinks(app, endpoint),
			h('section', {}, h('h2', {}, t('chart.title')), buildChart(t, endpoint.days)),
		],
	};
}

module.exports = { showEndpoint };
