/**
 * Cuts text after at most `maxBytes` of UTF-8, between two characters.
 * @returns the text itself if it is not longer
 */
export function cutText(text: string, maxBytes: number): string {
	const bytes = Buffer.from(text, 'utf8');
	if (bytes.length <= maxBytes) return text;
	let end = maxBytes;
	// A byte 10xxxxxx continues a character.
	while (end > 0 && (bytes[end] & 0xc0) === 0x80) end -= 1;
	return bytes.subarray(0, end).toString('utf8');
}
