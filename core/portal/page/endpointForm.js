const { field, h, link, tie } = require('./dom');
const { buildForm } = require('./feedback');
const { findFormFault, groupTypes, isWorkflow, pickChanged, toEndpointBody } = require('./model');

/** Builds the choice of event types: all, or those of the catalog and what the endpoint already has. */
function buildTypes({ session, t }, { eventTypes: catalog }, chosen) {
	const known = catalog.map(({ name }) => name);
	const others = [...chosen, ...session.eventTypes].filter((name) => !known.includes(name));
	const types = [...catalog, ...[...new Set(others)].map((name) => ({ name, description: '' }))];
	const boxes = [];
	const buildBox = ({ description, name }) => {
		const box = h('input', { type: 'checkbox', value: name, checked: chosen.includes(name) });
		boxes.push(box);
		return h(
			'li',
			{},
			h('label', {}, box, h('span', {}, name, description && h('small', {}, description))),
		);
	};
	const groups = groupTypes(types).map(([name, members]) => [
		name !== '' && h('h2', {}, name),
		h('ul', { class: 'boxes' }, members.map(buildBox)),
	]);
	const list = h('div', { class: 'types', hidden: chosen.length === 0 }, groups);
	const all = h('input', {
		type: 'checkbox',
		checked: chosen.length === 0,
		onchange: ({ currentTarget }) => {
			list.hidden = currentTarget.checked;
		},
	});
	const element = h(
		'fieldset',
		{},
		h('legend', {}, t('form.types')),
		h('label', {}, all, h('span', {}, t('form.all'))),
		types.length === 0 ? h('p', { class: 'hint' }, t('form.noTypes')) : list,
	);
	const read = () => ({
		getsAll: all.checked,
		eventTypes: boxes.filter(({ checked }) => checked).map(({ value }) => value),
	});
	return { element, read };
}

/** Builds the controls with the values of an endpoint, if there is one. */
function buildControls(app, overview, { channels, description, eventTypes, url }) {
	return {
		url: h('input', {
			type: 'url',
			required: true,
			maxlength: 2000,
			placeholder: 'https://',
			autocomplete: 'off',
			value: url ?? '',
		}),
		description: h('input', { type: 'text', maxlength: 200, value: description ?? '' }),
		channels: h('input', { type: 'text', value: (channels ?? []).join(', ') }),
		types: buildTypes(app, overview, eventTypes ?? []),
	};
}

/** Builds the form that creates or changes an endpoint. @param save gets the body of the request */
function buildEndpointForm(app, overview, endpoint, save) {
	const { session, t } = app;
	const { channels, description, types, url } = buildControls(app, overview, endpoint ?? {});
	const isFixed = endpoint !== undefined && isWorkflow(endpoint);
	const read = () => ({
		url: url.value,
		description: description.value,
		channels: channels.value,
		isFixed,
		...types.read(),
	});
	const before = endpoint === undefined ? {} : toEndpointBody(read(), session);
	const submit = async (say) => {
		const values = read();
		const key = findFormFault(values);
		if (key === undefined) {
			return await save(pickChanged(toEndpointBody(values, session), before));
		}
		say(t(key));
		return url.focus();
	};
	const fields = [
		!isFixed && field(t('form.url'), tie(url), t('form.urlHint')),
		field(t('form.description'), tie(description), t('form.descriptionHint')),
		types.element,
		field(t('form.channels'), tie(channels), t('form.channelsHint')),
	];
	return buildForm(app, fields, t(endpoint ? 'save' : 'form.create'), submit);
}

/** Shows the form for a new endpoint. */
async function showNewEndpoint(app) {
	const overview = await app.loadOverview();
	const form = buildEndpointForm(app, overview, undefined, async (body) => {
		const { id } = await app.client.post('endpoint', body);
		app.forget();
		app.go(['endpoint', id], app.t('form.created'));
	});
	return { title: app.t('form.newTitle'), back: [], content: [form] };
}

/** Shows the form of an endpoint. */
async function showEditEndpoint(app, [id]) {
	const { endpoint, overview } = await app.loadEndpoint(id);
	const form = buildEndpointForm(app, overview, endpoint, async (body) => {
		await app.client.patch(`endpoint/${id}`, body);
		app.forget();
		app.go(['endpoint', id], app.t('form.saved'));
	});
	return { title: app.t('form.editTitle'), back: ['endpoint', id], content: [form] };
}

const editLink = ({ session, t, toHash }, id) =>
	link(toHash(session, ['endpoint', id, 'edit']), { class: 'button' }, t('edit'));

module.exports = { editLink, showEditEndpoint, showNewEndpoint };
