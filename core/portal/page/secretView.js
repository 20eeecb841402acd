const { button, code, field, h, select } = require('./dom');
const { confirm, copyButton, messagePlace } = require('./feedback');
const { listLanguages, writeSnippet } = require('./snippets');

const HOUR_SECONDS = 3600;

/** How long an old secret goes on signing, in seconds, with the key of its text. */
const OVERLAPS = [
	[0, 'rotate.now'],
	[HOUR_SECONDS, 'rotate.hour'],
	[24 * HOUR_SECONDS, 'rotate.day'],
	[7 * 24 * HOUR_SECONDS, 'rotate.week'],
];

/** Builds the button that shows the secret; it is loaded only then. */
function buildReveal(app, id) {
	const { client, describe, t } = app;
	const place = h('div', { 'aria-live': 'polite' });
	const reveal = button(t('secret.reveal'), () =>
		client.get(`endpoint/${id}/secret`).then(
			({ key }) =>
				place.replaceChildren(
					code(key, t('secret.title')),
					copyButton(app, () => key, t('secret.copy')),
				),
			(error) =>
				place.replaceChildren(h('p', { class: 'message', role: 'alert' }, describe(error))),
		),
	);
	return h(
		'section',
		{},
		h('h2', {}, t('secret.current')),
		h('p', {}, t('secret.text')),
		reveal,
		place,
	);
}

/** Builds the form that replaces the secret. */
function buildRotation(app, id) {
	const { client, notify, refresh, t } = app;
	let overlap;
	const build = (props) => {
		overlap = select(
			props,
			OVERLAPS.map(([seconds, key]) => [String(seconds), t(key)]),
			String(24 * HOUR_SECONDS),
		);
		return overlap;
	};
	const element = field(t('rotate.overlap'), build, t('rotate.hint'));
	const rotate = async () => {
		await client.post(`endpoint/${id}/secret/rotate`, {
			gracePeriodSeconds: Number(overlap.value),
		});
		notify(t('rotate.done'));
		await refresh();
	};
	const ask = () =>
		confirm(
			app,
			{ title: t('rotate.title'), text: t('rotate.text'), action: t('rotate.do') },
			rotate,
		);
	return h('section', {}, h('h2', {}, t('rotate.title')), element, button(t('rotate.do'), ask));
}

/** Shows the signing secret of an endpoint, on demand, and replaces it. */
async function showSecret(app, [id]) {
	const { canManage, canReadSecrets } = app.session;
	return {
		title: app.t('secret.title'),
		back: ['endpoint', id],
		content: [canReadSecrets && buildReveal(app, id), canManage && buildRotation(app, id)],
	};
}

/** Shows code that verifies requests. */
async function showVerify(app, [id]) {
	const { t } = app;
	const place = h('div', { 'aria-live': 'polite' }, messagePlace('status'));
	const show = (language) => {
		const text = writeSnippet(language);
		place.replaceChildren(
			code(text, language),
			copyButton(app, () => text, t('verify.copy')),
		);
	};
	const languages = listLanguages();
	const choose = (props) =>
		select(
			{ ...props, onchange: ({ currentTarget }) => show(currentTarget.value) },
			languages.map((name) => [name, name]),
			languages[0],
		);
	show(languages[0]);
	return {
		title: t('verify.title'),
		back: ['endpoint', id],
		content: [h('p', {}, t('verify.text')), field(t('verify.language'), choose), place],
	};
}

module.exports = { showSecret, showVerify };
