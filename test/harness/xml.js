/** Reads XML with a strict parser. */
const { SaxesParser } = require('saxes');

/**
 * Parses a document.
 * @returns the root element as `{ name, uri, attributes, children, text }`
 * @throws if the text is not well-formed
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

/** Lists an element and all its descendants, in the order of the text. */
const listElements = (element) => [element, ...element.children.flatMap(listElements)];

module.exports = { listElements, parseXml };
