/** Line breaks, other control characters, and characters that reverse the direction of text. */
const BREAKING = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;
const ALL_BREAKING = new RegExp(BREAKING.source, 'gu');

/** Returns whether a text can be part of a line in a log without forging another one. */
export const isSingleLine = (text: string): boolean => !BREAKING.test(text);

/** Replaces the characters that would break a line, e.g. in the name of an endpoint that was edited by hand. */
export const toSingleLine = (text: string): string => text.replace(ALL_BREAKING, ' ');
