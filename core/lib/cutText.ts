/** Checks whether a byte of UTF-8 continues a character: 10xxxxxx. */
const isContinuation = (byte: number): boolean => (byte & 0xc0) === 0x80;

/** The most bytes of a character that can be before a cut. */
const MAX_BEFORE_CUT = 3;

/**
 * Decodes at most the first `maxBytes` of UTF-8, up to the end of a character: half of one would keep a secret at the end
 * of the text from being recognized.
 */
export function decodeText(bytes: Buffer, maxBytes: number): string {
	if (bytes.length <= maxBytes) return bytes.toString('utf8');
	const least = Math.max(0, maxBytes - MAX_BEFORE_CUT);
	let end = Math.floor(maxBytes);
	while (end > least && isContinuation(bytes[end])) end -= 1;
	return bytes.subarray(0, end).toString('utf8');
}

/**
 * Cuts text after at most `maxBytes` of UTF-8, between two characters.
 * @returns the text itself if it is not longer
 */
export const cutText = (text: string, maxBytes: number): string => {
	const bytes = Buffer.from(text, 'utf8');
	return bytes.length <= maxBytes ? text : decodeText(bytes, maxBytes);
};
