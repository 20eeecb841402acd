import type { Resource } from '../operation';

import { answerApiOperation } from './answerApi';
import { answerManagementOperation } from './answerManagement';
import { createOperation } from './create';
import { deleteOperation } from './delete';
import { disableOperation } from './disable';
import { enableOperation } from './enable';
import { getOperation } from './get';
import { getAllOperation } from './getAll';
import { pauseOperation } from './pause';
import { recoverMissingOperation } from './recoverMissing';
import { rotateSecretOperation } from './rotateSecret';
import { testOperation } from './testEndpoint';
import { updateOperation } from './update';

export const endpoint: Resource = {
	name: 'Endpoint',
	defaultOperation: 'create',
	operations: {
		create: createOperation,
		update: updateOperation,
		get: getOperation,
		getAll: getAllOperation,
		test: testOperation,
		enable: enableOperation,
		pause: pauseOperation,
		disable: disableOperation,
		recoverMissing: recoverMissingOperation,
		rotateSecret: rotateSecretOperation,
		delete: deleteOperation,
		answerManagement: answerManagementOperation,
		answerApi: answerApiOperation,
	},
};
