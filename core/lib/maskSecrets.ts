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

/** Hides the beginning of a secret at the end of a text that was cut there. */
function maskCutEnd(text: string, forms: string[]): string {
	for (const form of forms) {
		const longest = Math.min(form.length - 1, text.length);
		for (let length = longest; length >= MIN_SECRET_LENGTH; length -= 1) {
			if (text.endsWith(form.slice(0, length))) return text.slice(0, -length) + HIDDEN;
		}
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
