import { HEADER_NAME } from '../http/headers';
import { isFieldPath } from '../lib/fieldPath';

import { InvalidSchemeError, type SignatureScheme } from './scheme';

const PLAIN_FIELDS = ['body', 'timestamp', 'id', 'method', 'url', 'path', 'form'] as const;

/** A part of a request that may be signed. */
export type ContentField = (typeof PLAIN_FIELDS)[number] | 'query' | 'header' | 'bodyField';

export type DigestHash = 'sha256' | 'sha384' | 'sha512';

/** A placeholder of a content template. */
export interface Placeholder {
	/** As it is written, without its braces, e.g. `query:page`. */
	text: string;
	field: ContentField;
	/** The name of the URL parameter or header, or the path in the body; empty for other fields. */
	name: string;
	/** Set if the digest of the value is signed, and not the value. */
	digest?: { hash: DigestHash; encoding: 'hex' | 'base64' | 'base64url' };
}

/** A parsed content template: its literal texts and its placeholders, in their order. */
export interface ContentTemplate {
	parts: Array<string | Placeholder>;
	placeholders: Placeholder[];
	/** The placeholders of URL parameters, headers and fields of the body. */
	namedPlaceholders: NamedPlaceholder[];
	fields: Set<ContentField>;
	/** Found when they are first asked for, since each request needs them. */
	hasOpenBoundary?: boolean;
	boundaries?: Boundary[];
}

export type NamedPlaceholder = Placeholder & { field: 'query' | 'header' | 'bodyField' };

const KNOWN_PLACEHOLDERS =
	'Use {body}, {timestamp}, {id}, {method}, {url}, {path}, {form}, {query:name}, {header:Name}, {body:path}, or the digest of one, e.g. {sha256-hex:body}.';

const NAMED_FIELDS = new Map<string, ContentField>([
	['query', 'query'],
	['header', 'header'],
	['body', 'bodyField'],
]);

const DIGEST = /^(sha256|sha384|sha512)-(hex|base64|base64url):(.*)$/s;

const isPlainField = (text: string): text is (typeof PLAIN_FIELDS)[number] =>
	(PLAIN_FIELDS as readonly string[]).includes(text);

/** Rejects a path or a header name that no request can have. */
function checkName(field: ContentField, name: string, text: string): void {
	if (field === 'header' && !HEADER_NAME.test(name)) {
		throw new InvalidSchemeError(
			`"Signed Content" has {${text}}, but "${name}" is not a header name. Use letters, digits and hyphens, e.g. {header:X-Request-ID}.`,
		);
	}
	if (field === 'bodyField' && !isFieldPath(name)) {
		throw new InvalidSchemeError(
			`"Signed Content" has {${text}}, but "${name}" is not a field of a body. Separate keys with single dots, e.g. {body:data.id}.`,
		);
	}
}

function parsePlaceholder(text: string): Placeholder {
	const [, hash, encoding, digested] = DIGEST.exec(text) ?? [];
	const value = digested ?? text;
	const colon = value.indexOf(':');
	const name = colon === -1 ? '' : value.slice(colon + 1);
	const field = isPlainField(value) ? value : NAMED_FIELDS.get(value.slice(0, Math.max(0, colon)));
	if (field === undefined || (colon !== -1 && name === '')) {
		throw new InvalidSchemeError(
			`Signed content has the unknown placeholder {${text}}. ${KNOWN_PLACEHOLDERS}`,
		);
	}
	checkName(field, name, text);
	if (hash === undefined) return { text, field, name };
	const digest = { hash, encoding } as NonNullable<Placeholder['digest']>;
	return { text, field, name, digest };
}

const isNamed = (placeholder: Placeholder): placeholder is NamedPlaceholder =>
	placeholder.name !== '';

const IN_BODY: ContentField[] = ['body', 'form', 'bodyField'];

/**
 * Parses a signed-content template, e.g. `{timestamp}.{body}`.
 * @throws InvalidSchemeError for an unknown placeholder or other braces, or if nothing of the body is signed
 */
