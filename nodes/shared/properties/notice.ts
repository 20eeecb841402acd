import type { INodeProperties } from 'n8n-workflow';

/**
 * Returns a notice, which the editor shows among the parameters.
 * @param name ends in `Notice`
 * @param displayName the text, two sentences at most
 */
export const buildNotice = (
	name: string,
	displayName: string,
	displayOptions?: INodeProperties['displayOptions'],
): INodeProperties => ({
	displayName,
	name,
	type: 'notice',
	default: '',
	...(displayOptions && { displayOptions }),
});
