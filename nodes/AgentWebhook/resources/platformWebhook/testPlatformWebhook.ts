import type { IDataObject } from 'n8n-workflow';

import { parseJsonObject } from '../../../shared/parameters/parse';
import { buildEventTypeProperties } from '../../../shared/properties/platformProperties';
import { buildWebhookPath } from '../../../shared/transport/platformApi';

import { readWebhookId, webhookLocator } from './platformWebhookFields';
import { buildPlatformWebhookOperation } from './platformWebhookOperation';

export const testOperation = buildPlatformWebhookOperation({
	name: 'Test',
	action: 'Test a platform webhook',
	description: 'Have a platform send a test event to a webhook',
	properties: [
		webhookLocator,
		...buildEventTypeProperties(),
		{
			displayName: 'Test Data (JSON)',
			name: 'testData',
			type: 'json',
			default: '{}',
			placeholder: 'e.g. {"workflow_id": "test_workflow", "status": "success"}',
			description: 'Data of the event that the platform sends',
		},
	],
	executeItem: async (client, context, itemIndex) => {
		const testData = context.getNodeParameter('testData', itemIndex);
		return await client.request(
			'POST',
			`${buildWebhookPath(readWebhookId(context, itemIndex))}/test`,
			{
				event: context.getNodeParameter('eventType', itemIndex) as string,
				test_data: (parseJsonObject(testData, 'Test Data (JSON)') ?? {}) as IDataObject,
			},
		);
	},
});
