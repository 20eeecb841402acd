import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { LoggedEvent } from '../../../../core/outbox/log/loggedEvents';
import { presentEvent } from '../../../../core/outbox/log/presentEvent';
import { simplify } from '../../../shared/properties/simplify';
import { buildExecutionUrl } from '../executionUrl';

const SIMPLE_FIELDS = [
	'event',
	'accepted_at',
	'data',
	'delivery_counts',
	'payload_forgotten_at',
	'inbound_event_id',
	'execution_id',
	'execution_url',
	'unreadable_reason',
	'tenant_id',
	'id',
];

/** Returns the item of an event from the log, simplified if the node is set to. */
export function toEventItem(
	context: IExecuteFunctions,
	itemIndex: number,
	logged: LoggedEvent,
): IDataObject {
	const { stored } = logged;
	const { executionId = null, workflowId = null } = 'event' in stored ? stored.event.origin : {};
	const json = {
		...(presentEvent(logged) as IDataObject),
		execution_url: buildExecutionUrl(context, workflowId, executionId),
	};
	return simplify(context, itemIndex, json, SIMPLE_FIELDS);
}
