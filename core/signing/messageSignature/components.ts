import type { RequestHeaders } from '../../http/headers';

import {
	parseDictionary,
	parseList,
	writeDictionary,
	writeMember,
	type Item,
} from './structuredFields';

/** The parts of a request that its components are read from. */
export interface SignedMessage {
	method: string;
	/** The whole URL, as the caller requested it. */
	url: string;
	/** With lower-case names. */
	headers: RequestHeaders;
}

/** The parts of an HTTP URL, as it is written: percent-encoded octets are not decoded. */
interface UrlParts {
	scheme: string;
	authority: string;
	path: string;
	/** With its question mark; empty if there is none. */
	query: string;
}

const DEFAULT_PORTS: Record<string, string> = { http: ':80', https: ':443' };

function splitUrl(url: string): UrlParts | undefined {
	const match = /^(https?):\/\/([^/?#]+)([^?#]*)(\?[^#]*)?$/i.exec(url);
	if (match === null) return undefined;
	const scheme = match[1].toLowerCase();
	const authority = match[2].toLowerCase();
	const port = DEFAULT_PORTS[scheme];
	return {
		scheme,
		authority: authority.endsWith(port) ? authority.slice(0, -port.length) : authority,
		path: match[3] === '' ? '/' : match[3],
		query: match[4] ?? '',
	};
}

/** Writes a name or a value of a query as the RFC does, whatever the request escapes (2.2.8). */
const encodeParameter = (text: string): string =>
	encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8')).replace(
		/[!'()~]/g,
		(character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
	);

/** Reads the value of a query parameter, which must occur once. */
function readQueryParameter({ query }: UrlParts, name: unknown): string | undefined {
	if (typeof name !== 'string') return undefined;
	const values = [...new URLSearchParams(query)]
		.filter(([found]) => encodeParameter(found) === name)
		.map(([, value]) => value);
	return values.length === 1 ? encodeParameter(values[0]) : undefined;
}

/** The derived components of requests that have no parameters (2.2). */
const DERIVED: Record<string, (message: SignedMessage, parts: UrlParts) => string> = {
	'@method': ({ method }) => method,
	'@target-uri': ({ url }) => url,
	'@authority': (_, { authority }) => authority,
	'@scheme': (_, { scheme }) => scheme,
	'@request-target': (_, { path, query }) => path + query,
	'@path': (_, { path }) => path,
	'@query': (_, { query }) => (query === '' ? '?' : query),
};

function readDerived(
	name: string,
	{ parameters }: Item,
	message: SignedMessage,
): string | undefined {
	const parts = splitUrl(message.url);
	if (parts === undefined) return undefined;
	if (name === '@query-param') {
		return parameters.size === 1 ? readQueryParameter(parts, parameters.get('name')) : undefined;
	}
	const isKnown = Object.prototype.hasOwnProperty.call(DERIVED, name);
	return isKnown && parameters.size === 0 ? DERIVED[name](message, parts) : undefined;
}

/** Lists the values of a header, one per line of the request, without the white space around and in folded ones. */
function listFieldValues({ headers }: SignedMessage, name: string): string[] | undefined {
	const value = Object.prototype.hasOwnProperty.call(headers, name) ? headers[name] : undefined;
	if (value === undefined) return undefined;
	return (typeof value === 'string' ? [value] : value).map((line) =>
		line.replace(/[ \t]*\r?\n[ \t]+/g, ' ').replace(/^[ \t]+|[ \t]+$/g, ''),
	);
}

/** Writes a structured field anew: a dictionary if it is one, otherwise a list (2.1.1). */
function writeStrictly(value: string): string | undefined {
	const dictionary = parseDictionary(value);
	// A list of plain tokens is a dictionary too, and is written the same.
	return dictionary === undefined
		? parseList(value)?.map(writeMember).join(', ')
		: writeDictionary(dictionary);
}

function writeDictionaryMember(value: string, key: unknown): string | undefined {
	const member = typeof key === 'string' ? parseDictionary(value)?.get(key) : undefined;
	return member && writeMember(member);
}

const writeBytes = (values: string[]): string =>
	values.map((value) => `:${Buffer.from(value, 'latin1').toString('base64')}:`).join(', ');

function readField(name: string, { parameters }: Item, message: SignedMessage): string | undefined {
	const values = listFieldValues(message, name);
	if (values === undefined || name !== name.toLowerCase()) return undefined;
	const combined = values.join(', ');
	if (parameters.size === 0) return combined;
	const [parameter, ...others] = [...parameters.keys()].filter(
		// A member of a dictionary is written strictly anyway.
		(found) => found !== 'sf' || !parameters.has('key'),
	);
	if (others.length > 0) return undefined;
	if (parameter === 'key') return writeDictionaryMember(combined, parameters.get('key'));
	if (parameter === 'sf' && parameters.get('sf') === true) return writeStrictly(combined);
	return parameter === 'bs' && parameters.get('bs') === true ? writeBytes(values) : undefined;
}

/**
 * Reads the value of a component of a request (https://www.rfc-editor.org/rfc/rfc9421#section-2).
 * @returns `undefined` for a component that the request does not have, or that is not supported: those of responses
 * and trailers
 */
export function readComponent(item: Item, message: SignedMessage): string | undefined {
	const { value: name } = item;
	if (typeof name !== 'string' || name === '') return undefined;
	const value = name.startsWith('@')
		? readDerived(name, item, message)
		: readField(name, item, message);
	// A line break would begin another component.
	return value === undefined || /[^\t\x20-\x7e\x80-\xff]/.test(value) ? undefined : value;
}
