import { toExpression } from '../../shared/properties/expression';
import { OUTPUT_LABELS } from '../resources/outputItems';

interface Parameters {
	resource?: string;
	operation?: string;
	sendTo?: string;
}

const listOutputs = (parameters: Parameters, labels: typeof OUTPUT_LABELS) =>
	(
		({
			'event/send': parameters.sendTo === 'subscribers' ? labels.subscribers : labels.endpoint,
			'event/sendAgain': labels.outbox,
			'delivery/deliverDue': labels.outbox,
			'delivery/replay': labels.outbox,
			'signature/verify': ['Valid', 'Rejected'],
		}) as Record<string, string[]>
	)[parameters.resource + '/' + parameters.operation]?.map((displayName) => ({
		type: 'main',
		displayName,
	})) ?? [{ type: 'main' }];

/** The node's outputs: operations with one output have no label on it. */
export const outputs = toExpression(listOutputs, OUTPUT_LABELS);
