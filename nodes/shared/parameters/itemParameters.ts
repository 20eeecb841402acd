import get from 'lodash/get';
import type { IExecuteFunctions } from 'n8n-workflow';

/** Returns whether a parameter or a credential, as it is stored, has an expression anywhere. */
export function hasExpression(stored: unknown): boolean {
	if (typeof stored === 'string') return stored.startsWith('=');
	return typeof stored === 'object' && stored !== null && Object.values(stored).some(hasExpression);
}

/**
 * Reads the node's parameters for the items of one run. n8n resolves and checks a parameter on every read,
 * so a parameter without expressions is read once and shared by all items.
 */
export class ItemParameters {
	private readonly sharedValues = new Map<string, unknown>();

	constructor(readonly context: IExecuteFunctions) {}

	/**
	 * @param name with dots into a collection, e.g. `options.eventId`
	 * @returns the value for the item; other items may share it, so it must not be changed
	 */
	read(name: string, itemIndex: number, fallback?: unknown): unknown {
		if (this.sharedValues.has(name)) return this.sharedValues.get(name);
		const value: unknown = this.context.getNodeParameter(name, itemIndex, fallback);
		const stored: unknown = get(this.context.getNode().parameters, name);
		if (!hasExpression(stored)) this.sharedValues.set(name, value);
		return value;
	}
}
