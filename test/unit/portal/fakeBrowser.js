/** A browser of which the portal's page uses little: elements, listeners, an address and fetch. */

class Text {
	constructor(text) {
		this.textContent = text;
	}
}

class Element {
	constructor(page, tag) {
		this.page = page;
		this.tag = tag;
		this.attributes = {};
		this.nodes = [];
		this.listeners = {};
		this.style = {
			values: {},
			setProperty: (name, value) => void (this.style.values[name] = value),
		};
	}

	get children() {
		return this.nodes.filter((node) => node instanceof Element);
	}

	get textContent() {
		return this.nodes.map(({ textContent }) => textContent).join('');
	}

	set textContent(text) {
		this.nodes = [new Text(String(text))];
	}

	get value() {
		if (this.typed !== undefined) return this.typed;
		if (this.tag !== 'select') return this.attributes.value ?? '';
		const chosen = this.children.find(({ attributes }) => 'selected' in attributes);
		return (chosen ?? this.children[0]).attributes.value;
	}

	set value(value) {
		this.typed = value;
	}

	get checked() {
		return this.wasChecked ?? 'checked' in this.attributes;
	}

	set checked(isChecked) {
		this.wasChecked = isChecked;
	}

	get hidden() {
		return 'hidden' in this.attributes;
	}

	set hidden(isHidden) {
		if (isHidden) this.attributes.hidden = '';
		else delete this.attributes.hidden;
	}

	setAttribute(name, value) {
		this.attributes[name] = String(value);
	}

	removeAttribute(name) {
		delete this.attributes[name];
	}

	addEventListener(name, listener) {
		this.listeners[name] = listener;
	}

	append(...nodes) {
		this.nodes.push(...nodes.map((node) => (node instanceof Element ? node : new Text(node))));
	}

	replaceChildren(...nodes) {
		this.nodes = [];
		this.append(...nodes);
	}

	remove() {
		this.page.body.nodes = this.page.body.nodes.filter((node) => node !== this);
	}

	focus() {
		this.page.activeElement = this;
	}

	showModal() {
		this.isOpen = true;
	}

	close() {
		this.isOpen = false;
	}

	fire(name) {
		let isPrevented = false;
		const preventDefault = () => void (isPrevented = true);
		this.listeners[name]?.({ currentTarget: this, preventDefault });
		return isPrevented;
	}

	click() {
		return this.fire('click');
	}

	/** Lists this element and all within it. */
	all() {
		return [this, ...this.children.flatMap((child) => child.all())];
	}
}

const IDS = ['main', 'status', 'name', 'logo', 'skip', 'until'];

/**
 * Creates a browser that shows the page.
 * @param answer gets a call of the page, and returns `{ status, body }`
 */
function createBrowser({ answer, config, hash }) {
	const calls = [];
	const document = { title: '' };
	document.body = new Element(document, 'body');
	document.documentElement = new Element(document, 'html');
	document.createElement = (tag) => new Element(document, tag);
	document.createElementNS = (_, tag) => new Element(document, tag);
	const byId = Object.fromEntries(IDS.map((id) => [id, new Element(document, 'div')]));
	byId.config = new Element(document, 'script');
	byId.config.textContent = JSON.stringify(config);
	document.getElementById = (id) => byId[id];
	const location = {
		href: 'https://n8n.example/webhook/x/svix/portal#secret',
		current: hash,
		reloads: 0,
		reload: () => void (location.reloads += 1),
		get hash() {
			return location.current;
		},
		set hash(next) {
			location.current = next;
			window.hashchange?.();
		},
	};
	const fetch = async (url, { body, headers, ...init }) => {
		const call = JSON.parse(body);
		calls.push({ ...call, url, headers, init });
		const { body: answered = {}, status = 200 } = await answer(call);
		return { ok: status < 300, status, text: async () => JSON.stringify(answered) };
	};
	const window = {
		document,
		location,
		fetch,
		history: { back: () => void (window.wentBack = true) },
		scrollTo: () => {},
		addEventListener: (name, listener) => void (window[name] = listener),
	};
	globalThis.document = document;
	const { main, status } = byId;
	const find = (test) => document.body.all().concat(main.all()).find(test);
	return {
		window,
		calls,
		byId,
		main,
		status,
		find,
		/** Finds what a person would click or read by its text. */
		byText: (tag, text) => find((element) => element.tag === tag && element.textContent === text),
		/** Finds the control that a label is for. */
		byLabel: (text) => {
			const label = find((element) => element.tag === 'label' && element.textContent === text);
			return find(({ attributes }) => attributes.id === label.attributes.for);
		},
		/** Waits until what was started has ended. */
		settle: async () => await new Promise((resolve) => setTimeout(resolve, 5)),
	};
}

module.exports = { createBrowser };
