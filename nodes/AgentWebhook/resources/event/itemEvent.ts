import {
	executeFilterCondition,
	UserError,
	type FilterValue,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { compileConditions, type ConditionResult } from '../../../../core/event/conditions';
import type { PlatformRequest, RequestKind } from '../../../../core/platforms';
import { itemParameter } from '../../../shared/parameters/itemParameter';
import { jsonObjectParameter } from '../../../shared/parameters/parse';

import { fieldParameter } from './sendDataProperties';
import { OTHER_EVENT_TYPE } from './sendProperties';

/** Tests n8n's rules, and names the first one that is not met. */
function testRules(context: IExecuteFunctions, itemIndex: number): ConditionResult {
	const isMet = context.getNodeParameter('rules', itemIndex, false, { extractValue: true });
	if (isMet) return { met: true };
	const rules = context.getNodeParameter('rules', itemIndex) as FilterValue;
	const unmet =
		rules.conditions.find(
			(condition, index) => !executeFilterCondition(condition, rules.options, { index }),
		) ?? rules.conditions[0];
	return {
		met: false,
		condition: unmet
			? [unmet.leftValue, unmet.operator.operation, unmet.rightValue]
					.map((part) => (typeof part === 'string' ? part : JSON.stringify(part)))
					.join(' ')
			: 'rules',
	};
}

/** Tests whether an item's event is to be sent. */
export function testItemConditions(
	context: IExecuteFunctions,
	itemIndex: number,
	data: Record<string, unknown>,
): ConditionResult {
	const source = itemParameter(context, 'conditionSource', itemIndex) as string;
	if (source === 'rules') return testRules(context, itemIndex);
	if (source !== 'json') return { met: true };
	const conditions = jsonObjectParameter(
		itemParameter(context, 'conditions', itemIndex),
		'Conditions',
	);
	return compileConditions(conditions ?? {})(data);
}

/**
 * Reads an event's type: one from the platform's list, or a name that the person typed.
 * @throws UserError if the name is empty
 */
export function readEventType(
	context: IExecuteFunctions,
	listedTypes: Array<{ value: string }>,
	itemIndex: number,
): string {
	const choice =
		listedTypes.length > 0
			? (itemParameter(context, 'eventType', itemIndex) as string)
			: OTHER_EVENT_TYPE;
	const type =
		choice === OTHER_EVENT_TYPE
			? (itemParameter(context, 'customEventType', itemIndex) as string).trim()
			: choice;
	if (type === '') {
		throw new UserError('"Event Type Name" is empty. Name the event, e.g. order.created.');
	}
	return type;
}

/** Reads a request from one parameter per field. Empty fields are left out. */
function readRequestFields(
	context: IExecuteFunctions,
	{ fields }: PlatformRequest,
	itemIndex: number,
): Record<string, unknown> {
	const additional = itemParameter(context, 'additionalFields', itemIndex, {}) as Record<
		string,
		unknown
	>;
	return Object.fromEntries(
		fields.flatMap(({ displayName, name, required, type }): Array<[string, unknown]> => {
			const parameter = fieldParameter(name);
			const value = required ? itemParameter(context, parameter, itemIndex) : additional[parameter];
			if (value === undefined || value === '') return [];
			return [[name, type === 'json' ? jsonObjectParameter(value, displayName) : value]];
		}),
	);
}

/** Reads an event's data: the input item's JSON, or the parameter Data (JSON). */
export function readEventData(
	context: IExecuteFunctions,
	item: INodeExecutionData,
	itemIndex: number,
): Record<string, unknown> {
	const source = itemParameter(context, 'dataSource', itemIndex) as string;
	if (source === 'item') return item.json;
	return jsonObjectParameter(itemParameter(context, 'data', itemIndex), 'Data (JSON)') ?? {};
}

/** Reads the data of an event or of a request of another kind. */
export function readRequestData(
	context: IExecuteFunctions,
	kind: RequestKind,
	item: INodeExecutionData,
	itemIndex: number,
): Record<string, unknown> {
	const fromFields = itemParameter(context, 'dataSource', itemIndex) === 'fields';
	return fromFields && kind.request
		? readRequestFields(context, kind.request, itemIndex)
		: readEventData(context, item, itemIndex);
}
