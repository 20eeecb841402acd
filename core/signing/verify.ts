import omit from 'lodash/omit';

import { isFormBody } from '../http/headers';

import { checkContentBoundary } from './contentBoundary';
import { findTokenSecrets } from './jwt/verifyToken';
import { SecretMatcher } from './matchSecrets';
import { findMessageSecrets } from './messageSignature/verifyMessage';
import { NO_HEADER, RequestValues } from './requestValues';
import type { Scheme, SignatureScheme } from './scheme';
import { coversWholeBody, isContentScheme, signsField } from './schemeFacts';
import { buildSignedContent } from './signedContent';
import { createMismatchFailure, readSignedRequestParts } from './signedRequestParts';
import { readSignatureParts } from './signatureParts';
import {
	createFailure,
	isFailure,
	type SignedBySecrets,
	type Verification,
	type VerificationFailure,
	type VerificationInput,
} from './verification';
import {
	checkBodyTimestamp,
	checkTimestamp,
	isInVerifiedBody,
	readTimestampText,
} from './verifyTimestamp';

export type {
	SignedBySecrets,
	SignedRequest,
	Verification,
	VerificationCode,
	VerificationFailure,
	VerificationInput,
} from './verification';

/** Reads the delivery's ID, which the scheme signs; `undefined` if it has none. */
function readId(
	{ idHeader }: SignatureScheme,
	values: RequestValues,
): string | undefined | VerificationFailure {
	if (idHeader === undefined) return undefined;
	const id = values.readHeader(idHeader, 'ID_MALFORMED');
	if (id !== undefined) return id;
	return createFailure('ID_MISSING', `The header ${idHeader} is missing`, {
		field: idHeader,
		expected: 'the delivery’s ID',
		received: NO_HEADER,
	});
}

/** Returns whether the body's bytes are not what is signed, and no digest of them is either. */
const signsOtherContent = (scheme: SignatureScheme): boolean =>
	!coversWholeBody(scheme) || signsField(scheme, 'form');

/** Finds the secrets that signed content which is built from the request. */
function findContentSecrets(
	scheme: SignatureScheme,
	input: VerificationInput,
): SignedBySecrets | VerificationFailure {
	const { body, headers } = input;
	const values = new RequestValues(input, scheme.name);
	const parts = readSignatureParts(scheme, values);
	if (isFailure(parts)) return parts;
	const id = readId(scheme, values);
	if (isFailure(id)) return id;
	const timestamp = readTimestampText(scheme, values, parts);
	if (isFailure(timestamp)) return timestamp;

	const { timestamp: location } = scheme;
	let timestampMs =
		location !== undefined && !isInVerifiedBody(scheme)
			? checkTimestamp(scheme, location, timestamp, input)
			: undefined;
	if (isFailure(timestampMs)) return timestampMs;

	const requestVariants = readSignedRequestParts(scheme, values);
	if (isFailure(requestVariants)) return requestVariants;
	const matcher = new SecretMatcher(scheme, input.secrets);
	let found: string[] = [];
	let boundaryFailure: VerificationFailure | undefined;
	let content: Buffer[] = [];
	for (const request of requestVariants) {
		if (found.length > 0) break;
		const signed = { body, id, timestamp, ...request };
		content = buildSignedContent(scheme, signed);
		found = matcher.find(parts.signatures, content);
		boundaryFailure = checkContentBoundary(scheme, signed, isFormBody(headers));
	}
	if (found.length === 0) return createMismatchFailure(scheme, input);
	if (boundaryFailure !== undefined) return boundaryFailure;
	if (location !== undefined && 'bodyField' in location && isInVerifiedBody(scheme)) {
		timestampMs = checkBodyTimestamp(scheme, location, input);
		if (isFailure(timestampMs)) return timestampMs;
	}
	return {
		valid: true,
		id,
		timestampMs,
		...(signsOtherContent(scheme) && { signedContent: Buffer.concat(content) }),
		secrets: found,
	};
}

/**
 * Verifies a request as {@link verifyRequest} does, and returns the secrets that signed it too. Keep them out
 * of what people and callers see.
 */
export function findSigningSecrets(
	scheme: Scheme,
	input: VerificationInput,
): SignedBySecrets | VerificationFailure {
	if (isContentScheme(scheme)) return findContentSecrets(scheme, input);
	return scheme.kind === 'jwt'
		? findTokenSecrets(scheme, input)
		: findMessageSecrets(scheme, input);
}

/**
 * Verifies a request's signature, and its timestamp if the scheme has one, which may differ from the clock
 * by `toleranceSeconds` in both directions. Neither the result nor its time reveals which secret was close.
 * @throws InvalidSecretError if no secret is in the scheme's format, and InvalidSchemeError if the scheme
 * signs something that the input lacks: the receiver's errors, not the sender's
 * @example
 * verifyRequest(platform.scheme, { headers, body, nowMs: Date.now(), secrets: ['s3cret'] });
 * // { valid: true, id: undefined, timestampMs: undefined }
 * // { valid: false, code: 'SIGNATURE_INVALID', message: 'The signature in …', details: { field: … } }
 */
export function verifyRequest(scheme: Scheme, input: VerificationInput): Verification {
	const result = findSigningSecrets(scheme, input);
	if (!result.valid) return result;
	// A content scheme has nothing else; lodash takes longer than an HMAC.
	return isContentScheme(scheme)
		? { valid: true, id: result.id, timestampMs: result.timestampMs }
		: omit(result, ['secrets', 'signedContent']);
}
