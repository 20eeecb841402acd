import type { ICredentialDataDecryptedObject, IExecuteFunctions } from 'n8n-workflow';

import { hasExpression } from '../../../shared/parameters/itemParameters';

const CREDENTIAL = 'agentWebhookOutboundApi';

/** The part of n8n's context that has the fields of a credential before their expressions are resolved. */
interface WithStoredCredentials {
	additionalData: {
		credentialsHelper: {
			getDecrypted: (...args: unknown[]) => Promise<ICredentialDataDecryptedObject>;
		};
	};
}

/**
 * Returns whether a field of the node's credential is an expression. n8n's API shows only values, so this asks what is
 * behind it. If that fails it returns `true`, so that no item gets the values of another one.
 */
async function usesExpressions(context: IExecuteFunctions): Promise<boolean> {
	const { additionalData } = context as unknown as WithStoredCredentials;
	const node = context.getNode();
	try {
		const stored = await additionalData.credentialsHelper.getDecrypted(
			additionalData,
			node.credentials?.[CREDENTIAL],
			CREDENTIAL,
			context.getMode(),
			{ data: {}, node, source: null },
			true,
		);
		return hasExpression(stored);
	} catch {
		return true;
	}
}

/** The fields of the Sending credential for an item. */
export interface ItemCredential {
	fields: ICredentialDataDecryptedObject;
	/** The same for items with equal fields, which also share the object. Absent if all items have these. */
	key?: string;
}

/**
 * Reads the Sending credential for the items of one run. Expressions in its fields may return other secrets for each
 * item; without any, it is read once, since n8n asks its database each time.
 */
export class ItemCredentials {
	private readonly distinct = new Map<string, ItemCredential>();

	private shared: Promise<ItemCredential | undefined> | undefined;

	constructor(private readonly context: IExecuteFunctions) {}

	/**
	 * Reads the credential for an item.
	 * @returns the error if an expression fails for this item
	 * @throws the errors of n8n if they do not depend on the item
	 */
	async read(itemIndex: number): Promise<ItemCredential | { error: unknown }> {
		this.shared ??= this.readShared(itemIndex);
		const shared = await this.shared;
		if (shared !== undefined) return shared;
		return await this.readFor(itemIndex).catch((error: unknown) => ({ error }));
	}

	/** @returns `undefined` if each item has its own */
	private async readShared(itemIndex: number): Promise<ItemCredential | undefined> {
		const first = this.context.getCredentials(CREDENTIAL, itemIndex);
		// Both read the database, so neither waits for the other.
		const [isOwn] = await Promise.all([
			usesExpressions(this.context),
			first.catch(() => undefined),
		]);
		return isOwn ? undefined : { fields: await first };
	}

	private async readFor(itemIndex: number): Promise<ItemCredential> {
		const fields = await this.context.getCredentials(CREDENTIAL, itemIndex);
		const text = JSON.stringify(fields);
		const credential = this.distinct.get(text) ?? { fields, key: String(this.distinct.size) };
		this.distinct.set(text, credential);
		return credential;
	}
}
