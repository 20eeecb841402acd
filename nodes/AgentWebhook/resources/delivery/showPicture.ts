import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escaped = (text: string): string =>
	text.replace(/[&<>"]/g, (character) => ENTITIES[character]);

/**
 * Shows a picture in the node's output panel. n8n shows pictures that are binary data by a button, but none
 * that are SVG; so this is a hint that holds the picture, by the address from which n8n has it downloaded.
 * @param picture as `prepareBinaryData` returns it; where n8n keeps it in memory it has no address
 * @param description for those who do not see it
 */
export function showPicture(
	context: IExecuteFunctions,
	{ id }: IBinaryData,
	description: string,
): void {
	if (id === undefined) return;
	const address = `${context.getRestApiUrl()}/binary-data?id=${encodeURIComponent(id)}&action=download`;
	context.addExecutionHints({
		location: 'outputPane',
		message: `<img src="${escaped(address)}" alt="${escaped(description)}" width="100%" loading="lazy">`,
	});
}
