import omit from 'lodash/omit';

import { cutText } from '../../lib/cutText';
import type { AttemptResult } from '../../sending/attemptOutcome';
import type { AttemptRecord, RecordedResponse } from '../../sending/deliver';
import type { SecretMask } from '../endpoint/secretMask';

/** Keeps what endpoints answered: enough for a person to see why, within bounds, and without secrets. */

/** Bytes of an answer's body that the log keeps. */
const MAX_BODY_BYTES = 2048;

const MAX_HEADER_BYTES = 200;

/** Bytes of all answers in one row, as JSON. */
const MAX_ROW_BYTES = 16 * 1024;

/** The headers that tell who answered, and by which ID their support finds the request. */
const RECORDED_HEADERS = [
	'content-type',
	'location',
	'retry-after',
	'webhook-delivery',
	'server',
	'x-request-id',
	'request-id',
	'x-correlation-id',
	'cf-ray',
];

/** Returns a redirect's URL without its query and its fragment, which may contain tokens. */
const toPrintableLocation = (location: string): string => location.replace(/[?#][\s\S]*$/, '');

function recordHeaders(headers: Record<string, unknown>, mask: SecretMask): Record<string, string> {
	return Object.fromEntries(
		RECORDED_HEADERS.flatMap((name) => {
			const value = headers[name];
			if (value === undefined || value === null) return [];
			const text = Array.isArray(value) ? value.join(', ') : String(value);
			const printable = name === 'location' ? toPrintableLocation(text) : text;
			return [[name, cutText(mask(printable), MAX_HEADER_BYTES)] as const];
		}),
	);
}

/**
 * Adds what an endpoint answered to the record of an attempt, and hides the endpoint's secrets.
 * @param mask the endpoint's
 */
export function recordResponse(
	attempt: AttemptRecord,
	result: AttemptResult,
	mask: SecretMask,
): AttemptRecord {
	const { error_message } = attempt;
	const masked = { ...attempt, error_message: error_message && mask(error_message) };
	if (result.kind === 'error') return masked;
	const whole = mask(result.body, result.bodyTruncated);
	const body = cutText(whole, MAX_BODY_BYTES);
	return {
		...masked,
		response: {
			headers: recordHeaders(result.headers, mask),
			body,
			body_truncated: result.bodyTruncated || body !== whole,
		},
	};
}

const countBytes = (response: RecordedResponse): number =>
	Buffer.byteLength(JSON.stringify(response), 'utf8');

/** Returns an attempt without what was answered. */
export const dropResponse = (attempt: AttemptRecord): AttemptRecord => omit(attempt, 'response');

/**
 * Bounds the answers in the log of a delivery: the older ones are left out first.
 * @param attempts oldest first
 */
export function limitResponses(attempts: AttemptRecord[]): AttemptRecord[] {
	let bytes = 0;
	return [...attempts]
		.reverse()
		.map((attempt) => {
			if (attempt.response === undefined) return attempt;
			bytes += countBytes(attempt.response);
			return bytes > MAX_ROW_BYTES ? dropResponse(attempt) : attempt;
		})
		.reverse();
}

/** Returns the fields of an attempt's item. */
export const presentLoggedAttempt = ({
	response = null,
	...attempt
}: Omit<AttemptRecord, 'response'> & {
	response?: RecordedResponse | null;
}): Record<string, unknown> => ({ ...attempt, response });
