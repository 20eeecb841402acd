import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { Operation } from './operation';

import * as delivery from './delivery/operations';
import { answerManagement } from './endpoint/answerManagement';
import * as endpoint from './endpoint/operations';
import { send } from './event/send';
import * as platformWebhook from './platformWebhook/operations';
import { generateSecret } from './signature/generateSecret';
import { sign } from './signature/sign';
import { verify } from './signature/verify';
import { respond } from './webhook/respond';

interface ListedOperation extends Operation {
	name: string;
	action: string;
	description: string;
}

interface Resource {
	name: string;
	operations: Record<string, ListedOperation>;
}

/** What the node can do. The editor's lists are made from this one, in its order. */
export const RESOURCES: Record<string, Resource> = {
	delivery: {
		name: 'Delivery',
		operations: {
			deliverDue: {
				...delivery.deliverDue,
				name: 'Deliver Due',
				action: 'Deliver what is due',
				description: 'Attempt the deliveries whose time has come. Run it on a Schedule Trigger.',
			},
			get: {
				...delivery.get,
				name: 'Get',
				action: 'Get a delivery',
				description: 'Get how a delivery stands',
			},
			getAttempts: {
				...delivery.getAttempts,
				name: 'Get Attempts',
				action: 'Get the attempts of a delivery',
				description: 'List what was tried for a delivery, and how it went',
			},
			getAll: {
				...delivery.getMany,
				name: 'Get Many',
				action: 'Get many deliveries',
				description: 'Read the log: by endpoint, event type, status and time',
			},
			getStats: {
				...delivery.getStats,
				name: 'Get Stats',
				action: 'Get delivery stats',
				description:
					'Count deliveries by endpoint and by day, with success rate and response times',
			},
			prune: {
				...delivery.prune,
				name: 'Prune',
				action: 'Prune deliveries',
				description: 'Delete deliveries and events that need not be kept any longer',
			},
			replay: {
				...delivery.replay,
				name: 'Replay',
				action: 'Replay a delivery',
				description: 'Attempt a delivery again, at once',
			},
			replayFailed: {
				...delivery.replayAllFailed,
				name: 'Replay Failed',
				action: 'Replay failed deliveries',
				description: 'Make all deliveries that failed or are held since a time due again',
			},
		},
	},
	endpoint: {
		name: 'Endpoint',
		operations: {
			answerManagement: {
				...answerManagement,
				name: 'Answer Management Request',
				action: 'Answer a management request',
				description:
					'Let subscribers register and manage their endpoints through an API, behind an Agent Webhook Trigger',
			},
			create: {
				...endpoint.create,
				name: 'Create',
				action: 'Create an endpoint',
				description: 'Register an endpoint for event types',
			},
			delete: {
				...endpoint.remove,
				name: 'Delete',
				action: 'Delete an endpoint',
				description: 'Register an endpoint no longer; its deliveries stay on record',
			},
			disable: {
				...endpoint.disable,
				name: 'Disable',
				action: 'Disable an endpoint',
				description: 'Send an endpoint no more events; they are held for a replay',
			},
			enable: {
				...endpoint.enable,
				name: 'Enable',
				action: 'Enable an endpoint',
				description: 'Send an endpoint events again',
			},
			get: {
				...endpoint.get,
				name: 'Get',
				action: 'Get an endpoint',
				description: 'Get an endpoint and how its deliveries went',
			},
			getAll: {
				...endpoint.getMany,
				name: 'Get Many',
				action: 'Get many endpoints',
				description: 'List the endpoints of the outbox',
			},
			rotateSecret: {
				...endpoint.rotateSecret,
				name: 'Rotate Secret',
				action: 'Rotate the secret of an endpoint',
				description: 'Give an endpoint a new signing secret; the old one stays valid for a time',
			},
			test: {
				...endpoint.test,
				name: 'Test',
				action: 'Test an endpoint',
				description: 'Send an endpoint a test event; it is not put on record',
			},
			update: {
				...endpoint.update,
				name: 'Update',
				action: 'Update an endpoint',
				description: 'Change where and how events are sent to an endpoint',
			},
		},
	},
	event: {
		name: 'Event',
		operations: {
			send: {
				...send,
				name: 'Send',
				action: 'Send an event',
				description: 'Send signed events to an endpoint, or to all that are subscribed',
			},
		},
	},
	platformWebhook: {
		name: 'Platform Webhook',
		operations: {
			create: {
				...platformWebhook.create,
				name: 'Create',
				action: 'Create a platform webhook',
				description: 'Have a platform send its events to a URL',
			},
			delete: {
				...platformWebhook.remove,
				name: 'Delete',
				action: 'Delete a platform webhook',
				description: 'Have a platform send no more events to a webhook',
			},
			getLogs: {
				...platformWebhook.getLogs,
				name: 'Get Logs',
				action: 'Get the logs of a platform webhook',
				description: 'List what a platform has delivered to a webhook',
			},
			getAll: {
				...platformWebhook.getMany,
				name: 'Get Many',
				action: 'Get many platform webhooks',
				description: 'List the webhooks that a platform has',
			},
			getStats: {
				...platformWebhook.getStats,
				name: 'Get Stats',
				action: 'Get the stats of a platform webhook',
				description: 'Get how a platform’s deliveries to a webhook went',
			},
			test: {
				...platformWebhook.test,
				name: 'Test',
				action: 'Test a platform webhook',
				description: 'Have a platform send a test event to a webhook',
			},
			update: {
				...platformWebhook.update,
				name: 'Update',
				action: 'Update a platform webhook',
				description: 'Change where a platform sends its events, or which',
			},
		},
	},
	signature: {
		name: 'Signature',
		operations: {
			generateSecret: {
				...generateSecret,
				name: 'Generate Secret',
				action: 'Generate a signing secret',
				description: 'Make a random secret to put into a credential',
			},
			sign: {
				...sign,
				name: 'Sign',
				action: 'Sign a body',
				description: 'Make the signature headers for a body that another node sends',
			},
			verify: {
				...verify,
				name: 'Verify',
				action: 'Verify a signature',
				description: 'Part requests with a valid signature from others',
			},
		},
	},
	webhook: {
		name: 'Webhook',
		operations: {
			respond: {
				...respond,
				name: 'Respond',
				action: 'Respond to a webhook',
				description: 'Answer the request that the Agent Webhook Trigger received',
			},
		},
	},
};

