const { showAuthentication } = require('./authenticationView');
const { createClient, describeError, PortalError } = require('./client');
const { showDelivery } = require('./deliveryView');
const { h, link, outsideLink } = require('./dom');
const { showEditEndpoint, showNewEndpoint } = require('./endpointForm');
const { showEndpoint } = require('./endpointView');
const { showEndpoints } = require('./endpointsView');
const { loading } = require('./feedback');
const { formatMinute } = require('./format');
const { showLog } = require('./logView');
const { showMessage } = require('./messageView');
const { showRecover } = require('./recoverView');
const { showSecret, showVerify } = require('./secretView');
const { isExpired, readSession, readView, toHash } = require('./session');
const { showTest } = require('./testView');
const { createTexts } = require('./texts');

const ENDPOINT_VIEWS = {
	authentication: showAuthentication,
	delivery: showDelivery,
	edit: showEditEndpoint,
	log: showLog,
	message: showMessage,
	recover: showRecover,
	secret: showSecret,
	test: showTest,
	verify: showVerify,
};

/** Finds the view that an address names; the first view for any other. */
function findView([name, ...parts]) {
	if (name === 'new') return [showNewEndpoint, parts];
	if (name !== 'endpoint' || parts.length === 0) return [showEndpoints, []];
	const isNamed = Object.hasOwn(ENDPOINT_VIEWS, parts[1] ?? '');
	return [isNamed ? ENDPOINT_VIEWS[parts[1]] : showEndpoint, parts];
}

/** The page while its link is valid. */
class App {
	constructor({ config, session, t, window }) {
		Object.assign(this, { config, session, t, window, toHash });
		this.client = createClient({
			fetch: (...call) => window.fetch(...call),
			session,
			url: window.location.href.split('#')[0],
		});
		this.main = window.document.getElementById('main');
		this.status = window.document.getElementById('status');
		this.turn = 0;
		for (const name of ['describe', 'forget', 'go', 'notify', 'refresh', 'tell']) {
			this[name] = this[name].bind(this);
		}
	}

	/** Loads what the first view shows; other views use what is loaded already. */
	async loadOverview({ isFresh = false } = {}) {
		if (isFresh || this.loaded === undefined) this.loaded = await this.client.get('portal');
		return this.loaded;
	}

	/** @throws PortalError 404 */
	async loadEndpoint(id) {
		const overview = await this.loadOverview();
		const endpoint = overview.endpoints.find((candidate) => candidate.id === id);
		if (endpoint === undefined) throw new PortalError(404);
		return { endpoint, overview };
	}

	forget() {
		this.loaded = undefined;
	}

	/** Says in a line at the top that something was done. */
	notify(text, { isFault = false } = {}) {
		this.status.className = isFault ? 'fault' : '';
		this.status.textContent = text;
	}

	/** Says there what went wrong. */
	tell(error) {
		this.notify(this.describe(error), { isFault: true });
	}

	/** Says in words what went wrong; nothing if the link has ended, which ends the page. */
	describe(error) {
		if (error instanceof PortalError && error.status === 401) {
			showEnded(this, 'ended.text');
			return '';
		}
		return describeError(this.t, error);
	}

	/** Goes to a view, which says that something was done. */
	go(parts, text) {
		const hash = toHash(this.session, parts);
		this.said = text;
		if (this.window.location.hash === hash) this.arrive();
		else this.window.location.hash = hash;
	}

	/** Shows the view that the address names now. */
	arrive() {
		this.notify(this.said ?? '');
		this.said = undefined;
		void this.refresh();
	}

	back() {
		this.window.history.back();
	}

	/** Shows the view that the address names. */
	async refresh() {
		this.turn += 1;
		const { t, turn } = this;
		const [show, parts] = findView(readView(this.window.location.hash));
		this.main.setAttribute('aria-busy', 'true');
		this.main.replaceChildren(loading(t));
		const view = await show(this, parts).catch((error) => this.toFault(error));
		if (turn !== this.turn || this.hasEnded) return;
		const { back, content, title } = view;
		const heading = h('h1', { tabindex: -1 }, title);
		this.main.replaceChildren(
			...[
				back && link(toHash(this.session, back), { class: 'back' }, t('back')),
				heading,
				...content.flat(3),
			].filter((part) => part),
		);
		this.main.removeAttribute('aria-busy');
		this.window.document.title = `${title} – ${this.config.name || t('name')}`;
		heading.focus({ preventScroll: true });
		this.window.scrollTo(0, 0);
	}

	/** Returns the view that says what went wrong. */
	toFault(error) {
		const text = this.describe(error);
		const again = h(
			'button',
			{ type: 'button', onclick: () => void this.refresh() },
			this.t('again'),
		);
		return {
			title: this.t('error.title'),
			back: [],
			content: [
				h('p', { class: 'message', role: 'alert' }, text),
				h('div', { class: 'actions' }, again),
			],
		};
	}
}

/** Shows that the link cannot be used, and where its owner gives a new one. */
function showEnded(app, key) {
	const { config, t, window } = app;
	app.hasEnded = true;
	const main = window.document.getElementById('main');
	const heading = h('h1', { tabindex: -1 }, t('ended.title'));
	main.removeAttribute('aria-busy');
	main.replaceChildren(
		heading,
		h('p', {}, t(key)),
		h(
			'p',
			{},
			config.refreshUrl
				? outsideLink(config.refreshUrl, { class: 'button primary' }, t('ended.refresh'))
				: t('ended.ask'),
		),
	);
	window.document.title = t('ended.title');
	heading.focus();
}

/** Shows the owner's name, logo and colors, and lets the keyboard skip them. */
function dress({ config, t, window }) {
	const { document } = window;
	document.getElementById('name').textContent = config.name || t('name');
	const logo = document.getElementById('logo');
	if (config.logo) {
		logo.src = config.logo;
		logo.hidden = false;
	}
	document.getElementById('skip').addEventListener('click', (event) => {
		// The part of the address after # is the link itself.
		event.preventDefault();
		document.getElementById('main').focus();
	});
	const { style } = document.documentElement;
	if (config.accentColor) style.setProperty('--accent', config.accentColor);
	if (config.accentTextColor) style.setProperty('--on-accent', config.accentTextColor);
}

/** Starts the page. Another link that is pasted into the address bar starts it anew. */
async function start(window) {
	const { document, location } = window;
	const config = JSON.parse(document.getElementById('config').textContent);
	const t = createTexts(config.texts);
	const session = readSession(location.hash);
	dress({ config, t, window });
	const page = { config, t, window };
	if (session === undefined) return showEnded(page, 'ended.none');
	if (isExpired(session, Date.now())) return showEnded(page, 'ended.text');
	const app = new App({ ...page, session });
	if (session.expiresAtMs !== null) {
		const time = formatMinute(new Date(session.expiresAtMs).toISOString());
		document.getElementById('until').textContent = t('until', { time });
	}
	window.addEventListener('hashchange', () => {
		if (readSession(location.hash)?.token !== session.token) return void location.reload();
		app.arrive();
	});
	return await app.refresh();
}

module.exports = { start };
