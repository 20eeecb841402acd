import pick from 'lodash/pick';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

/** n8n's standard Simplify toggle. {@link simplify} reads it. */
export const simplifyField: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

/**
 * Keeps only the most useful fields if Simplify is on.
 * @param fields 10 at most, as n8n recommends
 */
export function simplify(
	context: IExecuteFunctions,
	itemIndex: number,
	json: IDataObject,
	fields: string[],
): IDataObject {
	return context.getNodeParameter('simplify', itemIndex) ? pick(json, fields) : json;
}
