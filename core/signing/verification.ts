import type { RequestHeaders } from '../http/headers';
import type { ErrorDetails, ReplyError } from '../http/replyBodies';

/** Parts of a request that some providers sign in addition to its body and headers. */
export interface SignedRequest {
	method: string;
	/** The public URL that the caller requested, with its query. */
	url: string;
	/** Other URLs that lead here and that the caller may have requested instead, e.g. for a test. */
	otherUrls?: string[];
}

export interface VerificationInput {
	headers: RequestHeaders;
	/** The bytes as they arrived. */
	body: Buffer;
	nowMs: number;
	/** Any of them may have signed. */
	secrets: string[];
	/** Replaces the scheme's own tolerance. */
	toleranceSeconds?: number;
	/** Called only if the scheme needs the method or the URL. */
	request?: () => SignedRequest;
}

export type VerificationCode =
	| 'SIGNATURE_MISSING'
	| 'SIGNATURE_MALFORMED'
	| 'SIGNATURE_INVALID'
	| 'TIMESTAMP_MISSING'
	| 'TIMESTAMP_MALFORMED'
	| 'TIMESTAMP_OUT_OF_TOLERANCE'
	| 'ID_MISSING'
	| 'ID_MALFORMED'
	| 'SIGNED_VALUE_MISSING'
	| 'SIGNED_VALUE_MALFORMED'
	| 'BODY_DIGEST_INVALID'
	| 'CLAIM_INVALID'
	| 'CONTENT_AMBIGUOUS';

/**
 * The reason that a request is not authentic, with the header, URL parameter or body field that is wrong.
 */
export interface VerificationFailure extends ReplyError<VerificationCode> {
	valid: false;
	details: ErrorDetails;
}

export type Verification =
	| {
			valid: true;
			/** From the scheme's ID header; `undefined` if it has none. */
			id: string | undefined;
			/** When the request was signed; `undefined` if the scheme signs no time. */
			timestampMs: number | undefined;
			/** The claims of a token. */
			claims?: Record<string, unknown>;
			/** The event as JSON, if the body is a token that contains it. */
			payload?: Buffer;
			/** The parameters of an HTTP Message Signature. */
			keyId?: string;
			nonce?: string;
			tag?: string;
			/** The headers that the signature covers, in lower case, if it says so itself. */
			signedHeaders?: string[];
	  }
	| VerificationFailure;

/** A valid request, and the secrets that signed it: several while its sender rotates them. */
export type SignedBySecrets = Extract<Verification, { valid: true }> & {
	secrets: string[];
	/** The signed content, if it is neither the body nor its digest: fields of the body, for example. */
	signedContent?: Buffer;
};

/** Creates the failure of one step of verifying a request. */
export const createFailure = (
	code: VerificationCode,
	message: string,
	details: ErrorDetails,
): VerificationFailure => ({ valid: false, code, message, details });

/** Returns whether a step of verifying a request ended in its failure. */
export const isFailure = (value: unknown): value is VerificationFailure =>
	typeof value === 'object' && value !== null && 'valid' in value;
