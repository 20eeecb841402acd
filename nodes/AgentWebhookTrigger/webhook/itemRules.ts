import attempt from 'lodash/attempt';
import {
	executeFilter,
	executeFilterCondition,
	ExpressionExtensionError,
	FilterError,
	UserError,
	type FilterConditionValue,
	type FilterValue,
	type IDataObject,
	type INodeExecutionData,
	type IWebhookFunctions,
} from 'n8n-workflow';

import type { ConditionResult } from '../../../core/event/conditions';
import { createRejection, type Rejection } from '../../../core/receiving/rejection';
import { requireRules } from '../../shared/parameters/ruleList';
import { describeUnmetRule } from '../../shared/parameters/unmetRule';

interface WithInput {
	connectionInputData?: INodeExecutionData[];
}

/** The types of n8n's rules, in the words of a sender. */
const TYPE_NAMES: Partial<Record<string, string>> = {
	array: 'a list',
	boolean: 'true or false',
	dateTime: 'a date',
	number: 'a number',
	object: 'an object',
	string: 'text',
};

/** Rejects a request with a value that cannot be converted: the same request would fail again. */
function rejectValue(expression: unknown, type: string | undefined): Rejection {
	const [, path = 'body'] = /^=\{\{\s*\$json\.([\w.]+)\s*\}\}$/.exec(String(expression)) ?? [];
	const expected = TYPE_NAMES[type ?? ''] ?? 'a value of another type';
	return createRejection({
		status: 422,
		code: 'VALUE_NOT_COMPARABLE',
		message: `A condition of this webhook needs ${expected} in ${path}`,
		details: { field: path, expected, received: 'a value that cannot be converted' },
	});
}

const isConvertible = (
	condition: FilterConditionValue,
	options: FilterValue['options'],
): boolean => {
	try {
		executeFilterCondition(condition, options);
		return true;
	} catch {
		return false;
	}
};

/** Rejects a request for the first value that a rule cannot convert. */
function rejectUnconvertible(
	context: IWebhookFunctions,
	{ conditions, options }: FilterValue,
): Rejection {
	const index = conditions.findIndex((condition) => !isConvertible(condition, options));
	const stored = context.getNode().parameters.rules as unknown as FilterValue;
	return rejectValue(stored.conditions[index]?.leftValue, conditions[index]?.operator.type);
}

/** Returns n8n's rules with the values of their expressions; `undefined` if an expression cannot convert a value. */
function readRules(context: IWebhookFunctions): FilterValue | undefined {
	const read = attempt(() => context.getNodeParameter('rules', {}) as FilterValue);
	if (read instanceof ExpressionExtensionError) return undefined;
	if (read instanceof Error) throw read;
	return read;
}

/**
 * Tests n8n's rules on an item. In a webhook, n8n evaluates expressions on the request as it parsed it, which is not
 * what was verified, so this puts the item in its place.
 * @returns a rejection if a value cannot be converted to the type that a rule compares
 * @throws UserError if there is no rule
 */
export function testRules(
	context: IWebhookFunctions,
	json: IDataObject,
): ConditionResult | Rejection {
	const [input] = (context as unknown as WithInput).connectionInputData ?? [];
	if (input === undefined) {
		throw new UserError(
			'This version of n8n cannot test rules in a trigger. Choose "Only If JSON Conditions Are Met" under "Condition".',
		);
	}
	requireRules(context.getNode());
	input.json = json;
	const rules = readRules(context);
	if (rules === undefined) return rejectValue(undefined, undefined);
	const isMet = attempt(() => executeFilter(rules));
	if (isMet instanceof FilterError) return rejectUnconvertible(context, rules);
	if (isMet instanceof Error) throw isMet;
	return isMet ? { met: true } : describeUnmetRule(rules);
}
