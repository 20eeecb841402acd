import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { DeliveryDetails } from '../../../../core/outbox/log/payload';
import { presentDelivery } from '../../../../core/outbox/log/presentDelivery';
import { presentOrigin } from '../../../../core/outbox/log/presentEvent';
import type { Delivery } from '../../../../core/outbox/model';
import { summarizeItem } from '../../../../core/report/summarizeItem';
import { isAgentTool } from '../../../shared/execution/connections';
import { simplify } from '../../../shared/properties/simplify';
import { buildExecutionUrl } from '../executionUrl';

const SIMPLE_FIELDS = [
	'status',
	'event',
	'endpoint_name',
	'response_code',
	'next_attempt_at',
	'error_message',
	'accepted_at',
	'execution_url',
	'tenant_id',
	'id',
	'endpoint_id',
];

const SIMPLE_DETAILS = [
	'status',
	'event',
	'endpoint_name',
	'response_code',
	'next_attempt_at',
	'error_message',
	'payload',
	'payload_problem',
	'execution_url',
	'id',
];

const presentWithLink = (context: IExecuteFunctions, delivery: Delivery): IDataObject => {
	const { executionId, workflowId } = delivery;
	return {
		...(presentDelivery(delivery) as IDataObject),
		execution_url: buildExecutionUrl(context, workflowId, executionId),
	};
};

/** Returns the item of a delivery from the log, simplified if the node is set to. */
export const toDeliveryItem = (
	context: IExecuteFunctions,
	itemIndex: number,
	delivery: Delivery,
): IDataObject => simplify(context, itemIndex, presentWithLink(context, delivery), SIMPLE_FIELDS);

/** Returns the item of a delivery with its payload, simplified if the node is set to. */
export function toDetailedItem(
	context: IExecuteFunctions,
	itemIndex: number,
	{ delivery, events, payload }: DeliveryDetails,
): IDataObject {
	const [event] = delivery.batchedEventIds === null ? events : [];
	const details = {
		...presentWithLink(context, delivery),
		...(event && presentOrigin(event.origin)),
		payload: 'body' in payload ? payload.body : null,
		payload_headers: 'body' in payload ? payload.headers : {},
		payload_problem: 'problem' in payload ? payload.problem : null,
	} as IDataObject;
	const simplified = simplify(context, itemIndex, details, SIMPLE_DETAILS);
	return isAgentTool(context) ? { summary: summarizeItem(details), ...simplified } : simplified;
}
