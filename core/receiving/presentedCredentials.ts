import { isObject } from '../lib/fieldPath';

import type { Caller } from './tokenMethods';

/** Matches the names of headers and URL parameters with which callers of any platform authenticate. */
const CREDENTIAL_NAME = /authorization|cookie|token|secret|password|api[-_]?key/i;

/** The URL parameter that authenticates callers of this package's trigger. */
const TOKEN_NAME = /^token$/i;

// Values of other parameters and headers may be words that occur elsewhere, e.g. ?token_type=bearer.
const MIN_OTHER_CHARACTERS = 16;

/** Matches media types, URLs and lower-case words, which headers named like a credential may have too. */
const NO_CREDENTIAL =
	/^(?:(?:application|audio|font|image|message|model|multipart|text|video)\/|https?:\/\/|[a-z]{1,12}(?:[ ./:_+-][a-z]{1,12})*$)/i;

/** Returns whether a text that did not authenticate its caller looks like a credential. */
const looksLikeCredential = (text: string): boolean =>
	text.length >= MIN_OTHER_CHARACTERS && !NO_CREDENTIAL.test(text);

/** Lists all texts in a value, e.g. in the list that a repeated URL parameter is. */
function listTexts(value: unknown): string[] {
	if (typeof value === 'string') return [value];
	if (typeof value !== 'object' || value === null) return [];
	return Object.values(value).flatMap(listTexts);
}

/** Lists the tokens in URL parameters at any depth: `?x[token]=` is `{ x: { token } }`. */
function listQueryTokens(query: unknown): string[] {
	if (!isObject(query) && !Array.isArray(query)) return [];
	return Object.entries(query).flatMap(([name, value]) => {
		const texts = listTexts(value);
		if (TOKEN_NAME.test(name)) return texts;
		if (CREDENTIAL_NAME.test(name)) {
			return texts.filter(looksLikeCredential);
		}
		return listQueryTokens(value);
	});
}

/** Matches the text before a token in a header. */
const PREFIX = /^\S+[ \t]+|^[\w-]+=(?!=*$)/;

/** Lists what an Authorization header contains: the credentials, and for Basic the password and the pair. */
function listAuthorizationSecrets(value: string): string[] {
	const [, scheme, credentials] = /^\s*(?:(\S+)[ \t]+)?(.*)$/s.exec(value) ?? [];
	if (credentials === undefined) return [];
	if (scheme?.toLowerCase() !== 'basic') return [credentials];
	const pair = Buffer.from(credentials, 'base64').toString('utf8');
	const colon = pair.indexOf(':');
	return [credentials, ...(colon === -1 ? [] : [pair, pair.slice(colon + 1)])];
}

const ESCAPES = /(?:%[0-9a-f]{2})+/gi;
const ASCII_ESCAPE = /%([0-7][0-9a-f])/gi;

const decodeHex = (_: string, hex: string): string => String.fromCharCode(parseInt(hex, 16));

function tryDecodePercent(text: string): string | undefined {
	try {
		return decodeURIComponent(text);
	} catch {
		return undefined;
	}
}

/** Decodes percent escapes, as far as they are valid. */
const decodePercent = (text: string): string =>
	tryDecodePercent(text) ??
	text.replace(
		ESCAPES,
		(escapes) => tryDecodePercent(escapes) ?? escapes.replace(ASCII_ESCAPE, decodeHex),
	);

