/** A text that HTTP would not carry as it is. The message names its field, and never repeats the text. */
export class InvalidHeaderValueError extends Error {
	override readonly name = 'InvalidHeaderValueError';
}

/**
 * The place in which a text is sent.
 * - `token`: after `Bearer`
 * - `urlToken`: as `?token=`, where a space is escaped
 * - `header`: the value of a header
 * - `basicUser`, `basicPassword`: the two halves of Basic credentials (RFC 7617)
 */
export type SentAs = 'token' | 'urlToken' | 'header' | 'basicUser' | 'basicPassword';

/** The longest text that common servers accept in one header (nginx: 8 KB for the whole line). */
const MAX_HEADER_VALUE_CHARACTERS = 8000;

const CONTROL = /\p{Cc}/u;

/** The characters that each kind of text may not contain. */
const UNSENDABLE: Record<SentAs, RegExp> = {
	token: /[^\x21-\x7e]/u,
	urlToken: /[^\x20-\x7e]|^ | $/u,
	// White space at an end is removed on the way.
	header: /[^\t\x20-\x7e]|^[\t ]|[\t ]$/u,
	basicUser: /\p{Cc}|:|\p{Cs}/u,
	basicPassword: /\p{Cc}|\p{Cs}/u,
};

/** The characters that each kind of text may contain. */
const ALLOWED: Record<SentAs, string> = {
	token: 'with only letters, digits and other printable ASCII characters',
	urlToken: 'with only printable ASCII characters and no spaces at the start or end',
	header: 'with only printable ASCII characters and no spaces at the start or end',
	basicUser: 'without colons and control characters',
	basicPassword: 'without control characters',
};

/** Names a character without showing it: it may be part of a secret. */
function nameCharacter(character: string): string {
	if (character === '\n' || character === '\r') return 'a line break';
	if (character === '\t') return 'a tab';
	if (character === ' ') return 'a space';
	if (character === ':') return 'a colon';
	if (CONTROL.test(character)) return 'a control character';
	if (/[\p{Cf}\p{Z}]/u.test(character)) return 'an invisible character';
	return 'a character that is not ASCII';
}

/**
 * Finds the reason that a text cannot be sent as it is. An empty text can.
 * @returns what is wrong and what to do, to follow the field's name; `undefined` if the text can be sent
 * @example
 * findHeaderFault('token', 'wh_1\u200b');
 * // 'has an invisible character at position 5. Enter it again with only letters, digits and …'
 */
export function findHeaderFault(sentAs: SentAs, text: string): string | undefined {
	if (text.length > MAX_HEADER_VALUE_CHARACTERS) {
		return `has ${text.length} characters. Enter at most ${MAX_HEADER_VALUE_CHARACTERS}.`;
	}
	const match = UNSENDABLE[sentAs].exec(text);
	if (match === null) return undefined;
	const position = [...text.slice(0, match.index)].length + 1;
	return `has ${nameCharacter(match[0])} at position ${position}. Enter it again ${ALLOWED[sentAs]}.`;
}

/**
 * Requires that a text can be sent as it is.
 * @param label the field, as the editor or the API shows it
 * @throws InvalidHeaderValueError
 */
export function requireSendable(sentAs: SentAs, label: string, text: string): void {
	const fault = findHeaderFault(sentAs, text);
	if (fault !== undefined) throw new InvalidHeaderValueError(`"${label}" ${fault}`);
}
