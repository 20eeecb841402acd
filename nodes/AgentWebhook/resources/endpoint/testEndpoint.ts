import omit from 'lodash/omit';

import { sendTestEvent } from '../../../../core/outbox/dispatch/testEvent';
import { requireEventType } from '../../../../core/outbox/endpoint/subscription';
import { parseJsonObject } from '../../../shared/parameters/parse';
import { endpointLocator } from '../../../shared/properties/locators';
import { buildOutboxOperation } from '../outboxOperation';

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
		},
	],
	subtitle: chosenEndpointSubtitle,
	executeItem: async (outbox, context, itemIndex) => {
		const endpoint = await loadChosenEndpoint(context, outbox, itemIndex);
		const type = requireEventType(context.getNodeParameter('eventType', itemIndex) as string);
		const testData = context.getNodeParameter('testData', itemIndex);
		const data = parseJsonObject(testData, 'Test Data (JSON)') ?? {};
		const { eventId, report } = await sendTestEvent(outbox, endpoint, type, data);
		const [attempt] = report.attempts;
		return {
			success: report.status === 'delivered',
			endpoint_id: endpoint.id,
			event_id: eventId,
			event: type,
			...omit(attempt, 'attempt'),
			response: report.response,
		};
	},
});
