import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { presentDelivery } from '../../../../core/outbox/log/presentDelivery';
import type {
	DeliveryResult,
	DeliveryStatus,
	EndpointChange,
	RunResult,
} from '../../../../core/outbox/model';
import { isAgentTool } from '../../../shared/execution/connections';

/** The outputs of operations that attempt deliveries of the outbox. */
export const DELIVERED = 0;
export const RETRY = 1;
export const FAILED = 2;
export const ENDPOINT_CHANGED = 3;
export const OUTPUTS = 4;

const OUTPUT_OF: Record<DeliveryStatus, number> = {
	delivered: DELIVERED,
	gathering: RETRY,
	pending: RETRY,
	sending: RETRY,
	failed: FAILED,
	held: FAILED,
};

/** What an item says of a delivery after its attempt, and through which output it leaves. */
export function resultItem({ delivery, endpoint, response }: DeliveryResult): {
	output: number;
	json: IDataObject;
} {
	const { id, ...fields } = presentDelivery(delivery);
	return {
		output: OUTPUT_OF[delivery.status],
		json: {
			status: delivery.status,
			delivery_id: id,
			...fields,
			endpoint_name: endpoint?.name ?? null,
			endpoint: endpoint?.url ?? null,
			...(response && { response }),
		} as IDataObject,
	};
}

/** What an item says of an endpoint whose health changed. */
export const changeItem = ({ atMs, change, endpoint, reason }: EndpointChange): IDataObject => ({
	change,
	reason,
	timestamp: new Date(atMs).toISOString(),
	endpoint_id: endpoint.id,
	endpoint_name: endpoint.name,
	endpoint: endpoint.url,
	status: endpoint.status,
	failing_since: endpoint.failingSince,
});

/** What a run puts out, by output. An agent's tool is read from its first output alone. */
export function outputsOf(
	context: IExecuteFunctions,
	{ changes, results }: RunResult,
): IDataObject[][] {
	const outputs = Array.from({ length: OUTPUTS }, (): IDataObject[] => []);
	const asTool = isAgentTool(context);
	for (const result of results) {
		const { json, output } = resultItem(result);
		outputs[asTool ? DELIVERED : output].push(json);
	}
	outputs[asTool ? DELIVERED : ENDPOINT_CHANGED].push(...changes.map(changeItem));
	return outputs;
}

/** Items of a run that stands for all input items. */
export const pairWithAllInputs = (jsons: IDataObject[], inputs: number): INodeExecutionData[] => {
	const pairedItem = Array.from({ length: inputs }, (_, item) => ({ item }));
	return jsons.map((json) => ({ json, pairedItem }));
};
