import get from 'lodash/get';
import type { IExecuteFunctions } from 'n8n-workflow';

/** Whether a parameter, as it is stored, holds an expression anywhere. */
function isDynamic(stored: unknown): boolean {
	if (typeof stored === 'string') return stored.startsWith('=');
	return typeof stored === 'object' && stored !== null && Object.values(stored).some(isDynamic);
}

const known = new WeakMap<IExecuteFunctions, Map<string, unknown>>();

/**
 * A parameter's value for an item. n8n resolves and checks it anew each time: where it holds no
 * expression, it is asked once for all items of a run. The value is shared, and not to be changed.
 * @param name with dots into a collection
 */
export function itemParameter(
	context: IExecuteFunctions,
	name: string,
	itemIndex: number,
	fallback?: unknown,
): unknown {
	let values = known.get(context);
	if (values === undefined) known.set(context, (values = new Map()));
	if (values.has(name)) return values.get(name);
	const value: unknown = context.getNodeParameter(name, itemIndex, fallback);
	if (!isDynamic(get(context.getNode().parameters, name))) values.set(name, value);
	return value;
}
