import type { Resource } from '../operation';

import { deliverDueOperation } from './deliverDue';
import { getOperation } from './get';
import { getAllOperation } from './getAll';
import { getAttemptsOperation } from './getAttempts';
import { getStatsOperation } from './getStats';
import { pruneOperation } from './prune';
import { replayOperation } from './replay';
import { replayFailedOperation } from './replayFailed';

export const delivery: Resource = {
	name: 'Delivery',
	operations: {
		deliverDue: deliverDueOperation,
		get: getOperation,
		getAttempts: getAttemptsOperation,
		getAll: getAllOperation,
		getStats: getStatsOperation,
		prune: pruneOperation,
		replay: replayOperation,
		replayFailed: replayFailedOperation,
	},
};
