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
	defaultOperation: 'getAll',
	operations: {
		getAll: getAllOperation,
		get: getOperation,
		getAttempts: getAttemptsOperation,
		getStats: getStatsOperation,
		replay: replayOperation,
		replayFailed: replayFailedOperation,
		deliverDue: deliverDueOperation,
		prune: pruneOperation,
	},
};
