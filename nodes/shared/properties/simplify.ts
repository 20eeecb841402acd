import pick from 'lodash/pick';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

/** The parameter by which an item has the most useful fields alone, as n8n has it. */
export const simplifyField: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

/**
 * What a person wants to see of something.
 * @param fields the most useful ones, 10 at most
 */
export function simplify(
	context: IExecuteFunctions,
	itemIndex: number,
	json: IDataObject,
	fields: string[],
): IDataObject {
	return context.getNodeParameter('simplify', itemIndex) ? pick(json, fields) : json;
}
