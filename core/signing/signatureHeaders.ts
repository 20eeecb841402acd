import type { RequestHeaders } from '../http/headers';

import type { SignatureForm, SignatureScheme } from './scheme';
import {
	createFailure,
	isFailure,
	type VerificationCode,
	type VerificationFailure,
} from './verification';

// More than any rotation needs; limits the work that an unauthenticated request can cause.
const MAX_SIGNATURE_PARTS = 20;

/**
 * Reads a header that may be sent only once.
 * @param repeatedCode the failure's code if it was sent more than once
 * @returns `undefined` if it is missing or empty
 */
export function readSingleHeader(
	headers: RequestHeaders,
	name: string,
	repeatedCode: VerificationCode,
): string | undefined | VerificationFailure {
	const value = headers[name.toLowerCase()];
	const values = typeof value === 'string' ? [value] : (value ?? []);
	if (values.length > 1) {
		return createFailure(repeatedCode, `The request has ${values.length} ${name} headers`, {
			field: name,
			expected: 'one header',
			received: `${values.length} headers`,
		});
	}
	return values[0] === '' ? undefined : values[0];
}

const ENCODED: Record<SignatureForm['encoding'], RegExp> = {
	hex: /^[0-9a-f]+$/i,
	base64: /^[A-Za-z0-9+/]+={0,2}$/,
};

const isSignature = ({ forms }: SignatureScheme, part: string): boolean =>
	forms.some(
		({ prefix, encoding }) =>
			part.startsWith(prefix) && ENCODED[encoding].test(part.slice(prefix.length)),
	);

const describeForms = ({ forms }: SignatureScheme): string =>
	forms
		.map(({ algorithm, encoding, prefix }) => `${prefix}<${algorithm} in ${encoding}>`)
		.join(' or ');

/** Reads the values of all signature headers that the request has. */
function readSignatureHeaders(
	{ additionalSignatureHeaders = [], signatureHeader }: SignatureScheme,
	headers: RequestHeaders,
): string[] | VerificationFailure {
	const values: string[] = [];
	for (const name of [signatureHeader, ...additionalSignatureHeaders]) {
		const value = readSingleHeader(headers, name, 'SIGNATURE_MALFORMED');
		if (isFailure(value)) return value;
		if (value !== undefined) values.push(value);
	}
	return values;
}

/** The parts of the signature headers: those written as signatures, and all others, e.g. a timestamp. */
export interface SignatureParts {
	signatures: string[];
	otherParts: string[];
}

/** Splits the signature headers into their parts. */
export function readSignatureParts(
	scheme: SignatureScheme,
	headers: RequestHeaders,
): SignatureParts | VerificationFailure {
	const { separator, signatureHeader: field } = scheme;
	const values = readSignatureHeaders(scheme, headers);
	if (isFailure(values)) return values;
	if (values.length === 0) {
		return createFailure('SIGNATURE_MISSING', `The header ${field} is missing`, {
			field,
			expected: describeForms(scheme),
			received: 'null',
		});
	}
	const parts =
		separator === undefined
			? values
			: values.flatMap((value) => value.split(separator)).filter((part) => part !== '');
	const signatures = parts.filter((part) => isSignature(scheme, part));
	// A proxy may join a repeated header into one. It then has white space where no signature has any.
	const isJoined = parts.some((part) => /^\s|[\s,]$/.test(part));
	if (signatures.length === 0 || isJoined || parts.length > MAX_SIGNATURE_PARTS) {
		const expected = describeForms(scheme);
		return createFailure(
			'SIGNATURE_MALFORMED',
			`The header ${field} is not a signature of the form ${expected}`,
			{
				field,
				expected,
				received:
					parts.length > MAX_SIGNATURE_PARTS ? `${parts.length} parts` : 'text of another form',
			},
		);
	}
	return { signatures, otherParts: parts.filter((part) => !signatures.includes(part)) };
}
