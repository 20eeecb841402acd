import type { Resource } from '../operation';

import { createOperation } from './create';
import { createApiKeyOperation } from './createApiKey';
import { createPortalLinkOperation } from './createPortalLink';
import { deleteOperation } from './delete';
import { getOperation } from './get';
import { getAllOperation } from './getAll';
import { updateOperation } from './update';
import { withdrawAllKeysOperation } from './withdrawAllKeys';
import { withdrawKeyOperation } from './withdrawKey';

export const tenant: Resource = {
	name: 'Tenant',
	defaultOperation: 'create',
	operations: {
		create: createOperation,
		update: updateOperation,
		get: getOperation,
		getAll: getAllOperation,
		createApiKey: createApiKeyOperation,
		createPortalLink: createPortalLinkOperation,
		withdrawKey: withdrawKeyOperation,
		withdrawAllKeys: withdrawAllKeysOperation,
		delete: deleteOperation,
	},
};
