const { field, h, select, tie } = require('./dom');
const { buildForm } = require('./feedback');

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

function buildAuthentication(app, id, current) {
	const { client, go, t } = app;
	const place = h('div', {});
	let shown;
	const show = (type) => {
		shown = { type, ...buildFields(t, type, current) };
		place.replaceChildren(...shown.elements);
	};
	const types = Object.keys(FIELDS).map((type) => [type, t(`authentication.type.${type}`)]);
	const chosen = FIELDS[current.type] === undefined ? 'none' : current.type;
	const choose = (props) =>
		select({ ...props, onchange: ({ currentTarget }) => show(currentTarget.value) }, types, chosen);
	const save = async () => {
		await client.put(`endpoint/${id}/authentication`, { type: shown.type, ...shown.read() });
		go(['endpoint', id], t('authentication.saved'));
	};
	show(chosen);
	const fields = [field(t('authentication.type'), choose, t('authentication.hint')), place];
	return buildForm(app, fields, t('save'), save);
}

/** Shows how an endpoint recognizes its sender, in addition to the signature, and changes it. */
async function showAuthentication(app, [id]) {
	const current = await app.client.get(`endpoint/${id}/authentication`);
	return {
		title: app.t('authentication.title'),
		back: ['endpoint', id],
		content: [h('p', {}, app.t('authentication.text')), buildAuthentication(app, id, current)],
	};
}

module.exports = { showAuthentication };
