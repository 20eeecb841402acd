import type { Resource } from '../operation';

import { cancelManyOperation } from './cancelMany';
import { deliverDueOperation } from './deliverDue';
import { getOperation } from './get';
import { getAllOperation } from './getAll';
import { getAttemptsOperation } from './getAttempts';
import { getStatsOperation } from './getStats';
import { pruneOperation } from './prune';
import { replayOperation } from './replay';
import { replayManyOperation } from './replayMany';

export const delivery: Resource = {
	name: 'Delivery',
	defaultOperation: 'getAll',
	operations: {
		getAll: getAllOperation,
		get: getOperation,
		getAttempts: getAttemptsOperation,
		getStats: getStatsOperation,
		replay: replayOperation,
		replayMany: replayManyOperation,
		cancelMany: cancelManyOperation,
		deliverDue: deliverDueOperation,
		prune: pruneOperation,
	},
};