const resourceProperty: INodeProperties = {
	displayName: 'Resource',
	name: 'resource',
	type: 'options',
	noDataExpression: true,
	options: Object.entries(RESOURCES).map(([value, { name }]) => ({ name, value })),
	default: 'event',
};

const listed = ([value, operation]: [string, ListedOperation]): INodePropertyOptions => {
	const { name, action, description } = operation;
	return { name, value, action, description };
};

const operationProperty = ([resource, { operations }]: [string, Resource]): INodeProperties => {
	const options = Object.entries(operations).map(listed);
	const first = (options.find(({ value }) => value === 'create') ?? options[0]).value;
	return {
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: [resource] } },
		options,
		default: first,
	};
};

/** A parameter, and the operations of a resource that have it. */
interface Shown {
	property: INodeProperties;
	operations: string[];
}

/**
 * The parameters of a resource's operations. One that several have stands here once, where their orders
 * agree: n8n goes through all parameters of a node several times for each execution.
 */
function shownParameters({ operations }: Resource): Shown[] {
	const shown: Shown[] = [];
	for (const [operation, { properties: own }] of Object.entries(operations)) {
		let next = 0;
		for (const property of own) {
			const known = shown.findIndex((one, index) => index >= next && one.property === property);
			if (known === -1) shown.splice(next, 0, { property, operations: [operation] });
			else shown[known].operations.push(operation);
			next = (known === -1 ? next : known) + 1;
		}
	}
	return shown;
}

/** All parameters of the node, each shown where its resource and operation are chosen. */
export const properties: INodeProperties[] = [
	resourceProperty,
	...Object.entries(RESOURCES).map(operationProperty),
	...Object.entries(RESOURCES).flatMap(([name, resource]) =>
		shownParameters(resource).map(({ operations, property }) => ({
			...property,
			displayOptions: {
				...property.displayOptions,
				// The resource first: it tells most parameters from what is shown.
				show: { resource: [name], operation: operations, ...property.displayOptions?.show },
			},
		})),
	),
];
