const { buildChart } = require('./chart');
const { facts, h, link } = require('./dom');
const { empty } = require('./feedback');
const { formatList, formatMinute, formatShare } = require('./format');
const { describeSubscription, toAddress, toHealth, toSuccessShare } = require('./model');

const badge = (t, kind) => h('span', { class: `badge ${kind}` }, t(`health.${kind}`));

function buildCard({ session, t, toHash }, endpoint) {
	const share = toSuccessShare(endpoint.week);
	const { lastDelivery } = endpoint.week;
	return h(
		'li',
		{ class: 'card' },
		h(
			'h2',
			{ class: 'named' },
			link(
				toHash(session, ['endpoint', endpoint.id]),
				{},
				endpoint.description || toAddress(t, endpoint),
			),
			' ',
			badge(t, toHealth(endpoint)),
		),
		endpoint.description && h('p', { class: 'url' }, toAddress(t, endpoint)),
		h('p', {}, describeSubscription({ t, formatList }, endpoint)),
		facts([
			[t('endpoint.last'), lastDelivery === null ? t('never') : formatMinute(lastDelivery)],
			[t('endpoint.share'), share === undefined ? '–' : formatShare(share)],
		]),
	);
}

/** Shows all endpoints and the week of their deliveries. */
async function showEndpoints(app) {
	const { canManage } = app.session;
	const { days, endpoints } = await app.loadOverview({ isFresh: true });
	const create =
		canManage &&
		link(app.toHash(app.session, ['new']), { class: 'button primary' }, app.t('endpoints.new'));
	const list =
		endpoints.length === 0
			? empty(app.t(canManage ? 'endpoints.empty' : 'endpoints.emptyReadOnly'), create)
			: h(
					'ul',
					{ class: 'cards' },
					endpoints.map((endpoint) => buildCard(app, endpoint)),
				);
	return {
		title: app.t('endpoints.title'),
		content: [
			endpoints.length > 0 && create && h('div', { class: 'actions' }, create),
			list,
			endpoints.length > 0 &&
				h('section', {}, h('h2', {}, app.t('chart.title')), buildChart(app.t, days)),
		],
	};
}

module.exports = { badge, showEndpoints };
