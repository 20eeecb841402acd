import { isObject } from '../lib/fieldPath';
import { parseJson } from '../lib/json';
import { SECOND_MS } from '../lib/time';

import type { SchemeTimestamp, SignatureScheme } from './scheme';
import { readSingleHeader } from './signatureHeaders';
import { createFailure, type VerificationFailure, type VerificationInput } from './verification';

/**
 * Reads the timestamp's text from a header, as it is signed.
 * @param otherParts parts of the signature header that are not signatures
 * @returns `undefined` if there is none, or if the scheme's timestamp is in the body
 */
export function readTimestampText(
	{ signatureHeader, timestamp }: SignatureScheme,
	{ headers }: VerificationInput,
	otherParts: string[],
): string | undefined | VerificationFailure {
	if (timestamp === undefined || 'bodyField' in timestamp) return undefined;
	if ('header' in timestamp) {
		return readSingleHeader(headers, timestamp.header, 'TIMESTAMP_MALFORMED');
	}
	const { signaturePart: prefix } = timestamp;
	const texts = otherParts
		.filter((part) => part.startsWith(prefix))
		.map((part) => part.slice(prefix.length));
	// Of two timestamps, one could be signed and the other one checked.
	if (texts.length > 1) {
		return createFailure(
			'TIMESTAMP_MALFORMED',
			`The header ${signatureHeader} has ${texts.length} timestamps`,
			{
				field: signatureHeader,
				expected: 'one timestamp',
				received: `${texts.length} timestamps`,
			},
		);
	}
	return texts[0];
}

function nameField(timestamp: SchemeTimestamp, { signatureHeader }: SignatureScheme): string {
	if ('header' in timestamp) return timestamp.header;
	return 'signaturePart' in timestamp ? signatureHeader : timestamp.bodyField;
}

/**
 * Checks a timestamp against the clock, in both directions.
 * @returns the time in ms
 */
export function checkTimestamp(
	scheme: SignatureScheme,
	timestamp: SchemeTimestamp,
	text: string | undefined,
	{ nowMs, toleranceSeconds = timestamp.toleranceSeconds }: VerificationInput,
): number | VerificationFailure {
	const field = nameField(timestamp, scheme);
	const isInSeconds = timestamp.unit === 's';
	const expected = `a Unix time in ${isInSeconds ? 'seconds' : 'milliseconds'}`;
	if (text === undefined || text === '') {
		return createFailure('TIMESTAMP_MISSING', `${field} has no timestamp`, {
			field,
			expected,
			received: 'null',
		});
	}
	if (!/^\d{1,16}$/.test(text)) {
		return createFailure('TIMESTAMP_MALFORMED', `The timestamp in ${field} must be ${expected}`, {
			field,
			expected,
			received: 'text of another form',
		});
	}
	const timestampMs = Number(text) * (isInSeconds ? SECOND_MS : 1);
	if (Math.abs(nowMs - timestampMs) > toleranceSeconds * SECOND_MS) {
		const now = isInSeconds ? Math.floor(nowMs / SECOND_MS) : nowMs;
		return createFailure(
			'TIMESTAMP_OUT_OF_TOLERANCE',
			`The timestamp in ${field} is more than ${toleranceSeconds} seconds from the receiver's clock`,
			{ field, expected: `within ${toleranceSeconds} seconds of ${now}`, received: text },
		);
	}
	return timestampMs;
}

function readBodyTimestamp(body: Buffer, field: string): string | undefined {
	const parsed = parseJson(body.toString('utf8'))?.value;
	const value = isObject(parsed) ? parsed[field] : undefined;
	return typeof value === 'number' || typeof value === 'string' ? String(value) : undefined;
}

/**
 * Checks the timestamp in a body that is known to be authentic: before that, it proves nothing.
 * @returns the time in ms
 */
export const checkBodyTimestamp = (
	scheme: SignatureScheme,
	timestamp: SchemeTimestamp & { bodyField: string },
	input: VerificationInput,
): number | VerificationFailure =>
	checkTimestamp(scheme, timestamp, readBodyTimestamp(input.body, timestamp.bodyField), input);
