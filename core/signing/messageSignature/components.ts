import type { RequestHeaders } from '../../http/headers';
import { isBlank, trimBlanks } from '../../lib/trimBlanks';

import {
	parseDictionary,
	parseList,
	writeDictionary,
	writeMember,
	type Dictionary,
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

/** Reads the values of each parameter of a query, as the RFC writes names and values. */
function readQuery({ query }: UrlParts): Map<string, string[]> {
	const values = new Map<string, string[]>();
	for (const [found, value] of new URLSearchParams(query)) {
		const name = encodeParameter(found);
		const known = values.get(name);
		if (known === undefined) values.set(name, [encodeParameter(value)]);
		else known.push(encodeParameter(value));
	}
	return values;
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

/** Replaces the white space of a header that is folded into several lines by one space (2.1). */
function unfold(text: string): string {
	const [first, ...folded] = text.split(/\r?\n/);
	return folded.every((line) => isBlank(line.charAt(0)))
		? [first, ...folded].map(trimBlanks).join(' ')
		: text;
}

/** Writes a structured field anew: a dictionary if it is one, otherwise a list (2.1.1). */
function writeStrictly(value: string): string | undefined {
	const dictionary = parseDictionary(value);
	// A list of plain tokens is a dictionary too, and is written the same.
	return dictionary === undefined
		? parseList(value)?.map(writeMember).join(', ')
		: writeDictionary(dictionary);
}

const writeBytes = (values: string[]): string =>
	values.map((value) => `:${Buffer.from(value, 'latin1').toString('base64')}:`).join(', ');

/**
 * Reads the values of a request's components (https://www.rfc-editor.org/rfc/rfc9421#section-2). Anyone can list many
 * of one header or query, so each of these is read once.
 */
export class ComponentReader {
	private readonly url: UrlParts | undefined;

	private query: Map<string, string[]> | undefined;

	/** By the header's name; `undefined` for one that the request does not have. */
	private readonly fields = new Map<string, string[] | undefined>();

	/** By the text of the header; `undefined` for one that is none. */
	private readonly dictionaries = new Map<string, Dictionary | undefined>();

	constructor(private readonly message: SignedMessage) {
		this.url = splitUrl(message.url);
	}

	/**
	 * Reads a component's value.
	 * @returns `undefined` for a component that the request does not have, or that is not supported: those of responses
	 * and trailers
	 */
	read(item: Item): string | undefined {
		const { value: name } = item;
		if (typeof name !== 'string' || name === '') return undefined;
		const value = name.startsWith('@') ? this.readDerived(name, item) : this.readField(name, item);
		// A line break would begin another component.
		return value === undefined || /[^\t\x20-\x7e\x80-\xff]/.test(value) ? undefined : value;
	}

	private readDerived(name: string, { parameters }: Item): string | undefined {
		const { message, url } = this;
		if (url === undefined) return undefined;
		if (name === '@query-param') {
			return parameters.size === 1 ? this.readParameter(url, parameters.get('name')) : undefined;
		}
		const isKnown = Object.prototype.hasOwnProperty.call(DERIVED, name);
		return isKnown && parameters.size === 0 ? DERIVED[name](message, url) : undefined;
	}

	/** Reads the value of a query parameter, which must occur once. */
	private readParameter(url: UrlParts, name: unknown): string | undefined {
		if (typeof name !== 'string') return undefined;
		this.query ??= readQuery(url);
		const values = this.query.get(name);
		return values?.length === 1 ? values[0] : undefined;
	}

	/** Lists the values of a header, one per line of the request, without the white space around and in folded ones. */
	private listFieldValues(name: string): string[] | undefined {
		if (this.fields.has(name)) return this.fields.get(name);
		const { headers } = this.message;
		const value = Object.prototype.hasOwnProperty.call(headers, name) ? headers[name] : undefined;
		const lines = value === undefined || typeof value !== 'string' ? value : [value];
		const values = lines?.map((line) => trimBlanks(unfold(line)));
		this.fields.set(name, values);
		return values;
	}

	private readMember(value: string, key: unknown): string | undefined {
		if (!this.dictionaries.has(value)) this.dictionaries.set(value, parseDictionary(value));
		const member = typeof key === 'string' ? this.dictionaries.get(value)?.get(key) : undefined;
		return member && writeMember(member);
	}

	private readField(name: string, { parameters }: Item): string | undefined {
		const values = this.listFieldValues(name);
		if (values === undefined || name !== name.toLowerCase()) return undefined;
		const combined = values.join(', ');
		if (parameters.size === 0) return combined;
		const [parameter, ...others] = [...parameters.keys()].filter(
			// A member of a dictionary is written strictly anyway.
			(found) => found !== 'sf' || !parameters.has('key'),
		);
		if (others.length > 0) return undefined;
		if (parameter === 'key') return this.readMember(combined, parameters.get('key'));
		if (parameter === 'sf' && parameters.get('sf') === true) return writeStrictly(combined);
		return parameter === 'bs' && parameters.get('bs') === true ? writeBytes(values) : undefined;
	}
}
