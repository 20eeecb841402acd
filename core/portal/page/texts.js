/** The page's texts: English, or the owner's. */

/**
 * Creates the function that looks up a text and fills it in.
 * @param texts by key, with places such as `{count}`; `key.one` is used for a count of one
 */
function createTexts(texts) {
	return (key, values = {}) => {
		const found = (values.count === 1 ? texts[`${key}.one`] : undefined) ?? texts[key] ?? key;
		return found.replace(/\{(\w+)\}/g, (place, name) =>
			Object.hasOwn(values, name) ? String(values[name]) : place,
		);
	};
}

module.exports = { createTexts };