/** Decodes the escapes of JSON that can represent a character of a credential. */
const decodeJsonEscapes = (text: string): string =>
	text.replace(/\\u([0-9a-f]{4})|\\(["\\/])/gi, (_, hex?: string, character?: string) =>
		hex === undefined ? (character ?? '') : decodeHex('', hex),
	);

// A proxy's header may contain a URL that contains another one.
const MAX_ENCODINGS = 3;

/** Lists a text and what it is after percent-decoding, once or several times. */
function listDecodings(text: string): string[] {
	const decodings = [text];
	for (let round = 0; round < MAX_ENCODINGS; round += 1) {
		const last = decodings[decodings.length - 1];
		if (!last.includes('%')) break;
		decodings.push(decodePercent(last));
	}
	return decodings;
}

const PARAMETER = /(?:^|[?&;#])([^=&?#;\s]{1,100})=([^&#\s;,"'<>]+)/g;

/** Lists the tokens in the URLs that a text contains, e.g. in the headers Referer and X-Original-URL. */
function listUrlTokens(text: string): string[] {
	if (!/token/i.test(text) && !text.includes('%')) return [];
	return listDecodings(text).flatMap((decoding) =>
		[...decoding.matchAll(PARAMETER)].flatMap(([, name, value]) =>
			/(?:^|\[)token\]?$/i.test(decodePercent(name)) ? [value, decodePercent(value)] : [],
		),
	);
}

function listHeaderSecrets(name: string, value: string): string[] {
	if (/authorization/i.test(name)) return listAuthorizationSecrets(value);
	if (!CREDENTIAL_NAME.test(name)) return listUrlTokens(value);
	return [value, ...value.split(/;\s*|=/)].filter(looksLikeCredential);
}

/** Leaves out values that are named like credentials, at any depth. */
function omitNamedCredentials(values: unknown): unknown {
	if (Array.isArray(values)) return values.map(omitNamedCredentials);
	if (!isObject(values)) return values;
	return Object.fromEntries(
		Object.entries(values)
			.filter(([name]) => !CREDENTIAL_NAME.test(name))
			.map(([name, value]) => [name, omitNamedCredentials(value)]),
	);
}

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

const lowerEscapes = (text: string): string =>
	text.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());

/** Lists the forms in which URLs and JSON write a text. */
function listSpellings(text: string): string[] {
	// Half of a surrogate pair cannot be escaped.
	const escaped = encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8'));
	const json = JSON.stringify(text).slice(1, -1);
	return [
		text,
		escaped,
		lowerEscapes(escaped),
		escaped.replaceAll('%20', '+'),
		json,
		json.replaceAll('/', '\\/'),
	];
}

// A word of fewer characters may be part of others.
const MIN_CHARACTERS_WITHIN_WORDS = 8;

interface Spelling {
	text: string;
	/** Finds a short text only as a word of its own. */
	pattern: RegExp;
}

function createSpelling(text: string): Spelling {
	const source = escapePattern(text);
	const isShort = text.length < MIN_CHARACTERS_WITHIN_WORDS;
	const pattern = isShort ? `(?<![A-Za-z0-9])${source}(?![A-Za-z0-9])` : source;
	return { text, pattern: new RegExp(pattern, 'g') };
}

// More than any caller presents; bounds the search.
const MAX_CREDENTIALS = 12;

/** The shortest first part of a JSON Web Token, which is a JSON object in base64url. */
const MIN_TOKEN_HEADER = 'eyJ'.length + 8;

/**
 * Finds the JSON Web Tokens in a text, in linear time: a regular expression would start again at each `eyJ`.
 */
const findJsonWebTokens = (text: string): string[] =>
	(text.match(/[\w.-]+/g) ?? []).flatMap((word) => {
		const parts = word.split('.');
		return parts.flatMap((part, index) => {
			const start = part.indexOf('eyJ');
			const [claims, signature] = parts.slice(index + 1, index + 3);
			const isToken =
				start !== -1 &&
				part.length - start >= MIN_TOKEN_HEADER &&
				claims?.length >= 2 &&
				signature !== undefined;
			return isToken ? [`${part.slice(start)}.${claims}.${signature}`] : [];
		});
	});

/** Lists the JSON Web Tokens in headers and URL parameters: anyone who sees one can use it. */
const listJsonWebTokens = ({ headers, query }: Caller): string[] =>
	[...listTexts(headers), ...listTexts(query)].flatMap(findJsonWebTokens);

/** Lists what a caller presents. What authenticates callers of the trigger comes first, and is never left out. */
function listCredentials({ headers, query }: Caller, headerNames: string[]): string[] {
	const { authorization, ...otherHeaders } = headers;
	const credentials = [
		...listTexts(query.token),
		...listTexts(authorization).flatMap(listAuthorizationSecrets),
		...headerNames
			.flatMap((name) => listTexts(headers[name]))
			.flatMap((text) => [text, text.replace(PREFIX, '')]),
		...listJsonWebTokens({ headers, query }),
		...listQueryTokens(query),
		...Object.entries(otherHeaders).flatMap(([name, value]) =>
			listTexts(value).flatMap((text) => listHeaderSecrets(name, text)),
		),
	].filter((credential) => credential !== '');
	return [...new Set(credentials)].slice(0, MAX_CREDENTIALS);
}

const JSON_NUMBER = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

// Longer texts are searched for the usual spellings, but not decoded.
const MAX_DECODED_CHARACTERS = 64 * 1024;

// Larger bodies are decoded as a whole before all of their texts are.
const MAX_SEARCHED_BODY_BYTES = 256 * 1024;

/** The text that replaces a credential. */
const MASK = '***';

/**
 * Masks the credentials that a caller presents wherever a request contains them: proxies and platforms copy
 * URLs with tokens into headers and bodies.
 */
export class CredentialMask {
	/** Longer ones first: a pair contains its password. */
	private readonly spellings: Spelling[];

	private readonly credentials: string[];

	private readonly hasSpace: boolean;

	/** The length of the shortest spelling; most texts of a body are shorter. */
	private readonly minCharacters: number;

	/** Credentials that a body may have as numbers, rounded as its parser does. */
	private readonly numbers: Set<number>;

	/** @param headerNames other headers, in lower case, that contain a token */
	constructor(caller: Caller, headerNames: string[] = []) {
		this.credentials = listCredentials(caller, headerNames);
		this.hasSpace = this.credentials.some((credential) => credential.includes(' '));
		const texts = this.credentials.flatMap(listSpellings);
		this.spellings = [...new Set(texts)].sort((a, b) => b.length - a.length).map(createSpelling);
		this.minCharacters = this.spellings[this.spellings.length - 1]?.text.length ?? Infinity;
		this.numbers = new Set(this.credentials.filter((text) => JSON_NUMBER.test(text)).map(Number));
	}

	/** Masks the credentials in a text; all of it if it contains one in an encoding of its own. */
	maskText(text: string): string {
		if (text.length < this.minCharacters) return text;
		const masked = this.maskSpellings(text);
		if (!masked.includes('%') || masked.length > MAX_DECODED_CHARACTERS) return masked;
		const [, ...decodings] = listDecodings(masked);
		const isHidden = decodings
			.flatMap((decoding) => [decoding, decoding.replaceAll('+', ' ')])
			.some((decoding) => this.maskSpellings(decoding) !== decoding);
		return isHidden ? MASK : masked;
	}

	/** Masks the credentials in all texts and names of a JSON value. Returns the same value if it has none. */
	maskValue(value: unknown): unknown {
		if (this.spellings.length === 0) return value;
		if (typeof value === 'string') return this.maskText(value);
		if (typeof value === 'number') return this.maskNumber(value);
		if (Array.isArray(value)) {
			const masked = value.map((element) => this.maskValue(element));
			return masked.some((element, index) => element !== value[index]) ? masked : value;
		}
		return isObject(value) ? this.maskObject(value) : value;
	}

	/** Masks a body. Looks into it only if its bytes may contain a credential. */
	maskBody(value: unknown, rawBody: Buffer): unknown {
		return this.mayContain(rawBody) ? this.maskValue(value) : value;
	}

	/** Leaves out the headers or URL parameters that are named like credentials, and masks the others. */
	maskNamed(values: object): unknown {
		return this.maskValue(omitNamedCredentials(values));
	}

	private maskSpellings(text: string): string {
		return this.spellings.reduce(
			(masked, spelling) =>
				masked.includes(spelling.text) ? masked.replace(spelling.pattern, MASK) : masked,
			text,
		);
	}

	private maskObject(object: Record<string, unknown>): Record<string, unknown> {
		const names = Object.keys(object);
		const masked = names.map((name): [string, unknown] => [
			this.maskText(name),
			this.maskValue(object[name]),
		]);
		const isSame = masked.every(
			([name, value], index) => name === names[index] && value === object[names[index]],
		);
		return isSame ? object : Object.fromEntries(masked);
	}

	private maskNumber(value: number): number | string {
		if (this.numbers.size === 0) return value;
		const text = String(value);
		return this.numbers.has(value) || this.maskSpellings(text) !== text ? MASK : value;
	}

	/** Returns whether a body may contain a credential, also in an encoding or as a number of another notation. */
	private mayContain(rawBody: Buffer): boolean {
		if (this.spellings.length === 0) return false;
		if (this.numbers.size > 0) return true;
		if (this.spellings.some(({ text }) => rawBody.includes(text))) return true;
		if (!rawBody.includes('%') && !rawBody.includes('\\')) return false;
		return rawBody.length <= MAX_SEARCHED_BODY_BYTES || this.isHiddenIn(rawBody.toString('utf8'));
	}

	/** Returns whether a text contains a credential after decoding. */
	private isHiddenIn(text: string): boolean {
		const [unescaped, ...decodings] = listDecodings(decodeJsonEscapes(text));
		// The text itself was searched before.
		return [...(unescaped === text ? [] : [unescaped]), ...decodings].some((decoding) => {
			const inForm = this.hasSpace && decoding.includes('+') ? decoding.replaceAll('+', ' ') : '';
			return this.credentials.some(
				(credential) => decoding.includes(credential) || inForm.includes(credential),
			);
		});
	}
}
