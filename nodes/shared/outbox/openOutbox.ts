import { randomUUID } from 'crypto';
import {
	UserError,
	type ICredentialDataDecryptedObject,
	type IExecuteFunctions,
} from 'n8n-workflow';

import { createApiKeys, type ApiKeys } from '../../../core/outbox/apiKey/apiKeyToken';
import type { OutboxPorts, TenantPorts } from '../../../core/outbox/ports';
import { createEncrypter } from '../../../core/outbox/store/encryption';
import { forTenant } from '../../../core/outbox/tenant/tenantPorts';
import { parseSecretList } from '../../../core/signing/secrets';

import { describeValue } from '../parameters/describeValue';
import { createSendingPorts } from '../transport/sendingPorts';

import { openDataTables } from './dataTables';

const OUTBOX_NAME = /^[a-z][a-z0-9_]{0,39}$/;

/**
 * Parses an Outbox credential.
 * @returns the outbox's name, its encryption keys with the current one first, and whether its alerts are sent
 * @throws UserError for a name that cannot be part of a table's name
 */
export function parseOutboxCredential(fields: ICredentialDataDecryptedObject): {
	name: string;
	keys: string[];
	sendsAlerts: boolean;
} {
	const { outboxName } = fields;
	const name = typeof outboxName === 'string' ? outboxName : '';
	if (!OUTBOX_NAME.test(name)) {
		const problem =
			name === ''
				? `"Outbox Name" is ${describeValue(outboxName)}`
				: `"${name}" is not an outbox name`;
		throw new UserError(
			`${problem}. Use lowercase letters, digits and underscores, e.g. agent_webhook.`,
		);
	}
	const keys = parseSecretList(
		String(fields.encryptionSecret ?? ''),
		String(fields.furtherEncryptionSecrets ?? ''),
	);
	return { name, keys, sendsAlerts: fields.sendAlerts === true };
}

/**
 * Opens the whole outbox that the node's credential names, with the rows of all tenants: for what works on
 * all of them, and for nothing else. Its tables are created when they are first used.
 * @throws UserError, EncryptionError
 */
export async function openWholeOutbox(context: IExecuteFunctions): Promise<OutboxPorts> {
	const { keys, name, sendsAlerts } = parseOutboxCredential(
		await context.getCredentials('agentWebhookOutboxApi'),
	);
	return {
		...createSendingPorts(context),
		tables: openDataTables(context, name),
		encrypter: createEncrypter(keys),
		newId: () => randomUUID(),
		sendsAlerts,
	};
}

/**
 * Returns the API keys of the outbox that the node's credential names.
 * @throws UserError
 */
export async function openApiKeys(
	context: Pick<IExecuteFunctions, 'getCredentials'>,
): Promise<ApiKeys> {
	const fields = await context.getCredentials('agentWebhookOutboxApi');
	const { keys, name } = parseOutboxCredential(fields);
	return createApiKeys(name, keys);
}

/** Returns a tenant's part of the outbox. */
export type TenantOpener = (tenantId: string) => TenantPorts;

/**
 * Opens the outbox that the node's credential names, one tenant at a time.
 * @throws UserError, EncryptionError
 */
export async function openOutbox(context: IExecuteFunctions): Promise<TenantOpener> {
	const whole = await openWholeOutbox(context);
	return (tenantId) => forTenant(whole, tenantId);
}
