import { UserError, type IDataObject } from 'n8n-workflow';

import { isBatchType, sendTestEvent } from '../../../../core/outbox/dispatch/testEvent';
import { requireEventType } from '../../../../core/outbox/endpoint/subscription';
import { presentResponse } from '../../../../core/sending/resultItem';
import { parseJsonObject } from '../../../shared/parameters/parse';
import { endpointLocator } from '../../../shared/properties/locators';
import { tenantOptions } from '../../../shared/properties/tenantProperties';
import { buildOutboxOperation } from '../outboxOperation';
import { summarizeForAgent } from '../summary';

import { chosenEndpointSubtitle, loadChosenEndpoint } from './chosenEndpoint';

export const testOperation = buildOutboxOperation({
	name: 'Test',
	action: 'Test an endpoint',
	description: 'Send a test event to an endpoint without adding it to the log',
	properties: [
		endpointLocator,
		{
			displayName: 'Event Type',
			name: 'eventType',
			type: 'string',
			default: 'webhook.test',
			required: true,
			placeholder: 'e.g. order.created',
		},
		{
			displayName: 'Test Data (JSON)',
			name: 'testData',
			type: 'json',
			default: '{}',
			placeholder: 'e.g. {"workflow_id": "test_workflow", "status": "success"}',
			description:
				'Data of the event, at most 16 KB. The signed body also has "test": true, so that the receiver can tell the test from a real event.',
		},
		tenantOptions,
	],
	subtitle: chosenEndpointSubtitle,
	executeItem: async (outbox, context, itemIndex) => {
		const endpoint = await loadChosenEndpoint(context, outbox, itemIndex);
		const type = requireEventType(context.getNodeParameter('eventType', itemIndex) as string);
		if (isBatchType(type)) {
			throw new UserError(
				`"Event Type" cannot be "${type}", which is the type of a batch. Enter the type of a single event, e.g. order.created.`,
			);
		}
		const testData = context.getNodeParameter('testData', itemIndex);
		const data = parseJsonObject(testData, 'Test Data (JSON)') ?? {};
		const { eventId, report } = await sendTestEvent(outbox, endpoint, type, data);
		const [attempt] = report.attempts;
		return summarizeForAgent(context, {
			status: report.status,
			event: type,
			endpoint_name: endpoint.name,
			response_code: attempt.status_code,
			error_message: attempt.error_message,
			outcome: attempt.outcome,
			response: presentResponse(report.response) as IDataObject | null,
			response_time_ms: attempt.duration_ms,
			event_id: eventId,
			endpoint_id: endpoint.id,
		});
	},
});
