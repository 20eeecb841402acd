import type { Resource } from '../operation';

import { createOperation } from './create';
import { deleteOperation } from './delete';
import { getAllOperation } from './getAll';
import { getLogsOperation } from './getLogs';
import { getStatsOperation } from './getStats';
import { testOperation } from './testPlatformWebhook';
import { updateOperation } from './update';

export const platformWebhook: Resource = {
	name: 'Platform Webhook',
	defaultOperation: 'create',
	operations: {
		create: createOperation,
		update: updateOperation,
		getAll: getAllOperation,
		getLogs: getLogsOperation,
		getStats: getStatsOperation,
		test: testOperation,
		delete: deleteOperation,
	},
};
