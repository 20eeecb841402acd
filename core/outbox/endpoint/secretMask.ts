import type { Endpoint } from '../model';

import { HIDDEN } from './presentEndpoint';

/** Shorter texts keep nothing secret, and occur everywhere. */
const MIN_SECRET_LENGTH = 4;

/** Fields of the Sending credential that are secret. Some have several secrets, separated by white space. */
const SECRET_FIELDS = ['token', 'password', 'signingSecret', 'furtherSigningSecrets'];

/** Lists an endpoint's secrets as they were entered. */
function listSecrets({ authentication, headers, signing, url }: Endpoint['secrets']): string[] {
	const fields = SECRET_FIELDS.map((name) => String(authentication[name] ?? ''));
	const parameters = URL.canParse(url) ? [...new URL(url).searchParams.values()] : [];
	const [, query = ''] = url.split('?', 2);
	const { password = '', user = '' } = authentication;
	return [
		...signing.map(({ secret }) => secret),
		...fields,
		...fields.flatMap((value) => value.split(/\s+/)),
		...Object.values(headers),
		// Of "Bearer abc", the second word alone is the secret.
		...Object.values(headers).map((value) => value.split(' ').slice(1).join(' ')),
		query,
		...query.split('&').map((part) => part.slice(part.indexOf('=') + 1)),
		...parameters,
		...(password === '' ? [] : [Buffer.from(`${user}:${password}`).toString('base64')]),
	];
}

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

/**
 * Creates a mask for what an endpoint answers, which may repeat what was sent to it: its signing secrets,
 * its authentication, the values of its headers, and its URL's query.
 */
export function createSecretMask({ secrets }: Pick<Endpoint, 'secrets'>): SecretMask {
	const forms = [...new Set(listSecrets(secrets).flatMap(listForms))]
		.filter(({ length }) => length >= MIN_SECRET_LENGTH)
		.sort((a, b) => b.length - a.length);
	return (text, isCut = false) => {
		let masked = text;
		for (const form of forms) masked = masked.replaceAll(form, () => HIDDEN);
		return isCut ? maskCutEnd(masked, forms) : masked;
	};
}
