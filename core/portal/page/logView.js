const { button, field, h, link, select } = require('./dom');
const { empty, messagePlace, taskButton } = require('./feedback');
const { formatTime, fromFieldTime } = require('./format');
const { describeWait, toLogQuery, toStatusKey } = require('./model');

const STATUSES = [
	['', 'status.any'],
	['0', 'status.sent'],
	['1', 'status.waiting'],
	['2', 'log.failed'],
];

const statusBadge = (t, entry) => {
	const key = toStatusKey(entry);
	return h('span', { class: `badge ${key}` }, t(`status.${key}`));
};

const buildEntry = ({ session, t, toHash }, endpointId, message) =>
	h(
		'li',
		{},
		link(toHash(session, ['endpoint', endpointId, 'message', message.id]), {}, message.eventType),
		statusBadge(t, message),
		h('time', { datetime: message.timestamp }, formatTime(message.timestamp)),
		h('small', {}, describeWait({ t, formatTime }, message)),
	);

/** Builds the filters. @returns the element, and a function that reads them */
function buildFilters({ t }, eventTypes, apply) {
	const controls = {};
	const keep = (name, build) => (props) => (controls[name] = build({ ...props, onchange: apply }));
	const types = [['', t('log.anyType')], ...eventTypes.map(({ name }) => [name, name])];
	const element = h(
		'form',
		{
			class: 'filters',
			'aria-label': t('log.filters'),
			onsubmit: (event) => event.preventDefault(),
		},
		field(
			t('log.status'),
			keep('status', (props) =>
				select(
					props,
					STATUSES.map(([value, key]) => [value, t(key)]),
					'',
				),
			),
		),
		field(
			t('log.type'),
			keep('type', (props) => select(props, types, '')),
		),
		field(
			t('log.since'),
			keep('since', (props) => h('input', { type: 'datetime-local', ...props })),
		),
	);
	const read = () => ({
		status: controls.status.value,
		type: controls.type.value,
		since: fromFieldTime(controls.since.value),
	});
	return { element, read };
}

/** Shows what an endpoint got, the newest first. */
async function showLog(app, [id]) {
	const { client, describe, t } = app;
	const { eventTypes } = await app.loadOverview();
	const list = h('ul', { class: 'log' });
	const end = h('div', { 'aria-live': 'polite' });
	const fault = messagePlace();
	let turn = 0;
	const load = async (iterator) => {
		turn += 1;
		const started = turn;
		const page = await client.get(`endpoint/${id}/msg`, toLogQuery(filters.read(), iterator));
		// A filter that was changed meanwhile has asked again.
		if (started !== turn) return;
		if (iterator === undefined) list.replaceChildren();
		list.append(...page.data.map((message) => buildEntry(app, id, message)));
		const more = taskButton(app, t('log.more'), async () => await load(page.iterator));
		end.replaceChildren(
			...(list.children.length === 0 ? [empty(t('log.empty'))] : []),
			...(page.done ? [] : [more]),
		);
	};
	const apply = () => {
		fault.textContent = '';
		load().catch((error) => void (fault.textContent = describe(error)));
	};
	const filters = buildFilters(app, eventTypes, apply);
	await load();
	return {
		title: t('log.title'),
		back: ['endpoint', id],
		content: [filters.element, button(t('log.refresh'), apply), fault, list, end],
	};
}

module.exports = { showLog, statusBadge };
