import { HEADER_NAME } from '../http/headers';

/**
 * How a platform signs a request, as data. One scheme serves both directions:
 * `sign.ts` writes the headers that `verify.ts` reads.
 */

export type SignatureAlgorithm = 'hmac-sha1' | 'hmac-sha256' | 'hmac-sha512' | 'ed25519';
export type SignatureEncoding = 'hex' | 'base64';
export type TimestampUnit = 's' | 'ms';

/** One way in which a signature may be written into the header. */
export interface SignatureForm {
	/** Stands before the encoded signature, e.g. `sha256=` or `v1,`. May be empty. */
	prefix: string;
	algorithm: SignatureAlgorithm;
	encoding: SignatureEncoding;
}

/** Where a request carries the time at which it was signed. */
export type TimestampLocation =
	| { header: string }
	/** In the signature header, behind this prefix, e.g. Stripe's `t=`. */
	| { signaturePart: string }
	/** In the JSON body, at the top level. */
	| { bodyField: string };

export type SchemeTimestamp = TimestampLocation & { unit: TimestampUnit; toleranceSeconds: number };

/**
 * How a secret is written.
 * - `text`: its UTF-8 bytes
 * - `standardWebhooks`: base64 behind `whsec_`, `whsk_` or `whpk_`
 * - `keyFile`: a JSON file's content that holds the key, or the key alone
 * - `publicKeyHex`: an Ed25519 public key, which verifies only
 */
export type SecretFormat = 'text' | 'standardWebhooks' | 'keyFile' | 'publicKeyHex';

export interface SignatureScheme {
	/** Shown to people and put on the trigger's item; never sent. */
	name: string;
	signatureHeader: string;
	/** Headers that may carry a signature as well, e.g. while the sender rotates its secret. */
	furtherSignatureHeaders?: string[];
	/** A request is authentic when one of its signatures fits one of these forms. */
	forms: SignatureForm[];
	/** Set where the header may carry several signatures; absent where it carries exactly one. */
	separator?: string;
	/**
	 * The signed bytes: literal text with `{body}`, `{timestamp}`, `{id}`, `{method}`, `{url}` and
	 * `{form}`, the form's fields in alphabetical order, each name followed by its value.
	 */
	content: string;
	idHeader?: string;
	timestamp?: SchemeTimestamp;
	secretFormat: SecretFormat;
	/** The URL parameter that holds the body's SHA-256 in hex, where `{form}` stands for the body and the body is no form. */
	bodyDigestParameter?: string;
	/** Characters that stand unescaped in the signed URL, though the request escapes them. */
	unescapedInUrl?: string;
	/** Whether the signed URL may have a port where the requested one has none, or the other way round. */
	portMayDiffer?: boolean;
}

/** A scheme that cannot work. The message says which setting is wrong and what it should be. */
export class InvalidSchemeError extends Error {
	override readonly name = 'InvalidSchemeError';
}

const CONTENT_FIELDS = ['body', 'timestamp', 'id', 'method', 'url', 'form'] as const;

type ContentField = (typeof CONTENT_FIELDS)[number];
export type ContentPart = { literal: string } | { field: ContentField };

const isContentField = (field: string): field is ContentField =>
	(CONTENT_FIELDS as readonly string[]).includes(field);

const PLACEHOLDER = /\{([^{}]*)\}/g;
const HEADER_TEXT = /^[\x20-\x7e]{0,100}$/;

/**
 * Splits a signed-content template into literals and placeholders.
 * @throws InvalidSchemeError for an unknown placeholder, or where `{body}` is not signed
 */
export function parseContentTemplate(template: string): ContentPart[] {
	const parts: ContentPart[] = [];
	let end = 0;
	for (const match of template.matchAll(PLACEHOLDER)) {
		if (match.index > end) parts.push({ literal: template.slice(end, match.index) });
		const field = match[1];
		if (!isContentField(field)) {
			throw new InvalidSchemeError(
				`Signed content has the unknown placeholder {${field}}. Use {body}, {timestamp} and {id}.`,
			);
		}
		parts.push({ field });
		end = match.index + match[0].length;
	}
	if (end < template.length) parts.push({ literal: template.slice(end) });
	if (!parts.some((part) => 'field' in part && ['body', 'form'].includes(part.field))) {
		throw new InvalidSchemeError(
			'Signed content must hold {body}: a signature that leaves the body out protects nothing. Add {body}.',
		);
	}
	return parts;
}

// Profiles are constants, so that their templates are split once and not for every request.
const parsedTemplates = new WeakMap<SignatureScheme, ContentPart[]>();

