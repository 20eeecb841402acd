import type { Resource } from '../operation';

import { respondOperation } from './respond';

export const webhook: Resource = {
	name: 'Webhook',
	defaultOperation: 'respond',
	operations: { respond: respondOperation },
};
