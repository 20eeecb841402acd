import type { Resource } from '../operation';

import { sendOperation } from './send';

export const event: Resource = {
	name: 'Event',
	defaultOperation: 'send',
	operations: { send: sendOperation },
};
