/**
 * Describes how a platform signs a request, as data. One scheme serves both directions: `sign.ts` writes
 * the headers that `verify.ts` reads.
 */

export type SignatureAlgorithm = 'hmac-sha1' | 'hmac-sha256' | 'hmac-sha512' | 'ed25519';
export type SignatureEncoding = 'hex' | 'base64';
export type TimestampUnit = 's' | 'ms';

/** One way to write a signature into the header. */
export interface SignatureForm {
	/** Precedes the encoded signature, e.g. `sha256=` or `v1,`. May be empty. */
	prefix: string;
	algorithm: SignatureAlgorithm;
	encoding: SignatureEncoding;
}

/** The place of the time at which a request was signed. */
export type TimestampLocation =
	| { header: string }
	/** In the signature header, after this prefix, e.g. Stripe's `t=`. */
	| { signaturePart: string }
	/** In the JSON body, at the top level. */
	| { bodyField: string };

export type SchemeTimestamp = TimestampLocation & { unit: TimestampUnit; toleranceSeconds: number };

/**
 * The format of a secret.
 * - `text`: its UTF-8 bytes
 * - `standardWebhooks`: base64 after `whsec_`, `whsk_` or `whpk_`
 * - `keyFile`: the content of a JSON file with the key in it, or the key alone
 * - `publicKeyHex`: an Ed25519 public key, which can only verify
 */
export type SecretFormat = 'text' | 'standardWebhooks' | 'keyFile' | 'publicKeyHex';

export interface SignatureScheme {
	/** Shown to people and added to the trigger's item; never sent. */
	name: string;
	signatureHeader: string;
	/** Other headers that may carry a signature, e.g. while the sender rotates its secret. */
	additionalSignatureHeaders?: string[];
	/** A request is authentic if one of its signatures is valid in one of these forms. */
	forms: SignatureForm[];
	/** Set if the header may carry several signatures; absent if it carries exactly one. */
	separator?: string;
	/**
	 * The signed bytes: literal text with `{body}`, `{timestamp}`, `{id}`, `{method}`, `{url}` and
	 * `{form}`. The last is the form's fields in alphabetical order, each name followed by its value.
	 */
	content: string;
	idHeader?: string;
	timestamp?: SchemeTimestamp;
	secretFormat: SecretFormat;
	/**
	 * URL parameter with the body's SHA-256 in hex, for bodies that are not forms in a scheme that signs
	 * `{form}`.
	 */
	bodyDigestParameter?: string;
	/** Characters that are not escaped in the signed URL, even if the request escapes them. */
	unescapedInUrl?: string;
	/** `true` if the signed URL may have a port that the requested one lacks, and the reverse. */
	portMayDiffer?: boolean;
}

/** A scheme that cannot work. The message says which setting is wrong and what it should be. */
export class InvalidSchemeError extends Error {
	override readonly name = 'InvalidSchemeError';
}

const CONTENT_FIELDS = ['body', 'timestamp', 'id', 'method', 'url', 'form'] as const;

export type ContentField = (typeof CONTENT_FIELDS)[number];

/** Fields that only the sender of a request knows in advance: its provider. */
export const REQUEST_FIELDS = ['method', 'url', 'form'] as const satisfies ContentField[];

const isContentField = (field: string): field is ContentField =>
	(CONTENT_FIELDS as readonly string[]).includes(field);

function requireContentField(field: string): ContentField {
	if (!isContentField(field)) {
		throw new InvalidSchemeError(
			`Signed content has the unknown placeholder {${field}}. Use {body}, {timestamp} and {id}.`,
		);
	}
	return field;
}

/** Splits a template into literals, at even indexes, and the names of placeholders, at odd ones. */
const splitTemplate = (template: string): string[] => template.split(/\{([^{}]*)\}/);

/**
 * Checks a signed-content template, e.g. `{timestamp}.{body}`.
 * @returns its placeholders
 * @throws InvalidSchemeError for an unknown placeholder, or if the body is not signed
 */
export function parseContentTemplate(template: string): Set<ContentField> {
	const names = splitTemplate(template).filter((_, index) => index % 2 === 1);
	const fields = new Set(names.map(requireContentField));
	if (!fields.has('body') && !fields.has('form')) {
		throw new InvalidSchemeError(
			'Signed content does not contain {body}: a signature that leaves the body out protects nothing. Add {body}.',
		);
	}
	return fields;
}

/** Returns whether the signed content contains a field. */
export const signsField = ({ content }: SignatureScheme, field: ContentField): boolean =>
	content.includes(`{${field}}`);

/**
 * Returns whether requests can be signed in this scheme, and not only verified: everything that it signs
 * is known before the request is made, and its secret is not a public key.
 */
export function canSign(scheme: SignatureScheme): boolean {
	const { secretFormat, timestamp } = scheme;
	return (
		secretFormat !== 'publicKeyHex' &&
		!(timestamp && 'bodyField' in timestamp) &&
		!REQUEST_FIELDS.some((field) => signsField(scheme, field))
	);
}

/** Values for the placeholders of a scheme's content. A missing one is signed as empty text. */
export type SignedValues = { body: Buffer } & Partial<
	Record<Exclude<ContentField, 'body'>, string>
>;

/**
 * Builds the signed bytes, in few pieces, so that a large body is not copied.
 * @throws InvalidSchemeError for an unknown placeholder
 */
export function buildSignedContent({ content }: SignatureScheme, values: SignedValues): Buffer[] {
	const pieces: Buffer[] = [];
	let text = '';
	const addText = (): void => {
		if (text !== '') pieces.push(Buffer.from(text, 'utf8'));
		text = '';
	};
	for (const [index, part] of splitTemplate(content).entries()) {
		if (index % 2 === 0) {
			text += part;
			continue;
		}
		const field = requireContentField(part);
		if (field === 'body') {
			addText();
			pieces.push(values.body);
		} else {
			text += values[field] ?? '';
		}
	}
	addText();
	return pieces;
}
