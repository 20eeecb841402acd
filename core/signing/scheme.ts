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

export interface SignatureScheme {
	/** Shown to people and put on the trigger's item; never sent. */
	name: string;
	signatureHeader: string;
	/** A request is authentic when one of its signatures fits one of these forms. */
	forms: SignatureForm[];
	/** Set where the header may carry several signatures; absent where it carries exactly one. */
	separator?: string;
	/** The signed bytes: literal text with `{body}`, `{timestamp}` and `{id}`. */
	content: string;
	idHeader?: string;
	timestamp?: { header: string; unit: TimestampUnit; toleranceSeconds: number };
	/** `text`: the secret's UTF-8 bytes. `standardWebhooks`: base64 behind `whsec_`, `whsk_` or `whpk_`. */
	secretFormat: 'text' | 'standardWebhooks';
}

/** A scheme that cannot work. The message says which setting is wrong and what it should be. */
export class InvalidSchemeError extends Error {
	override readonly name = 'InvalidSchemeError';
}

export type ContentPart = { literal: string } | { field: 'body' | 'timestamp' | 'id' };

const PLACEHOLDER = /\{([^{}]*)\}/g;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;
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
		if (field !== 'body' && field !== 'timestamp' && field !== 'id') {
			throw new InvalidSchemeError(
				`Signed content has the unknown placeholder {${field}}. Use {body}, {timestamp} and {id}.`,
			);
		}
		parts.push({ field });
		end = match.index + match[0].length;
	}
	if (end < template.length) parts.push({ literal: template.slice(end) });
	if (!parts.some((part) => 'field' in part && part.field === 'body')) {
		throw new InvalidSchemeError(
			'Signed content must hold {body}: a signature that leaves the body out protects nothing.',
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

/** The bytes that are signed, in pieces, so that a large body is not copied. */
export function signedContent(
	scheme: SignatureScheme,
	values: { body: Buffer; timestamp?: string; id?: string },
): Buffer[] {
	return contentParts(scheme).map((part) => {
		if ('literal' in part) return Buffer.from(part.literal, 'utf8');
		if (part.field === 'body') return values.body;
		return Buffer.from(values[part.field] ?? '', 'utf8');
	});
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
export function customScheme(settings: CustomSchemeSettings): SignatureScheme {
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
		throw new InvalidSchemeError('Signature Prefix may hold printable ASCII characters only.');
	}
	if (!(settings.toleranceSeconds > 0)) {
		throw new InvalidSchemeError('Tolerance must be more than 0 seconds.');
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
