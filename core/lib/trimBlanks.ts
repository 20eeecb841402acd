import trim from 'lodash/trim';

export const isBlank = (character: string): boolean => character === ' ' || character === '\t';

/**
 * Removes spaces and tabs around a text, in linear time: an expression such as `/[ \t]+$/` takes a time that grows with
 * the square of the blanks within the text, and anyone can send some.
 */
export const trimBlanks = (text: string): string =>
	isBlank(text.charAt(0)) || isBlank(text.charAt(text.length - 1)) ? trim(text, ' \t') : text;
