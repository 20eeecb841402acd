import { UserError } from 'n8n-workflow';

import { parseExactJson } from '../../../core/lib/exactJson';
import type { Encrypter } from '../../../core/outbox/store/encryption';

/** A kind of request that the trigger hands to the node that answers it. */
export interface RequestFacts {
	/** Associated data of its encryption, which is its name in messages, too. */
	name: string;
	/** The trigger's request kind, as the editor shows it. */
	kind: string;
}

/** Returns `undefined` for a text that was encrypted with another key or as another kind, or changed since. */
function tryDecrypt(encrypter: Encrypter, ciphertext: string, name: string): string | undefined {
	try {
		return encrypter.decrypt(ciphertext, name);
	} catch {
		return undefined;
	}
}

/**
 * Reads a request that the trigger has encrypted.
 * @param ciphertext the item's field, if it has one
 * @throws UserError if there is no such request, or one encrypted with another key
 */
export function readEncryptedRequest(
	encrypter: Encrypter,
	ciphertext: unknown,
	{ kind, name }: RequestFacts,
): unknown {
	if (typeof ciphertext !== 'string') {
		throw new UserError(
			`The item has no ${name}. Connect this node to an Agent Webhook Trigger whose request kind is "${kind}".`,
		);
	}
	const decrypted = tryDecrypt(encrypter, ciphertext, name);
	if (decrypted === undefined) {
		throw new UserError(
			`The ${name} could not be decrypted. Select the same Outbox credential in the Agent Webhook Trigger and in this node.`,
		);
	}
	return parseExactJson(decrypted)?.value;
}
