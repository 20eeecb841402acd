import type { SendingPorts } from '../sending/deliver';

import type { Encrypter } from './store/encryption';
import type { Tables } from './store/tables';

/** Everything that the outbox needs from n8n. */
export interface OutboxPorts extends SendingPorts {
	tables: Tables;
	encrypter: Encrypter;
	/** Returns a unique string. */
	newId: () => string;
}
