const { button, h } = require('./dom');

/** What the page says while it works, and when it has. */

/** Runs a task from a button, which says so while it runs. @param app `tell` says what went wrong */
function runTask({ t, tell }, control, task) {
	const label = control.textContent;
	control.disabled = true;
	control.setAttribute('aria-busy', 'true');
	control.textContent = t('working');
	return task()
		.catch((error) => tell(error))
		.finally(() => {
			control.disabled = false;
			control.removeAttribute('aria-busy');
			control.textContent = label;
		});
}

/** Builds a button that runs a task. @param task gets the button */
function taskButton(app, text, task, props = {}) {
	const run = ({ currentTarget }) =>
		void runTask(app, currentTarget, async () => await task(currentTarget));
	return button(text, run, props);
}

/** Builds a place for a message that screen readers announce. */
const messagePlace = (role = 'alert') => h('p', { class: 'message', role });

const loading = (t) => h('p', { class: 'loading', role: 'status' }, t('loading'));

const empty = (text, ...actions) => h('div', { class: 'empty' }, h('p', {}, text), actions);

/**
 * Builds a form with its buttons.
 * @param fields what a person fills in
 * @param save gets a function that says what has to be filled in differently
 */
function buildForm(app, fields, label, save) {
	const { describe, t } = app;
	const fault = messagePlace();
	const say = (text) => void (fault.textContent = text);
	const send = h('button', { type: 'submit', class: 'primary' }, label);
	const teller = { t, tell: (error) => say(describe(error)) };
	return h(
		'form',
		{
			novalidate: true,
			onsubmit: (event) => {
				event.preventDefault();
				say('');
				void runTask(teller, send, async () => await save(say));
			},
		},
		fields,
		fault,
		h(
			'div',
			{ class: 'actions' },
			send,
			button(t('cancel'), () => app.back()),
		),
	);
}

/** Asks before something that cannot be undone. The dialog is modal, and closes with Escape. */
function confirm({ describe, t }, { action, text, title }, task) {
	const opener = document.activeElement;
	const fault = messagePlace();
	const close = () => {
		dialog.close();
		dialog.remove();
		opener?.focus?.();
	};
	const run = async ({ currentTarget }) => {
		const tell = (error) => {
			fault.textContent = describe(error);
			if (fault.textContent === '') close();
		};
		const wasDone = await runTask({ t, tell }, currentTarget, async () => {
			await task();
			return true;
		});
		if (wasDone) close();
	};
	const dialog = h(
		'dialog',
		{ 'aria-labelledby': 'dialog-title', oncancel: close },
		h('h2', { id: 'dialog-title' }, title),
		h('p', {}, text),
		fault,
		h(
			'div',
			{ class: 'actions' },
			button(t('cancel'), close, { autofocus: true }),
			button(action, run, { class: 'danger' }),
		),
	);
	document.body.append(dialog);
	dialog.showModal();
}

/** Builds a button that copies a text. */
function copyButton({ notify, t }, read, label) {
	return button(
		t('copy'),
		() =>
			navigator.clipboard.writeText(read()).then(
				() => notify(t('copied')),
				() => notify(t('copyFault')),
			),
		{ 'aria-label': label },
	);
}

module.exports = {
	buildForm,
	confirm,
	copyButton,
	empty,
	loading,
	messagePlace,
	taskButton,
};
