import { isBlank, trimBlanks } from '../lib/trimBlanks';

import { NO_FIELD, NO_HEADER, NO_PARAMETER, type RequestValues } from './requestValues';
import type { SignatureForm, SignatureScheme } from './scheme';
import { describeProofPlace, getProofPlace, nameProofPlace } from './schemeFacts';
import { createFailure, isFailure, type VerificationFailure } from './verification';

// More than any rotation needs; limits the work that an unauthenticated request can cause.
const MAX_SIGNATURE_PARTS = 20;

/** More than all headers of a request have: a signature in the body may be no longer. */
const MAX_SIGNATURE_CHARACTERS = 16 * 1024;

const ENCODED: Record<SignatureForm['encoding'], RegExp> = {
	hex: /^[0-9a-f]+$/i,
	base64: /^[A-Za-z0-9+/]+={0,2}$/,
	base64url: /^[\w-]+={0,2}$/,
};

/**
 * Returns what follows a prefix, without the white space between them.
 * @returns `undefined` if the text has another prefix
 */
export const stripPrefix = (text: string, prefix: string): string | undefined =>
	text.startsWith(prefix) ? trimBlanks(text.slice(prefix.length)) : undefined;

const isSignature = ({ forms }: SignatureScheme, part: string): boolean =>
	forms.some(({ encoding, prefix }) => {
		const encoded = stripPrefix(part, prefix);
		return encoded !== undefined && ENCODED[encoding].test(encoded);
	});

const UNITS = { s: 'seconds', ms: 'milliseconds', iso: 'time' };

/** Describes the part of a signature's text that has the time, e.g. `t=<seconds>,`. */
function describeTimestampPart({ separator = '', timestamp }: SignatureScheme): string {
	if (timestamp === undefined) return '';
	const unit = `<${UNITS[timestamp.unit]}>`;
	if ('signaturePart' in timestamp) return `${timestamp.signaturePart}${unit}${separator}`;
	return 'signaturePosition' in timestamp ? `${unit}${separator}` : '';
}

/** Describes all that a signature's text has, e.g. `t=<seconds>,v1=<hmac-sha256 in hex>`. */
const describeForms = (scheme: SignatureScheme): string =>
	scheme.forms
		.map(
			({ algorithm, encoding, prefix }) =>
				`${describeTimestampPart(scheme)}${prefix}<${algorithm} in ${encoding}>`,
		)
		.join(' or ');

/** Reads the texts that have the signatures: the values of all signature headers, a field or a URL parameter. */
function readSignatureTexts(
	{
		additionalSignatureHeaders = [],
		signatureField,
		signatureHeader,
		signatureParameter,
	}: SignatureScheme,
	values: RequestValues,
): string[] | VerificationFailure {
	const texts: string[] = [];
	const found =
		signatureField !== undefined
			? [values.readBodyField(signatureField)]
			: signatureParameter !== undefined
				? [values.readParameter(signatureParameter)]
				: [signatureHeader, ...additionalSignatureHeaders].map((name) =>
						values.readHeader(name, 'SIGNATURE_MALFORMED'),
					);
	for (const text of found) {
		if (isFailure(text)) return text;
		if (text !== undefined && text !== '') texts.push(text);
	}
	return texts;
}

/** The parts of a signature's text: those written as signatures, and all others, e.g. a timestamp. */
export interface SignatureParts {
	signatures: string[];
	otherParts: string[];
	/** All parts, by their position, if positions tell them apart; otherwise empty. */
	positions: string[];
}

/**
 * Returns whether a proxy joined a repeated header into one: it then has a comma where no signature has any,
 * or white space and a second timestamp.
 */
function isJoined({ timestamp }: SignatureScheme, untrimmed: string[]): boolean {
	if (untrimmed.some((part) => trimBlanks(part).endsWith(','))) return true;
	if (timestamp === undefined || !('signaturePart' in timestamp)) return false;
	const times = untrimmed.filter((part) => trimBlanks(part).startsWith(timestamp.signaturePart));
	return times.length > 1 && untrimmed.some((part) => isBlank(part.charAt(0)));
}

const MISSING = {
	header: NO_HEADER,
	'body field': NO_FIELD,
	'URL parameter': NO_PARAMETER,
	body: NO_FIELD,
};

/** Returns whether parts are told apart by their positions, and not by how they are written. */
const hasPositions = ({ signaturePosition, timestamp }: SignatureScheme): boolean =>
	signaturePosition !== undefined || (timestamp !== undefined && 'signaturePosition' in timestamp);

/** Splits the text of signatures into its parts. */
function splitParts(scheme: SignatureScheme, untrimmed: string[]): SignatureParts {
	// White space around a part of a list does not belong to it (RFC 9110, 5.6.1).
	const trimmed = untrimmed.map(trimBlanks);
	if (!hasPositions(scheme)) {
		const parts = trimmed.filter((part) => part !== '');
		const signatures = parts.filter((part) => isSignature(scheme, part));
		return {
			signatures,
			otherParts: parts.filter((part) => !signatures.includes(part)),
			positions: [],
		};
	}
	const { signaturePosition = 1, timestamp } = scheme;
	const timePosition =
		timestamp !== undefined && 'signaturePosition' in timestamp ? timestamp.signaturePosition : 0;
	const isInPlace = (index: number): boolean =>
		index + 1 >= signaturePosition && index + 1 !== timePosition;
	return {
		signatures: trimmed.filter((part, index) => isInPlace(index) && isSignature(scheme, part)),
		otherParts: trimmed.filter((part, index) => !isInPlace(index) || !isSignature(scheme, part)),
		positions: trimmed,
	};
}

/** Splits the text that has the signatures into its parts. */
export function readSignatureParts(
	scheme: SignatureScheme,
	values: RequestValues,
): SignatureParts | VerificationFailure {
	const { separator } = scheme;
	const field = nameProofPlace(scheme);
	const texts = readSignatureTexts(scheme, values);
	if (isFailure(texts)) return texts;
	if (texts.length === 0) {
		return createFailure('SIGNATURE_MISSING', `The ${describeProofPlace(scheme)} is missing`, {
			field,
			expected: describeForms(scheme),
			received: MISSING[getProofPlace(scheme).kind],
		});
	}
	const failWith = (received: string): VerificationFailure => {
		const expected = describeForms(scheme);
		return createFailure(
			'SIGNATURE_MALFORMED',
			`The ${describeProofPlace(scheme)} is not a signature of the form ${expected}`,
			{ field, expected, received },
		);
	};
	// Count before any part is looked at: anyone can send many, and long ones.
	const characters = texts.reduce((sum, { length }) => sum + length, 0);
	if (characters > MAX_SIGNATURE_CHARACTERS) return failWith(`${characters} characters`);
	const untrimmed =
		separator === undefined ? texts : texts.flatMap((text) => text.split(separator));
	if (untrimmed.length > MAX_SIGNATURE_PARTS) return failWith(`${untrimmed.length} parts`);
	const parts = splitParts(scheme, untrimmed);
	return parts.signatures.length === 0 || isJoined(scheme, untrimmed)
		? failWith('text of another form')
		: parts;
}