/** The parts of `scheme.content`, split once for each scheme object. */
export function contentParts(scheme: SignatureScheme): ContentPart[] {
	let parts = parsedTemplates.get(scheme);
	if (parts === undefined) {
		parts = parseContentTemplate(scheme.content);
		parsedTemplates.set(scheme, parts);
	}
	return parts;
}

/** Whether the signed content has a place for a field. */
export function signs(scheme: SignatureScheme, field: ContentField): boolean {
	return contentParts(scheme).some((part) => 'field' in part && part.field === field);
}

/**
 * Whether requests can be signed in this scheme, and not only verified: what it signs is known before
 * the request is made, and its secret is not a public key.
 */
export function canSign(scheme: SignatureScheme): boolean {
	const { secretFormat, timestamp } = scheme;
	return (
		secretFormat !== 'publicKeyHex' &&
		!(timestamp && 'bodyField' in timestamp) &&
		!(['method', 'url', 'form'] as const).some((field) => signs(scheme, field))
	);
}

/** The bytes that are signed, in few pieces, so that a large body is not copied. */
export function buildSignedContent(
	scheme: SignatureScheme,
	values: { body: Buffer } & Partial<Record<Exclude<ContentField, 'body'>, string>>,
): Buffer[] {
	const pieces: Buffer[] = [];
	let text = '';
	const endText = (): void => {
		if (text !== '') pieces.push(Buffer.from(text, 'utf8'));
		text = '';
	};
	for (const part of contentParts(scheme)) {
		if ('literal' in part) text += part.literal;
		else if (part.field !== 'body') text += values[part.field] ?? '';
		else {
			endText();
			pieces.push(values.body);
		}
	}
	endText();
	return pieces;
}

/** The settings of a custom scheme, as a person fills them into a credential. */
export interface CustomSchemeSettings {
	signatureHeader: string;
	algorithm: SignatureAlgorithm;
	encoding: SignatureEncoding;
	prefix: string;
	signedContent: string;
	idHeader: string;
	timestampHeader: string;
	timestampUnit: TimestampUnit;
	toleranceSeconds: number;
}

/**
 * Builds and checks a custom scheme.
 * @throws InvalidSchemeError naming the setting to change
 */
export function buildCustomScheme(settings: CustomSchemeSettings): SignatureScheme {
	const header = (label: string, value: string): string => {
		const name = value.trim();
		if (!HEADER_NAME.test(name)) {
			throw new InvalidSchemeError(
				`${label} "${name}" is not a header name. Use letters, digits and hyphens, e.g. X-Signature.`,
			);
		}
		return name;
	};
	const fields = new Set(
		parseContentTemplate(settings.signedContent).map((part) => ('field' in part ? part.field : '')),
	);
	for (const field of ['method', 'url', 'form'] as const) {
		if (fields.has(field)) {
			throw new InvalidSchemeError(
				`Signed content has the placeholder {${field}}, which only the schemes of known providers have. Use {body}, {timestamp} and {id}.`,
			);
		}
	}
	if (fields.has('timestamp') && settings.timestampHeader.trim() === '') {
		throw new InvalidSchemeError('Signed content uses {timestamp}: fill in Timestamp Header too.');
	}
	if (fields.has('id') && settings.idHeader.trim() === '') {
		throw new InvalidSchemeError('Signed content uses {id}: fill in ID Header too.');
	}
	if (settings.timestampHeader.trim() !== '' && !fields.has('timestamp')) {
		throw new InvalidSchemeError(
			'A timestamp that is not signed can be changed by anyone: put {timestamp} into Signed Content, or leave Timestamp Header empty.',
		);
	}
	if (!HEADER_TEXT.test(settings.prefix)) {
		throw new InvalidSchemeError(
			'Signature Prefix may hold printable ASCII characters only. Take the others out.',
		);
	}
	if (!(settings.toleranceSeconds > 0)) {
		throw new InvalidSchemeError(
			'Tolerance must be more than 0 seconds. Fill in 300, as most have it.',
		);
	}
	return {
		name: 'custom',
		signatureHeader: header('Signature Header', settings.signatureHeader),
		forms: [
			{ prefix: settings.prefix, algorithm: settings.algorithm, encoding: settings.encoding },
		],
		content: settings.signedContent,
		...(settings.idHeader.trim() !== '' && { idHeader: header('ID Header', settings.idHeader) }),
		...(settings.timestampHeader.trim() !== '' && {
			timestamp: {
				header: header('Timestamp Header', settings.timestampHeader),
				unit: settings.timestampUnit,
				toleranceSeconds: settings.toleranceSeconds,
			},
		}),
		secretFormat: 'text',
	};
}