export function parseContentTemplate(content: string): ContentTemplate {
	// Literal texts are at even indexes, and the texts of placeholders at odd ones.
	const pieces = content.split(/\{([^{}]*)\}/);
	// Other templates write {{body}}, ${body}, #{body} or %{body}.
	const hasStraySigns =
		pieces.some((text, index) => index % 2 === 0 && /[{}]/.test(text)) || /[$#%]\{/.test(content);
	if (hasStraySigns) {
		throw new InvalidSchemeError(
			'"Signed Content" must have its placeholders in single braces: {body}, {timestamp} and {id}. Enter {timestamp}.{body}, for example, not {{timestamp}}.{{body}}.',
		);
	}
	const parts = pieces
		.map((text, index) => (index % 2 === 0 ? text : parsePlaceholder(text)))
		.filter((part) => part !== '');
	const placeholders = parts.filter((part) => typeof part !== 'string');
	const fields = new Set(placeholders.map(({ field }) => field));
	if (!IN_BODY.some((field) => fields.has(field))) {
		throw new InvalidSchemeError(
			'Signed content does not contain {body}: a signature that leaves the body out protects nothing. Add {body}.',
		);
	}
	return { parts, placeholders, namedPlaceholders: placeholders.filter(isNamed), fields };
}

const templates = new WeakMap<SignatureScheme, ContentTemplate>();

/** Keeps the parsed content template of a scheme. */
export const keepContentTemplate = (scheme: SignatureScheme, template: ContentTemplate): void => {
	templates.set(scheme, template);
};

/**
 * Returns the parsed content template of a scheme, which is parsed once.
 * @throws InvalidSchemeError as {@link parseContentTemplate} does
 */
export function getContentTemplate(scheme: SignatureScheme): ContentTemplate {
	const existing = templates.get(scheme);
	if (existing !== undefined) return existing;
	const template = parseContentTemplate(scheme.content);
	templates.set(scheme, template);
	return template;
}

/** Values whose length the signed content does not show. A timestamp is digits within a tolerance. */
const OPEN_FIELDS: ContentField[] = [
	...(['body', 'form', 'bodyField', 'id', 'url', 'path'] as const),
	...(['query', 'header'] as const),
];

/** Two values that are signed one after the other, with no timestamp between them. */
interface Neighbors {
	first: Placeholder;
	second: Placeholder;
	/** The content that is signed between them: literal texts, the method and digests. */
	between: Array<string | Placeholder>;
}

function listNeighbors(
	{ parts }: ContentTemplate,
	isTimestamp: (placeholder: Placeholder) => boolean,
): Neighbors[] {
	const neighbors: Neighbors[] = [];
	let first: Placeholder | undefined;
	let between: Neighbors['between'] = [];
	for (const part of parts) {
		if (typeof part !== 'string' && isTimestamp(part)) {
			first = undefined;
		} else if (
			typeof part !== 'string' &&
			part.digest === undefined &&
			OPEN_FIELDS.includes(part.field)
		) {
			if (first !== undefined) neighbors.push({ first, second: part, between });
			first = part;
			between = [];
		} else {
			between.push(part);
		}
	}
	return neighbors;
}

/** Lists the pairs of values that are signed with nothing in between that shows where one ends. */
const listAdjacentPairs = (template: ContentTemplate): Array<[Placeholder, Placeholder]> =>
	listNeighbors(template, ({ field }) => field === 'timestamp')
		.filter(({ between }) => between.every((part) => typeof part !== 'string'))
		.map(({ first, second }) => [first, second]);

const isBody = ({ field }: Placeholder): boolean => field === 'body' || field === 'form';

const isBesideBody = ({ field }: Placeholder): boolean =>
	field === 'url' || field === 'path' || field === 'id';

/** Returns whether a request shows where the body begins, as long as the body is JSON: no part of JSON is JSON itself. */
const isBoundByBody = ([a, b]: [Placeholder, Placeholder]): boolean =>
	(isBody(a) && isBesideBody(b)) || (isBody(b) && isBesideBody(a));

/**
 * Returns whether the body is signed right next to the URL or the ID, so that the signature does not show
 * where one ends and the other one begins.
 */
export function hasOpenBoundary(scheme: SignatureScheme): boolean {
	const template = getContentTemplate(scheme);
	template.hasOpenBoundary ??= listAdjacentPairs(template).some(isBoundByBody);
	return template.hasOpenBoundary;
}

/**
 * Finds two values next to each other between which text can move without changing the signed bytes, and that no
 * other check tells apart.
 * @returns both placeholders as written, e.g. `{query:a}{query:b}`
 */
export function findMovableBoundary(template: ContentTemplate): string | undefined {
	const pair = listAdjacentPairs(template).find((candidate) => !isBoundByBody(candidate));
	return pair?.map(({ text }) => `{${text}}`).join('');
}

/** A value that must not contain the literal text at its side, because that text shows where it ends or begins. */
export interface Boundary {
	value: Placeholder;
	separator: string;
	/** True if the separator is after the value, so that its first occurrence counts; otherwise its last one does. */
	isAfter: boolean;
	/** True if the body is at the other side. */
	isBesideBody: boolean;
}

/** Returns whether a value is the timestamp, which is checked against the clock. */
function isTimestampOf(
	{ timestamp }: SignatureScheme,
	{ digest, field, name }: Placeholder,
): boolean {
	if (field === 'timestamp') return true;
	if (timestamp === undefined || digest !== undefined) return false;
	if ('header' in timestamp) {
		return field === 'header' && name.toLowerCase() === timestamp.header.toLowerCase();
	}
	return (
		('bodyField' in timestamp && field === 'bodyField' && name === timestamp.bodyField) ||
		('parameter' in timestamp && field === 'query' && name === timestamp.parameter)
	);
}

function findBoundaries(scheme: SignatureScheme): Boundary[] {
	const template = getContentTemplate(scheme);
	const { placeholders } = template;
	const neighbors = listNeighbors(template, (part) => isTimestampOf(scheme, part));
	const free =
		placeholders.find(({ text }) => text === scheme.freeValue) ??
		placeholders.find((part) => isBody(part) && part.digest === undefined);
	const freeIndex = free === undefined ? placeholders.length : placeholders.indexOf(free);
	return neighbors
		.filter(({ between }) => between.some((part) => typeof part === 'string'))
		.map(({ between, first, second }) => {
			const isAfter = placeholders.indexOf(first) < freeIndex;
			const [value, other] = isAfter ? [first, second] : [second, first];
			const separator = isAfter ? between[0] : between[between.length - 1];
			return {
				value,
				separator: typeof separator === 'string' ? separator : '',
				isAfter,
				isBesideBody: other.field === 'body',
			};
		});
}

/**
 * Lists the boundaries that separators show. One value may contain separators, as all others end before it or
 * begin after it: the scheme's `freeValue`, otherwise the body, otherwise the last value.
 */
export function listBoundaries(scheme: SignatureScheme): Boundary[] {
	const template = getContentTemplate(scheme);
	template.boundaries ??= findBoundaries(scheme);
	return template.boundaries;
}
