import type { INodeProperties } from 'n8n-workflow';

type FilterOption = INodeProperties;

const timeOption = (displayName: string, name: string, what: string, when: string) =>
	({
		displayName,
		name,
		type: 'dateTime',
		default: '',
		description: `Only ${what} accepted ${when} this time, in the workflow’s timezone unless it has an offset`,
	}) satisfies FilterOption;

/**
 * Returns the filters for the time at which events were accepted.
 * @param what e.g. `deliveries of events that were`
 */
export const buildTimeFilters = (what: string): FilterOption[] => [
	timeOption('Accepted After', 'since', what, 'at or after'),
	timeOption('Accepted Before', 'until', what, 'before'),
];

export const eventTypeFilter: FilterOption = {
	displayName: 'Event Type',
	name: 'eventType',
	type: 'string',
	default: '',
	placeholder: 'e.g. order.created',
};

export const executionFilter: FilterOption = {
	displayName: 'Execution ID',
	name: 'executionId',
	type: 'string',
	default: '',
	placeholder: 'e.g. 1042',
	description: 'Only events that this execution sent',
};

export const payloadTextFilter: FilterOption = {
	displayName: 'Text in Payload',
	name: 'text',
	type: 'string',
	default: '',
	placeholder: 'e.g. ord_4711',
	description: 'Only events whose data contains this text, in the same case',
};

/** Returns a filter's text; `undefined` if it is empty. */
export const readFilterText = (value: unknown): string | undefined => {
	const text = String(value ?? '').trim();
	return text === '' ? undefined : text;
};
