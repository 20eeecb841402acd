/**
 * Describes how a platform proves that a request is its own, as data. One scheme serves both directions: `sign.ts`
 * writes what `verify.ts` reads.
 */

export type SignatureAlgorithm =
	| 'hmac-sha1'
	| 'hmac-sha256'
	| 'hmac-sha384'
	| 'hmac-sha512'
	| 'ed25519'
	/** ECDSA on the curve P-256 with SHA-256; the signature in DER, or as r and s. */
	| 'ecdsa-p256'
	/** RSASSA-PKCS1-v1_5 with SHA-256. */
	| 'rsa-sha256';

/** `base64url` with or without padding. */
export type SignatureEncoding = 'hex' | 'base64' | 'base64url';

/** Seconds or milliseconds since 1970, or a time as in RFC 3339, e.g. `2026-11-29T12:00:00.123+01:00`. */
export type TimestampUnit = 's' | 'ms' | 'iso';

/** One way to write a signature. */
export interface SignatureForm {
	/** Precedes the encoded signature, e.g. `sha256=` or `v1,`. May be empty. */
	prefix: string;
	algorithm: SignatureAlgorithm;
	encoding: SignatureEncoding;
}

/** The place of the time at which a request was signed. */
export type TimestampLocation =
	| { header: string }
	/** Among the parts of the signature's text, after this prefix, e.g. Stripe's `t=`. */
	| { signaturePart: string }
	/** The part of the signature's text at this position, from 1. */
	| { signaturePosition: number }
	/** A dotted path into the JSON body, or the name of a form's field. */
	| { bodyField: string }
	/** A URL parameter. */
	| { parameter: string };

export type SchemeTimestamp = TimestampLocation & {
	unit: TimestampUnit;
	/** Includes the time of all retries, if they have the timestamp of the first attempt. */
	toleranceSeconds: number;
};

/**
 * The format of a secret.
 * - `text`: its UTF-8 bytes
 * - `base64`: the bytes that it encodes, with or without padding
 * - `hex`: the bytes that it encodes
 * - `standardWebhooks`: base64 after `whsec_`, `whsk_` or `whpk_`; before that there may be `v1,` or `v1a,`
 * - `keyFile`: the content of a JSON file with the key in it, or the key alone
 * - `publicKey`: a public key, which can only verify and says by itself which algorithm it is for: Ed25519 as its 32
 *   bytes in hex or base64, or Ed25519, ECDSA P-256 or RSA as PEM or as base64 of its DER
 * - `messageKey`: a key of HTTP Message Signatures
 */
export type SecretFormat =
	| 'text'
	| 'base64'
	| 'hex'
	| 'standardWebhooks'
	| 'keyFile'
	| 'publicKey'
	| 'messageKey';

/** The place of the signatures in a request. */
export type SignaturePlace =
	| {
			signatureHeader: string;
			/** Other headers that may carry a signature, e.g. while the sender rotates its secret. */
			additionalSignatureHeaders?: string[];
			signatureField?: undefined;
			signatureParameter?: undefined;
	  }
	| {
			/** A dotted path into the JSON body, or the name of a form's field. */
			signatureField: string;
			signatureHeader?: undefined;
			additionalSignatureHeaders?: undefined;
			signatureParameter?: undefined;
	  }
	| {
			signatureParameter: string;
			signatureHeader?: undefined;
			additionalSignatureHeaders?: undefined;
			signatureField?: undefined;
	  };

/** A signature over text that is built from the request. */
export type SignatureScheme = SignaturePlace & {
	kind?: undefined;
	/** Shown to people and added to the trigger's item; never sent. */
	name: string;
	/** A request is authentic if one of its signatures is valid in one of these forms. */
	forms: SignatureForm[];
	/**
	 * Splits the signature's text into parts, which may have white space around them: several signatures, a time.
	 * Absent if the text is one signature.
	 */
	separator?: string;
	/** The position of the first signature among the parts, from 1. Absent if the forms tell signatures from other parts. */
	signaturePosition?: number;
	/**
	 * The signed bytes: literal text with placeholders.
	 * - `{body}`, `{timestamp}`, and `{id}` of the ID header
	 * - `{method}`, `{url}` as called, and `{path}`, which is its path and query
	 * - `{form}`: the form's fields in alphabetical order, each name followed by its value
	 * - `{query:name}`, `{header:Name}` and `{body:path}`: the value of a URL parameter, of a header, or of a field of
	 *   the JSON body or form
	 * - `{sha256-hex:…}` and likewise with sha384, sha512, base64 and base64url: the digest of any of these, e.g.
	 *   `{sha256-hex:body}`
	 */
	content: string;
	/**
	 * The placeholder whose value may contain the texts between the values, e.g. `body:reference`. The body if
	 * absent, otherwise the last value.
	 */
	freeValue?: string;
	idHeader?: string;
	timestamp?: SchemeTimestamp;
	secretFormat: SecretFormat;
	/** Keys that the provider publishes. They count in addition to the credential's, which then may have none. */
	publishedKeys?: string[];
	/**
	 * URL parameter with the body's SHA-256 in hex, for bodies that are not forms in a scheme that signs
	 * `{form}`.
	 */
	bodyDigestParameter?: string;
	/** Characters that are not escaped in the signed URL, even if the request escapes them. */
	unescapedInUrl?: string;
	/** `true` if the signed URL may have a port that the requested one lacks, and the reverse. */
	portMayDiffer?: boolean;
};

