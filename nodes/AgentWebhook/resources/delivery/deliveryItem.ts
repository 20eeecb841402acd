import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { presentDelivery } from '../../../../core/outbox/log/presentDelivery';
import type { Delivery } from '../../../../core/outbox/model';
import { simplify } from '../../../shared/properties/simplify';

const SIMPLE_FIELDS = [
	'status',
	'event',
	'endpoint_name',
	'response_code',
	'next_attempt_at',
	'error_message',
	'attempts',
	'accepted_at',
	'id',
	'endpoint_id',
];

/** Returns the item of a delivery from the log, simplified if the node is set to. */
export const toDeliveryItem = (
	context: IExecuteFunctions,
	itemIndex: number,
	delivery: Delivery,
): IDataObject =>
	simplify(context, itemIndex, presentDelivery(delivery) as IDataObject, SIMPLE_FIELDS);
