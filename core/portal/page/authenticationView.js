const { button, field, h, select } = require('./dom');
const { messagePlace, runTask } = require('./feedback');

/** The fields of each type, as the API names them. Secrets are not shown: an empty field keeps the current one. */
const FIELDS = {
	none: [],
	bearer: ['token'],
	urlToken: ['token'],
	basic: ['username', 'password'],
	oauth2: ['tokenUrl', 'clientId', 'clientSecret', 'clientSecretIn', 'scope', 'audience'],
	awsSigV4: ['accessKeyId', 'secretAccessKey', 'sessionToken', 'region', 'service'],
};

const SECRETS = ['token', 'password', 'clientSecret', 'secretAccessKey', 'sessionToken'];

/** Returns a function that ties a control to its label and hint. */
const tie = (control) => (props) => {
	for (const [name, value] of Object.entries(props)) control.setAttribute(name, value);
	return control;
};

function buildControl(t, name, current) {
	if (name === 'clientSecretIn') {
		const places = ['basic', 'body'].map((place) => [place, t(`authentication.in.${place}`)]);
		return select({}, places, current.clientSecretIn ?? 'basic');
	}
	return h('input', {
		type: SECRETS.includes(name) ? 'password' : 'text',
		autocomplete: 'off',
		value: SECRETS.includes(name) ? '' : (current[name] ?? ''),
	});
}

/** Builds the fields of a type, with what the endpoint has. */
function buildFields(t, type, current) {
	const shown = type === current.type ? current : {};
	const controls = FIELDS[type].map((name) => [name, buildControl(t, name, shown)]);
	const elements = controls.map(([name, control]) =>
		field(
			t(`authentication.${name}`),
			tie(control),
			SECRETS.includes(name) && type === current.type ? t('authentication.keep') : undefined,
		),
	);
	/** Reads what was filled in: an empty secret stays as it is, and an empty text is removed. */
	const read = () =>
		Object.fromEntries(
			controls
				.map(([name, control]) => [name, control.value])
				.filter(([name, value]) => value !== '' || ['scope', 'audience'].includes(name)),
		);
	return { elements, read };
}

function buildForm(app, id, current) {
	const { client, describe, go, t } = app;
	const place = h('div', {});
	let fields;
	const show = (type) => {
		fields = { type, ...buildFields(t, type, current) };
		place.replaceChildren(...fields.elements);
	};
	const types = Object.keys(FIELDS).map((type) => [type, t(`authentication.type.${type}`)]);
	const chosen = FIELDS[current.type] === undefined ? 'none' : current.type;
	const choose = (props) =>
		select({ ...props, onchange: ({ currentTarget }) => show(currentTarget.value) }, types, chosen);
	const fault = messagePlace();
	const save = async () => {
		fault.textContent = '';
		await client.put(`endpoint/${id}/authentication`, { type: fields.type, ...fields.read() });
		go(['endpoint', id], t('authentication.saved'));
	};
	const teller = { t, tell: (error) => void (fault.textContent = describe(error)) };
	const send = h('button', { type: 'submit', class: 'primary' }, t('save'));
	show(chosen);
	return h(
		'form',
		{
			novalidate: true,
			onsubmit: (event) => {
				event.preventDefault();
				void runTask(teller, send, save);
			},
		},
		field(t('authentication.type'), choose, t('authentication.hint')),
		place,
		fault,
		h(
			'div',
			{ class: 'actions' },
			send,
			button(t('cancel'), () => app.back()),
		),
	);
}

/** Shows how an endpoint recognizes its sender, in addition to the signature, and changes it. */
async function showAuthentication(app, [id]) {
	const current = await app.client.get(`endpoint/${id}/authentication`);
	return {
		title: app.t('authentication.title'),
		back: ['endpoint', id],
		content: [h('p', {}, app.t('authentication.text')), buildForm(app, id, current)],
	};
}

module.exports = { showAuthentication };
