import {
	UserError,
	type FilterValue,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { compileConditions, type ConditionResult } from '../../../../core/event/conditions';
import type { PlatformRequest, RequestKind } from '../../../../core/platforms';
import type { ItemParameters } from '../../../shared/parameters/itemParameters';
import { parseJsonObject, requireWritable } from '../../../shared/parameters/parse';
import { requireRules } from '../../../shared/parameters/ruleList';
import { describeUnmetRule } from '../../../shared/parameters/unmetRule';

import { fieldParameter } from './sendDataProperties';
import { OTHER_EVENT_TYPE } from './sendProperties';

/** Tests n8n's rules, and names the first one that is not met. */
function testRules(context: IExecuteFunctions, itemIndex: number): ConditionResult {
	requireRules(context.getNode());
	const isMet = context.getNodeParameter('rules', itemIndex, false, { extractValue: true });
	if (isMet) return { met: true };
	return describeUnmetRule(context.getNodeParameter('rules', itemIndex) as FilterValue);
}

/** Tests whether an item's event is to be sent. */
export function testItemConditions(
	parameters: ItemParameters,
	itemIndex: number,
	data: Record<string, unknown>,
): ConditionResult {
	const source = parameters.read('conditionSource', itemIndex) as string;
	if (source === 'rules') return testRules(parameters.context, itemIndex);
	if (source !== 'json') return { met: true };
	const conditions = parseJsonObject(parameters.read('conditions', itemIndex), 'Conditions');
	return compileConditions(conditions ?? {})(data);
}

/**
 * Reads an event's type: one from the platform's list, or a name that the person typed.
 * @throws UserError if the name is empty
 */
export function readEventType(
	parameters: ItemParameters,
	listedTypes: Array<{ value: string }>,
	itemIndex: number,
): string {
	const isListed = listedTypes.length > 0;
	const choice = isListed ? (parameters.read('eventType', itemIndex) as string) : OTHER_EVENT_TYPE;
	const type =
		choice === OTHER_EVENT_TYPE
			? (parameters.read('customEventType', itemIndex) as string).trim()
			: choice;
	if (type === '') {
		throw new UserError(
			`"${isListed ? 'Event Type Name' : 'Event Type'}" is empty. Name the event, e.g. order.created.`,
		);
	}
	return type;
}

/** Reads a request from one parameter per field. Empty fields are left out. */
function readRequestFields(
	parameters: ItemParameters,
	{ fields }: PlatformRequest,
	itemIndex: number,
): Record<string, unknown> {
	const additional = parameters.read('additionalFields', itemIndex, {}) as Record<string, unknown>;
	return Object.fromEntries(
		fields.flatMap(({ displayName, name, required, type }): Array<[string, unknown]> => {
			const parameter = fieldParameter(name);
			const value = required ? parameters.read(parameter, itemIndex) : additional[parameter];
			if (value === undefined || value === '') return [];
			return [[name, type === 'json' ? parseJsonObject(value, displayName) : value]];
		}),
	);
}

/** Reads an event's data: the input item's JSON, or the parameter Data (JSON). */
export function readEventData(
	parameters: ItemParameters,
	item: INodeExecutionData,
	itemIndex: number,
): Record<string, unknown> {
	const source = parameters.read('dataSource', itemIndex) as string;
	if (source === 'item') {
		requireWritable(item.json, 'Input Item');
		return item.json;
	}
	return parseJsonObject(parameters.read('data', itemIndex), 'Data (JSON)') ?? {};
}

/** Reads the data of an event or of a request of another kind. */
export function readRequestData(
	parameters: ItemParameters,
	kind: RequestKind,
	item: INodeExecutionData,
	itemIndex: number,
): Record<string, unknown> {
	const fromFields = parameters.read('dataSource', itemIndex) === 'fields';
	return fromFields && kind.request
		? readRequestFields(parameters, kind.request, itemIndex)
		: readEventData(parameters, item, itemIndex);
}