export type JwtAlgorithm = 'HS256' | 'HS384' | 'HS512' | 'RS256' | 'ES256';

/** The place of a token. */
export type TokenPlace =
	/** After the prefix, whatever its case, e.g. `Bearer`; the prefix may be left out. */
	| { header: string; prefix?: string }
	| { parameter: string }
	/** The body is the token, and its claims are the event. */
	| { body: true };

export type HashFormat =
	| 'sha256-hex'
	| 'sha256-base64'
	| 'sha256-base64url'
	| 'sha512-hex'
	| 'sha512-base64'
	/** The content itself. */
	| 'text';

/** A claim that has a hash, or the hashed content itself; base64 with or without padding. */
export interface HashClaim {
	claim: string;
	digest: HashFormat;
}

/** A JSON Web Token that authenticates a request (https://www.rfc-editor.org/rfc/rfc7519). */
export interface JwtScheme {
	kind: 'jwt';
	/** Shown to people and added to the trigger's item; never sent. */
	name: string;
	place: TokenPlace;
	/** Either all HS…, with shared secrets, or all RS256 or ES256, with public keys. */
	algorithms: JwtAlgorithm[];
	/** `publicKey` if the algorithms are RS256 or ES256, otherwise a format of shared secrets. */
	secretFormat: SecretFormat;
	publishedKeys?: string[];
	issuer?: string;
	audience?: string;
	requiredClaims?: string[];
	/** The age, since `iat`, up to which a token without `exp` is valid. Absent if tokens need no time. */
	maxAgeSeconds?: number;
	/** The difference of clocks that is allowed. */
	toleranceSeconds: number;
	/** The claim with the body's hash. If absent, a token proves who sends, but not what. */
	bodyHash?: HashClaim;
	/** True if a token without that claim is valid for a request without a body. */
	isBodyHashOptional?: true;
	/** The claim with the hash of the URL as called. */
	urlHash?: HashClaim;
	/** The claim with the event, as an object or as JSON text, if the body is the token. Absent if all claims are. */
	payloadClaim?: string;
}

export type MessageSignatureAlgorithm =
	| 'hmac-sha256'
	| 'ed25519'
	| 'ecdsa-p256-sha256'
	| 'rsa-v1_5-sha256'
	| 'rsa-pss-sha512';

/**
 * HTTP Message Signatures (https://www.rfc-editor.org/rfc/rfc9421) with Content-Digest
 * (https://www.rfc-editor.org/rfc/rfc9530).
 */
export interface MessageSignatureScheme {
	kind: 'messageSignature';
	/** Shown to people and added to the trigger's item; never sent. */
	name: string;
	secretFormat: SecretFormat;
	publishedKeys?: string[];
	algorithms: MessageSignatureAlgorithm[];
	/**
	 * The components that requests are signed with; `content-digest` and `content-type` only if there is a body, and
	 * one that ends with `*` for all headers that begin like it.
	 */
	components: string[];
	/** The label to sign with, e.g. `sig1`. */
	label: string;
	/** True if only signatures with the label count. */
	isLabelFixed?: true;
	/** Sent as `keyid`. If there is one, only signatures with it are verified. */
	keyId?: string;
	/** Sent as `tag`. If there is one, only signatures with it are verified. */
	tag?: string;
	toleranceSeconds: number;
}

/** All that a platform may sign its requests with. */
export type Scheme = SignatureScheme | JwtScheme | MessageSignatureScheme;

/** A scheme that cannot work. The message says which setting is wrong and what it should be. */
export class InvalidSchemeError extends Error {
	override readonly name = 'InvalidSchemeError';
}
