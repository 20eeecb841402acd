/** Placeholder for a secret in items, logs and answers. */
export const HIDDEN = '••••••••';

/** Shortest text that is hidden: shorter ones are no secrets, and occur everywhere. */
const MIN_SECRET_LENGTH = 4;

const toUnicodeEscape = (character: string): string =>
	`\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

const HTML_ENTITIES: Record<string, string> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
};

/** Lists the forms in which an answer may repeat a secret: in JSON, in a URL, in HTML, in base64. */
function listForms(secret: string): string[] {
	const trimmed = secret.trim();
	const unprefixed = trimmed.replace(/^whsec_/, '');
	const json = JSON.stringify(trimmed).slice(1, -1);
	// A lone surrogate cannot be encoded, and cannot be sent either.
	const url = encodeURIComponent(Buffer.from(trimmed).toString('utf8'));
	return [
		trimmed,
		unprefixed,
		json,
		// Text in JSON may be JSON itself.
		JSON.stringify(json).slice(1, -1),
		json.replaceAll('/', '\\/'),
		// JSON as Go's and Python's encoders write it.
		json.replace(/[<>&]/g, toUnicodeEscape),
		json.replace(/[^\x20-\x7e]/g, toUnicodeEscape),
		url,
		url.replace(/%../g, (code) => code.toLowerCase()),
		url.replaceAll('%20', '+'),
		trimmed.replace(/[&<>"']/g, (character) => HTML_ENTITIES[character]),
		Buffer.from(trimmed).toString('base64'),
		Buffer.from(trimmed).toString('base64url'),
	];
}

/** Computes, for each beginning of a form, how long its longest other beginning is that also ends it. */
function computeBorders(form: string): Uint32Array {
	const borders = new Uint32Array(form.length);
	for (let end = 1, matched = 0; end < form.length; end += 1) {
		while (matched > 0 && form[end] !== form[matched]) matched = borders[matched - 1];
		if (form[end] === form[matched]) matched += 1;
		borders[end] = matched;
	}
	return borders;
}

/**
 * Returns how many characters at the end of a text are the beginning of a form. Its time grows with the lengths only:
 * who chooses a secret may choose the answer, too.
 */
function measureCutEnd(text: string, form: string): number {
	const borders = computeBorders(form);
	let matched = 0;
	for (const character of text.slice(-(form.length - 1)).split('')) {
		while (matched > 0 && character !== form[matched]) matched = borders[matched - 1];
		if (character === form[matched]) matched += 1;
	}
	return matched;
}

/** Hides the beginning of a secret at the end of a text that was cut there. */
function maskCutEnd(text: string, forms: string[]): string {
	for (const form of forms) {
		const length = measureCutEnd(text, form);
		if (length >= MIN_SECRET_LENGTH) return text.slice(0, -length) + HIDDEN;
	}
	return text;
}

/**
 * Hides secrets in a text.
 * @param isCut whether the text may end within a secret
 */
export type SecretMask = (text: string, isCut?: boolean) => string;

/** Creates a mask for secrets, in every form in which an answer may repeat them. */
export function createMask(secrets: string[]): SecretMask {
	const forms = [...new Set(secrets.flatMap(listForms))]
		.filter(({ length }) => length >= MIN_SECRET_LENGTH)
		.sort((a, b) => b.length - a.length);
	return (text, isCut = false) => {
		let masked = text;
		for (const form of forms) masked = masked.replaceAll(form, () => HIDDEN);
		return isCut ? maskCutEnd(masked, forms) : masked;
	};
}
