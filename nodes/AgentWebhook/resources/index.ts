import { UserError, type INodeProperties, type INodePropertyOptions } from 'n8n-workflow';

import { delivery } from './delivery';
import { endpoint } from './endpoint';
import { event } from './event';
import { eventType } from './eventType';
import type { Operation, Resource } from './operation';
import { platformWebhook } from './platformWebhook';
import { listProperties } from './sharedProperties';
import { signature } from './signature';
import { tenant } from './tenant';
import { webhook } from './webhook';

/** Everything the node can do, by option value and in the order of the editor's lists. */
export const RESOURCES: Record<string, Resource> = {
	event,
	endpoint,
	delivery,
	eventType,
	tenant,
	signature,
	webhook,
	platformWebhook,
};

/** @throws UserError if the node has no such operation */
export function getOperation(resourceValue: string, operationValue: string): Operation {
	const resource: Resource | undefined = RESOURCES[resourceValue];
	const operation: Operation | undefined = resource?.operations[operationValue];
	if (operation === undefined) {
		throw new UserError(
			`There is no operation "${operationValue}" for the resource "${resourceValue}". Choose one from the lists "Resource" and "Operation".`,
		);
	}
	return operation;
}

const resourceProperty: INodeProperties = {
	displayName: 'Resource',
	name: 'resource',
	type: 'options',
	noDataExpression: true,
	options: Object.entries(RESOURCES).map(([value, { name }]) => ({ name, value })),
	default: 'event',
};

const toOption = ([value, operation]: [string, Operation]): INodePropertyOptions => {
	const { name, action, description } = operation;
	return { name, value, action, description };
};

const operationProperty = ([resource, { defaultOperation, operations }]: [
	string,
	Resource,
]): INodeProperties => ({
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: [resource] } },
	options: Object.entries(operations).map(toOption),
	default: defaultOperation,
});

/** All parameters of the node, each shown for its resource and operations. */
export const properties: INodeProperties[] = [
	resourceProperty,
	...Object.entries(RESOURCES).map(operationProperty),
	...Object.entries(RESOURCES).flatMap(listProperties),
];
