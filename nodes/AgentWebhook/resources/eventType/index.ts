import type { Resource } from '../operation';

import { createOperation } from './create';
import { deleteOperation } from './delete';
import { getOperation } from './get';
import { getAllOperation } from './getAll';
import { updateOperation } from './update';

export const eventType: Resource = {
	name: 'Event Type',
	defaultOperation: 'create',
	operations: {
		create: createOperation,
		update: updateOperation,
		get: getOperation,
		getAll: getAllOperation,
		delete: deleteOperation,
	},
};
