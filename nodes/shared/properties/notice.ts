import type { INodeProperties } from 'n8n-workflow';

/**
 * A sentence among the parameters that asks for nothing.
 * @param name ends in `Notice`
 */
export const notice = (
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
