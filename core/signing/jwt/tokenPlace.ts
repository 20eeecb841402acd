import type { JwtScheme, TokenPlace } from '../scheme';
import { MAX_BODY_TOKEN_CHARACTERS } from '../bodyLimits';
import { NO_HEADER, NO_PARAMETER, RequestValues } from '../requestValues';
import { createFailure, type VerificationFailure, type VerificationInput } from '../verification';

/** Far more than a token in a header or URL has; Node.js accepts 16 KB of headers in all. */
const MAX_TOKEN_CHARACTERS = 16 * 1024;

/** A token that a request presents, and the limit of its length. */
export interface PresentedToken {
	text: string;
	maxCharacters: number;
	/** The place, as errors name it. */
	field: string;
}

/** Names the place of a token, as errors do. */
function nameField(place: TokenPlace): string {
	if ('header' in place) return place.header;
	return 'parameter' in place ? place.parameter : 'body';
}

/** Removes the prefix from a header, whatever its case; a sender may leave it out. */
function removePrefix(value: string, prefix = ''): string {
	const hasPrefix = value.slice(0, prefix.length).toLowerCase() === prefix.toLowerCase();
	return (hasPrefix ? value.slice(prefix.length) : value).replace(/^[ \t]+/, '');
}

function readText(
	{ name, place }: JwtScheme,
	input: VerificationInput,
): string | undefined | VerificationFailure {
	if ('body' in place) {
		const { body } = input;
		// A longer text is rejected by its length alone.
		return body
			.subarray(0, MAX_BODY_TOKEN_CHARACTERS + 1)
			.toString('latin1')
			.trim();
	}
	const values = new RequestValues(input, name);
	if ('parameter' in place) {
		return values.readParameter(place.parameter);
	}
	const value = values.readHeader(place.header, 'SIGNATURE_MALFORMED');
	return typeof value === 'string' ? removePrefix(value, place.prefix) : value;
}

/** Reads the token from its place. */
export function readToken(
	scheme: JwtScheme,
	input: VerificationInput,
): PresentedToken | VerificationFailure {
	const { place } = scheme;
	const field = nameField(place);
	const text = readText(scheme, input);
	if (typeof text === 'object') return text;
	if (text === undefined || text === '') {
		const noun = 'header' in place ? 'header' : 'URL parameter';
		const message = 'body' in place ? 'The body is empty' : `The ${noun} ${field} is missing`;
		return createFailure('SIGNATURE_MISSING', message, {
			field,
			expected: 'a JSON Web Token',
			received: 'body' in place ? 'an empty body' : 'header' in place ? NO_HEADER : NO_PARAMETER,
		});
	}
	const maxCharacters = 'body' in place ? MAX_BODY_TOKEN_CHARACTERS : MAX_TOKEN_CHARACTERS;
	return { text, maxCharacters, field };
}
