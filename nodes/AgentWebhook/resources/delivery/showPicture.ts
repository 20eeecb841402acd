import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escapeHtml = (text: string): string =>
	text.replace(/[&<>"]/g, (character) => ENTITIES[character]);

/**
 * Shows a picture in the node's output panel. n8n previews binary data except SVG files, so this adds an
 * execution hint with an image that loads from n8n's download URL.
 * @param picture from `prepareBinaryData`; nothing is shown if n8n keeps it in memory, without a URL
 * @param description alternative text for screen readers
 */
export function showPicture(
	context: IExecuteFunctions,
	picture: IBinaryData,
	description: string,
): void {
	if (picture.id === undefined) return;
	const url = `${context.getRestApiUrl()}/binary-data?id=${encodeURIComponent(picture.id)}&action=download`;
	context.addExecutionHints({
		location: 'outputPane',
		message: `<img src="${escapeHtml(url)}" alt="${escapeHtml(description)}" width="100%" loading="lazy">`,
	});
}
