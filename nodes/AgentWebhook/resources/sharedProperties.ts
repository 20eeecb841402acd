import type { INodeProperties } from 'n8n-workflow';

import type { Resource } from './operation';

/** A parameter, and the operations of a resource that have it. */
interface SharedProperty {
	property: INodeProperties;
	operations: string[];
}

/**
 * Lists the parameters of a resource's operations. Operations share a parameter if it is the same object
 * and their orders allow it: n8n goes through all parameters of a node several times for each execution.
 */
function shareProperties({ operations }: Resource): SharedProperty[] {
	const shared: SharedProperty[] = [];
	for (const [operation, { properties }] of Object.entries(operations)) {
		// An operation's next parameter comes after its previous one.
		let position = 0;
		for (const property of properties) {
			const index = shared.findIndex(
				(entry, entryIndex) => entryIndex >= position && entry.property === property,
			);
			if (index >= position) {
				shared[index].operations.push(operation);
				position = index + 1;
			} else {
				shared.splice(position, 0, { property, operations: [operation] });
				position += 1;
			}
		}
	}
	return shared;
}

/** Returns a resource's parameters, each shown only for the operations that have it. */
export const listProperties = ([name, resource]: [string, Resource]): INodeProperties[] =>
	shareProperties(resource).map(({ operations, property }) => ({
		...property,
		displayOptions: {
			...property.displayOptions,
			// The resource comes first: it rules out most parameters.
			show: { resource: [name], operation: operations, ...property.displayOptions?.show },
		},
	}));
