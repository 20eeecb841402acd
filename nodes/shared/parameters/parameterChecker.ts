import get from 'lodash/get';
import groupBy from 'lodash/groupBy';
import {
	NodeHelpers,
	NodeOperationError,
	type IExecuteFunctions,
	type IHookFunctions,
	type INode,
	type INodeProperties,
	type IWebhookFunctions,
} from 'n8n-workflow';

import { checkValue } from './checkValue';

type NodeContext = IExecuteFunctions | IHookFunctions | IWebhookFunctions;
type ReadParameter = (name: string, ...rest: unknown[]) => unknown;

/** n8n's expression engine `vm` cannot pass on an object with a field such as `constructor`. */
const CLONE_ERROR = /could not be cloned|\[native code\]/;

/** Finds what is wrong with an expression whose value n8n could not pass on. */
function findExpressionFault({ message, name }: Error): string | undefined {
	if (CLONE_ERROR.test(message)) {
		return 'has a field with a name such as constructor or toString, which n8n cannot pass to the node. Convert the value to text with JSON.stringify(), or choose the input item if the field offers it.';
	}
	return name === 'RangeError'
		? 'contains itself or is nested too deeply. Pass only the fields that you need.'
		: undefined;
}

/** Replaces an error of JavaScript in an expression. n8n explains all others itself. */
function explainReadError(node: INode, label: string, error: Error, itemIndex?: number): Error {
	const fault = findExpressionFault(error);
	return fault === undefined
		? error
		: new NodeOperationError(node, `"${label}" ${fault}`, { itemIndex });
}

function tryRead(read: () => unknown): { value: unknown } | { error: Error } {
	try {
		return { value: read() };
	} catch (error) {
		return { error: error as Error };
	}
}

/**
 * Checks the type of every parameter that a node reads, by the node's description: an expression may
 * return anything, and so may a workflow that was not written in the editor.
 */
export class ParameterChecker {
	private readonly propertiesByName: Record<string, INodeProperties[] | undefined>;

	constructor(properties: INodeProperties[]) {
		this.propertiesByName = groupBy(properties, 'name');
	}

	/**
	 * Returns the context with a `getNodeParameter` that returns only values of the parameter's type. It
	 * throws a NodeOperationError that names the field for any other value.
	 */
	check<Context extends NodeContext>(context: Context): Context {
		const node = context.getNode();
		const read = context.getNodeParameter.bind(context) as ReadParameter;
		const getTimeZone = (): string => context.getTimezone();
		const getNodeParameter: ReadParameter = (name, ...rest) => {
			const stored: unknown = get(node.parameters, name);
			// Otherwise the value is the caller's own fallback.
			const property = stored === undefined ? undefined : this.findProperty(node, name);
			if (property === undefined) return read(name, ...rest);
			const label = property.displayName;
			// Only contexts with items have an index here; in the others, it is a fallback.
			const itemIndex = 'getInputData' in context ? (rest[0] as number) : undefined;
			const result = tryRead(() => read(name, ...rest));
			if ('error' in result) throw explainReadError(node, label, result.error, itemIndex);
			const { value } = result;
			try {
				return checkValue(value, {
					evaluate: (expression) =>
						'evaluateExpression' in context
							? context.evaluateExpression(expression, itemIndex ?? 0)
							: undefined,
					getTimeZone,
					isField: false,
					isOptional: false,
					label,
					property,
					stored,
				});
			} catch (error) {
				throw new NodeOperationError(node, error as Error, { itemIndex });
			}
		};
		return Object.create(context, { getNodeParameter: { value: getNodeParameter } }) as Context;
	}

	/** Finds the description of a parameter, or of a field in a collection, e.g. `options.eventId`. */
	private findProperty(node: INode, path: string): INodeProperties | undefined {
		const [name, ...fields] = path.split('.');
		let property = this.findDisplayed(node, name);
		for (const field of fields) {
			property = (property?.options ?? []).find(
				(option): option is INodeProperties => 'type' in option && option.name === field,
			);
		}
		return property;
	}

	/** Parameters of one name differ in what they are shown for. */
	private findDisplayed(node: INode, name: string): INodeProperties | undefined {
		const candidates = this.propertiesByName[name] ?? [];
		if (candidates.length <= 1) return candidates[0];
		return candidates.find((property) =>
			NodeHelpers.displayParameter(node.parameters, property, node, null),
		);
	}
}
