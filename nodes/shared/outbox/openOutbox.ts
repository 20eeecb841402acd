import { randomUUID } from 'crypto';
import {
	UserError,
	type ICredentialDataDecryptedObject,
	type IExecuteFunctions,
} from 'n8n-workflow';

import type { OutboxPorts } from '../../../core/outbox/ports';
import { createEncrypter } from '../../../core/outbox/store/encryption';
import { parseSecretList } from '../../../core/signing/secrets';

import { createSendingPorts } from '../transport/sendingPorts';

import { openDataTables } from './dataTables';

const OUTBOX_NAME = /^[a-z][a-z0-9_]{0,39}$/;

/**
 * Reads an outbox credential.
 * @throws UserError, EncryptionError
 */
export function outboxSettings(fields: ICredentialDataDecryptedObject): {
	name: string;
	keys: string[];
} {
	const name = String(fields.outboxName ?? '');
	if (!OUTBOX_NAME.test(name)) {
		throw new UserError(
			`"${name}" is not an outbox name. Use small letters, digits and underscores, e.g. agent_webhook.`,
		);
	}
	const keys = parseSecretList(
		String(fields.encryptionSecret ?? ''),
		String(fields.furtherEncryptionSecrets ?? ''),
	);
	return { name, keys };
}

/** Opens the outbox that the node's credential names. */
export async function openOutbox(context: IExecuteFunctions): Promise<OutboxPorts> {
	const { keys, name } = outboxSettings(await context.getCredentials('agentWebhookOutboxApi'));
	return {
		...createSendingPorts(context),
		tables: openDataTables(context, name),
		encrypter: createEncrypter(keys),
		newId: () => randomUUID(),
	};
}
