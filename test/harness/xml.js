/** Reads XML with a strict parser: saxes, which jsdom brings, and n8n jsdom. */
const path = require('node:path');

const { n8nHome } = require('./project');

const { SaxesParser } = require(path.join(n8nHome, 'node_modules/saxes'));

/**
 * The root element as `{ name, attributes, children, text }`.
 * @throws where the text is not well-formed
 */
function parseXml(text) {
	const parser = new SaxesParser({ xmlns: true });
	const open = [{ children: [], text: '' }];
	parser.on('error', (error) => {
		throw error;
	});
	parser.on('opentag', ({ attributes, local, uri }) => {
		const values = Object.values(attributes).map(({ name, value }) => [name, value]);
		const element = {
			name: local,
			uri,
			attributes: Object.fromEntries(values),
			children: [],
			text: '',
		};
		open.at(-1).children.push(element);
		open.push(element);
	});
	parser.on('text', (part) => {
		open.at(-1).text += part;
	});
	parser.on('closetag', () => open.pop());
	parser.write(text).close();
	return open[0].children[0];
}

/** An element and all that are in it, as they stand in the text. */
const elementsOf = (element) => [element, ...element.children.flatMap(elementsOf)];

module.exports = { elementsOf, parseXml };
