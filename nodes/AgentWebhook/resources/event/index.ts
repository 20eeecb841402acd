import type { Resource } from '../operation';

import { deleteOperation } from './delete';
import { forgetPayloadOperation } from './forgetPayload';
import { getOperation } from './get';
import { getAllOperation } from './getAll';
import { sendOperation } from './send';
import { sendAgainOperation } from './sendAgain';

export const event: Resource = {
	name: 'Event',
	defaultOperation: 'send',
	operations: {
		send: sendOperation,
		sendAgain: sendAgainOperation,
		get: getOperation,
		getAll: getAllOperation,
		forgetPayload: forgetPayloadOperation,
		delete: deleteOperation,
	},
};
