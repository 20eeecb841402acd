import { expressionOf } from '../../shared/properties/expression';

interface Parameters {
	resource?: string;
	operation?: string;
	sendTo?: string;
}

const listOutputs = (parameters: Parameters) =>
	(
		({
			'event/send':
				parameters.sendTo === 'subscribers'
					? ['Delivered', 'Retry', 'Failed', 'Endpoint Changed']
					: ['Delivered', 'Retry', 'Failed'],
			'delivery/deliverDue': ['Delivered', 'Retry', 'Failed', 'Endpoint Changed'],
			'delivery/replay': ['Delivered', 'Retry', 'Failed', 'Endpoint Changed'],
			'signature/verify': ['Valid', 'Refused'],
		}) as Record<string, string[]>
	)[parameters.resource + '/' + parameters.operation]?.map((displayName) => ({
		type: 'main',
		displayName,
	})) ?? [{ type: 'main' }];

/** The node's outputs: operations with one output have no label on it. */
export const outputs = expressionOf(listOutputs);
