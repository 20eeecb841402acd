/** Builds elements. Text only ever becomes a text node: there is no way to pass markup. */

const SVG = 'http://www.w3.org/2000/svg';
const SVG_TAGS = new Set(['svg', 'g', 'rect', 'line', 'polyline', 'circle', 'text', 'title']);

/** Attributes that could run a script or load something. Only {@link link} may set `href`. */
const FORBIDDEN = /^(?:on|src|srcdoc|style|action|formaction|xlink|data$)/i;

function setProperty(element, name, value) {
	if (value === undefined || value === null || value === false) return;
	if (typeof value === 'function') return element.addEventListener(name.replace(/^on/, ''), value);
	if (FORBIDDEN.test(name)) throw new Error(`The attribute ${name} is not allowed.`);
	element.setAttribute(name, value === true ? '' : String(value));
}

/**
 * Builds an element.
 * @param props attributes; a function is a listener, e.g. `onclick`
 * @param children elements, texts and lists of them; empty ones are left out
 */
function h(tag, props = {}, ...children) {
	const element = SVG_TAGS.has(tag)
		? document.createElementNS(SVG, tag)
		: document.createElement(tag);
	for (const [name, value] of Object.entries(props)) setProperty(element, name, value);
	const shown = children
		.flat(3)
		.filter((child) => child !== undefined && child !== null && child !== false);
	element.append(...shown.map((child) => (typeof child === 'object' ? child : String(child))));
	return element;
}

/** Builds a link to a view of the page. */
const link = (hash, props, ...children) =>
	h('a', { href: `#${hash.replace(/^#/, '')}`, ...props }, ...children);

/** Builds a link to another page, which learns nothing about this one; its text alone if it is no web address. */
function outsideLink(url, props, ...children) {
	if (!/^https?:\/\//i.test(url)) return h('span', {}, ...children);
	const outside = { href: url, rel: 'noopener noreferrer', target: '_top' };
	return h('a', { ...props, ...outside }, ...children);
}

const button = (text, onclick, props = {}) =>
	h('button', { type: 'button', onclick, ...props }, text);

let fieldCount = 0;

/**
 * Builds a field with its label and its hint.
 * @param control builds the control from the attributes that tie it to them
 */
function field(label, control, hint) {
	fieldCount += 1;
	const id = `field-${fieldCount}`;
	const described = hint === undefined ? {} : { 'aria-describedby': `${id}-hint` };
	return h(
		'div',
		{ class: 'field' },
		h('label', { for: id }, label),
		control({ id, ...described }),
		hint !== undefined && h('p', { id: `${id}-hint`, class: 'hint' }, hint),
	);
}

/** Returns a function that ties a control to its label and hint. */
const tie = (control) => (props) => {
	for (const [name, value] of Object.entries(props)) control.setAttribute(name, value);
	return control;
};

/** Builds a choice. @param options pairs of value and text */
function select(props, options, chosen) {
	return h(
		'select',
		props,
		options.map(([value, text]) => h('option', { value, selected: value === chosen }, text)),
	);
}

/** Builds a text that can be scrolled with the keyboard, e.g. a payload. */
const code = (text, label) =>
	h('pre', { tabindex: 0, role: 'region', 'aria-label': label }, h('code', {}, text));

/** Builds a list of names and values. @param pairs those without a value are left out */
const facts = (pairs) =>
	h(
		'dl',
		{ class: 'facts' },
		pairs
			.filter(([, value]) => value !== undefined && value !== null)
			.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
	);

module.exports = { button, code, facts, field, h, link, outsideLink, select, tie };
