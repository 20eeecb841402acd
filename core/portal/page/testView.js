const { code, field, h, select } = require('./dom');
const { empty, messagePlace, taskButton } = require('./feedback');
const { formatJson } = require('./format');

/** Builds the form that sends an example to an endpoint. */
function buildForm(app, id, types) {
	const { client, go, t } = app;
	const place = h('div', { 'aria-live': 'polite' });
	const fault = messagePlace();
	const find = (name) => types.find((type) => type.name === name);
	const show = (name) =>
		place.replaceChildren(code(formatJson(find(name).example), t('test.example')));
	let chosen = types[0].name;
	const build = (props) =>
		select(
			{
				...props,
				onchange: ({ currentTarget }) => {
					chosen = currentTarget.value;
					show(chosen);
				},
			},
			types.map(({ name }) => [name, name]),
			chosen,
		);
	const teller = { ...app, tell: (error) => void (fault.textContent = app.describe(error)) };
	const send = taskButton(
		teller,
		t('test.send'),
		async () => {
			fault.textContent = '';
			const message = await client.post(`endpoint/${id}/send-example`, { eventType: chosen });
			go(['endpoint', id, 'message', message.id], t('test.sent'));
		},
		{ class: 'primary' },
	);
	show(chosen);
	return [field(t('test.type'), build), place, fault, h('div', { class: 'actions' }, send)];
}

/** Shows the form that sends the example of an event type. */
async function showTest(app, [id]) {
	const { t } = app;
	const { eventTypes } = await app.loadOverview();
	const types = eventTypes.filter(({ example }) => example !== null);
	return {
		title: t('test.title'),
		back: ['endpoint', id],
		content: [
			h('p', {}, t('test.text')),
			types.length === 0 ? empty(t('test.empty')) : buildForm(app, id, types),
		],
	};
}

module.exports = { showTest };
