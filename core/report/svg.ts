type Attributes = Record<string, string | number | undefined>;

const ENTITIES: Record<string, string> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
};

// XML 1.0 cannot contain these characters, not even escaped.
const UNWRITABLE =
	/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]|[\u{D800}-\u{DFFF}]/gu;

const escapeText = (text: string): string =>
	text.replace(UNWRITABLE, '').replace(/[&<>"]/g, (character) => ENTITIES[character]);

/** An element's content: plain text, which is escaped, or elements. */
export type Content = string | Element[];

/** A piece of SVG. Only {@link createElement} creates it, so that everything in it is escaped. */
export class Element {
	constructor(readonly markup: string) {}
}

const formatContent = (content: Content): string =>
	typeof content === 'string' ? escapeText(content) : content.map(({ markup }) => markup).join('');

/**
 * Creates an SVG element.
 * @param attributes numbers are rounded to hundredths; `undefined` ones are left out
 */
export function createElement(
	name: string,
	attributes: Attributes,
	content: Content = '',
): Element {
	const formattedAttributes = Object.entries(attributes).flatMap(([key, value]) => {
		if (value === undefined) return [];
		const formatted = typeof value === 'number' ? String(Math.round(value * 100) / 100) : value;
		return [` ${key}="${escapeText(formatted)}"`];
	});
	const inner = formatContent(content);
	return new Element(
		inner === ''
			? `<${name}${formattedAttributes.join('')}/>`
			: `<${name}${formattedAttributes.join('')}>${inner}</${name}>`,
	);
}
