import { isFormBody } from '../http/headers';
import { getValuesAt, parsePath } from '../lib/fieldPath';
import { parseJson } from '../lib/json';
import { SECOND_MS, toIsoTime } from '../lib/time';

import type { RequestValues } from './requestValues';
import type { SchemeTimestamp, SignatureScheme, TimestampUnit } from './scheme';
import { nameProofPlace, readsBodyFields } from './schemeFacts';
import { stripPrefix, type SignatureParts } from './signatureParts';
import { createFailure, type VerificationFailure, type VerificationInput } from './verification';

/** Returns whether the time is in a body that is read only after its signature was verified. */
export const isInVerifiedBody = (scheme: SignatureScheme): boolean =>
	scheme.timestamp !== undefined && 'bodyField' in scheme.timestamp && !readsBodyFields(scheme);

/** Finds the time among the parts of a signature's text that are not signatures. */
function findTimestampPart(
	scheme: SignatureScheme,
	prefix: string,
	otherParts: string[],
): string | undefined | VerificationFailure {
	const texts = otherParts.flatMap((part) => stripPrefix(part, prefix) ?? []);
	// Of two timestamps, one could be signed and the other one checked.
	if (texts.length > 1) {
		const field = nameProofPlace(scheme);
		return createFailure(
			'TIMESTAMP_MALFORMED',
			`The header ${field} has ${texts.length} timestamps`,
			{ field, expected: 'one timestamp', received: `${texts.length} timestamps` },
		);
	}
	return texts[0];
}

/**
 * Reads the timestamp's text, as it is signed.
 * @returns `undefined` if there is none, or if it is in a body that must be verified first
 */
export function readTimestampText(
	scheme: SignatureScheme,
	values: RequestValues,
	{ otherParts, positions }: SignatureParts,
): string | undefined | VerificationFailure {
	const { timestamp } = scheme;
	if (timestamp === undefined || isInVerifiedBody(scheme)) return undefined;
	if ('header' in timestamp) return values.readHeader(timestamp.header, 'TIMESTAMP_MALFORMED');
	if ('parameter' in timestamp) return values.readParameter(timestamp.parameter);
	if ('bodyField' in timestamp) return values.readBodyField(timestamp.bodyField);
	return 'signaturePosition' in timestamp
		? positions[timestamp.signaturePosition - 1]
		: findTimestampPart(scheme, timestamp.signaturePart, otherParts);
}

function nameField(timestamp: SchemeTimestamp, scheme: SignatureScheme): string {
	if ('header' in timestamp) return timestamp.header;
	if ('bodyField' in timestamp) return timestamp.bodyField;
	return 'parameter' in timestamp ? timestamp.parameter : nameProofPlace(scheme);
}

/** Times as in RFC 3339, with or without a fraction of a second. */
const ISO_TIME =
	/^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})$/;

function parseIsoTime(text: string): number | undefined {
	const [, date, time, fraction = '', offset] = ISO_TIME.exec(text) ?? [];
	if (date === undefined) return undefined;
	const milliseconds = fraction.slice(0, 3).padEnd(3, '0');
	const ms = Date.parse(`${date}T${time}.${milliseconds}${offset.toUpperCase()}`);
	return Number.isNaN(ms) ? undefined : ms;
}

// With zeros before it, digits could move from the text before a time into it.
const parseUnixTime = (text: string, unitMs: number): number | undefined =>
	/^(?:0|[1-9]\d{0,15})$/.test(text) ? Number(text) * unitMs : undefined;

interface UnitFacts {
	parse: (text: string) => number | undefined;
	format: (ms: number) => string;
	expected: string;
}

const UNITS: Record<TimestampUnit, UnitFacts> = {
	s: {
		parse: (text) => parseUnixTime(text, SECOND_MS),
		format: (ms) => String(Math.floor(ms / SECOND_MS)),
		expected: 'a Unix time in seconds',
	},
	ms: {
		parse: (text) => parseUnixTime(text, 1),
		format: (ms) => String(Math.floor(ms)),
		expected: 'a Unix time in milliseconds',
	},
	iso: {
		parse: parseIsoTime,
		format: toIsoTime,
		expected: 'a time with its zone as in RFC 3339, e.g. 2026-11-29T12:00:00Z',
	},
};

/** Writes a time as a sender signs it. */
export const formatTimestamp = (ms: number, unit: TimestampUnit): string => UNITS[unit].format(ms);

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
	const { expected, format, parse } = UNITS[timestamp.unit];
	if (text === undefined || text === '') {
		return createFailure('TIMESTAMP_MISSING', `${field} has no timestamp`, {
			field,
			expected,
			received: 'no timestamp',
		});
	}
	const timestampMs = parse(text);
	if (timestampMs === undefined) {
		return createFailure('TIMESTAMP_MALFORMED', `The timestamp in ${field} must be ${expected}`, {
			field,
			expected,
			received: 'text of another form',
		});
	}
	if (Math.abs(nowMs - timestampMs) > toleranceSeconds * SECOND_MS) {
		return createFailure(
			'TIMESTAMP_OUT_OF_TOLERANCE',
			`The timestamp in ${field} is more than ${toleranceSeconds} seconds from the receiver's clock`,
			{
				field,
				expected: `within ${toleranceSeconds} seconds of ${format(nowMs)}`,
				received: text,
			},
		);
	}
	return timestampMs;
}

function readBodyTimestamp(
	{ body, headers }: VerificationInput,
	field: string,
): string | undefined {
	const value: unknown = isFormBody(headers)
		? new URLSearchParams(body.toString('utf8')).get(field)
		: getValuesAt(parseJson(body.toString('utf8'))?.value, parsePath(field))[0];
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
	checkTimestamp(scheme, timestamp, readBodyTimestamp(input, timestamp.bodyField), input);
