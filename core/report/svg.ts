type Attributes = Record<string, string | number | undefined>;

const ENTITIES: Record<string, string> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
};

// XML 1.0 has no way to write these, not even escaped.
const UNWRITABLE =
	/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]|[\u{D800}-\u{DFFF}]/gu;

const escaped = (text: string): string =>
	text.replace(UNWRITABLE, '').replace(/[&<>"]/g, (character) => ENTITIES[character]);

/** An element's content: plain text, which is escaped here, or elements. */
export type Content = string | Element[];

/** A piece of SVG, made by {@link createElement} alone, so that nothing in it is unescaped. */
export class Element {
	constructor(readonly markup: string) {}
}

const contentOf = (content: Content): string =>
	typeof content === 'string' ? escaped(content) : content.map(({ markup }) => markup).join('');

/**
 * An SVG element.
 * @param attributes numbers are rounded to hundredths; those that are `undefined` stay away
 */
export function createElement(
	name: string,
	attributes: Attributes,
	content: Content = '',
): Element {
	const written = Object.entries(attributes).flatMap(([key, value]) => {
		if (value === undefined) return [];
		const text = typeof value === 'number' ? String(Math.round(value * 100) / 100) : value;
		return [` ${key}="${escaped(text)}"`];
	});
	const inner = contentOf(content);
	return new Element(
		inner === ''
			? `<${name}${written.join('')}/>`
			: `<${name}${written.join('')}>${inner}</${name}>`,
	);
}
