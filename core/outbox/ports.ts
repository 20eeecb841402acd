import type { SendingPorts } from '../sending/deliver';

import type { Tenant } from './model';
import type { Encrypter } from './store/encryption';
import type { Tables } from './store/tables';

/** Everything that the outbox needs from n8n. */
export interface OutboxPorts extends SendingPorts {
	tables: Tables;
	encrypter: Encrypter;
	/** Returns a unique string. */
	newId: () => string;
	/** `true` if endpoints that name alerts among their event types get them. Off by default. */
	sendsAlerts?: boolean;
}

/** What a tenant's request gets of an outbox: tables that have only this tenant's rows. */
export interface TenantPorts extends OutboxPorts {
	tenantId: string;
	/** Checks whether the encryption key is that of the whole outbox, and tells nothing else of it. */
	isKeyOfOutbox: () => Promise<boolean>;
	/** Checks whether a tenant is still the one that the request is for. Absent if any tenant with its ID is. */
	isSameTenant?: (latest: Tenant | undefined) => boolean;
}
