import get from 'lodash/get';
import {
	UserError,
	type INodeProperties,
	type INodePropertyCollection,
	type NodePropertyTypes,
} from 'n8n-workflow';

import { toIsoTime } from '../../../core/lib/time';
import { createTimeZone, parseTime } from '../../../core/lib/timeZone';

import { checkIdentifier, requireTemplateParts } from './checkIdentifier';
import { checkTenant } from './checkTenant';
import { describeValue, isJsonObject, readDateMs } from './describeValue';
import { requireWritable } from './parse';
import type { Check, Place } from './place';

/** Text parameters that identify an event: any JSON is written so that different values stay different. */
const IDENTIFIERS = new Set(['eventId', 'idempotencyKey']);

/** Text parameters for the type of an event. */
const EVENT_TYPES = new Set(['customEventType', 'eventType']);

/** Text parameters for the ID of a tenant. */
const TENANTS = new Set(['tenant', 'tenantId']);

/** Text parameters that also take JSON, which is written as text. */
const TEXT_OR_JSON = new Set(['bodyText']);

/** Text parameters for a list, which may also be a list of texts. `parse.ts` reads them. */
const LISTS = new Set([
	'acceptAgain',
	'allowedAddresses',
	'duplicateKey',
	'endpointIds',
	'eventTypeFrom',
	'eventTypes',
	'excludeFields',
	'includeFields',
	'removeHeaders',
]);

/** Collections whose fields are left out if their expression returns nothing. */
const OPTIONAL_FIELDS = new Set(['additionalFields']);

const MAX_LISTED_OPTIONS = 12;

function reject({ label }: Place, value: unknown, expected: string, advice: string): never {
	throw new UserError(
		`"${label}" must be ${expected}, but it is ${describeValue(value)}. ${advice}`,
	);
}

/** Checks a text, or a value that everyone would write as the same text. */
const checkScalar: Check = (value, place) => {
	if (typeof value === 'string') return value;
	if (typeof value === 'boolean' || Number.isFinite(value)) return String(value);
	const dateMs = readDateMs(value);
	if (dateMs !== undefined && !Number.isNaN(dateMs)) return toIsoTime(dateMs);
	return reject(
		place,
		value,
		'text',
		value === undefined || value === null
			? 'Check its expression. To leave the field empty on purpose, add ?? "" to the expression.'
			: 'Check its expression: choose one of its fields, or convert it to text with JSON.stringify().',
	);
};

const checkText: Check = (value, place) => {
	const { name, type } = place.property;
	if (type === 'string' && IDENTIFIERS.has(name)) return checkIdentifier(value, place);
	if (type === 'string' && TENANTS.has(name)) return checkTenant(value, place);
	if (type === 'string' && EVENT_TYPES.has(name)) requireTemplateParts(place);
	if (LISTS.has(name) && Array.isArray(value)) {
		return value.map((entry: unknown) => checkScalar(entry, place));
	}
	if (TEXT_OR_JSON.has(name) && (Array.isArray(value) || isJsonObject(value))) {
		return JSON.stringify(value);
	}
	return checkScalar(value, place);
};

const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/;

const checkNumber: Check = (value, place) => {
	const { maxValue, minValue, numberPrecision } = place.property.typeOptions ?? {};
	const isDecimal = typeof value === 'string' && DECIMAL.test(value.trim());
	const number = isDecimal ? Number(value) : value;
	const isInRange =
		typeof number === 'number' &&
		Number.isFinite(number) &&
		number >= (minValue ?? -Infinity) &&
		number <= (maxValue ?? Infinity) &&
		(numberPrecision !== 0 || Number.isInteger(number));
	if (isInRange) return number;
	const kind = numberPrecision === 0 ? 'a whole number' : 'a number';
	const range =
		minValue === undefined
			? ''
			: maxValue === undefined
				? `, ${minValue} or more`
				: ` from ${minValue} to ${maxValue}`;
	return reject(place, value, `${kind}${range}`, 'Enter a valid number, or check its expression.');
};

const checkBoolean: Check = (value, place) => {
	if (typeof value === 'boolean') return value;
	if (value === 'true' || value === 'false') return value === 'true';
	return reject(place, value, 'true or false', 'Use the switch, or check its expression.');
};

const listValues = ({ property }: Place): unknown[] =>
	(property.options ?? []).flatMap((option) => ('value' in option ? [option.value] : []));

function describeOptions(place: Place): string {
	const values = listValues(place);
	const listed = values.slice(0, MAX_LISTED_OPTIONS).map(String);
	return [...listed, ...(values.length > listed.length ? ['…'] : [])].join(', ');
}

const checkOption: Check = (value, place) => {
	if (listValues(place).includes(value)) return value;
	// An empty field of a collection counts as one that was not added.
	if (value === '' && place.isField) return undefined;
	return reject(
		place,
		value,
		`one of: ${describeOptions(place)}`,
		'Choose from the list, or check its expression.',
	);
};

const checkOptions: Check = (value, place) => {
	if (value === '' && place.isField) return undefined;
	// Only n8n's editor loads such a list, and a newer version of the package may have left out an entry.
	if (place.property.typeOptions?.loadOptionsMethod !== undefined && Array.isArray(value)) {
		return value.map((entry: unknown) => checkScalar(entry, place));
	}
	const allowed = listValues(place);
	const chosen = allowed.includes(value) ? [value] : value;
	if (!Array.isArray(chosen)) {
		const expected = `a list with any of: ${describeOptions(place)}`;
		return reject(place, value, expected, 'Choose from the list, or check its expression.');
	}
	return chosen.map((entry: unknown) => checkOption(entry, { ...place, isField: false }));
};

const checkJson: Check = (value, place) => {
	const isJson =
		['string', 'number', 'boolean'].includes(typeof value) ||
		value === null ||
		Array.isArray(value) ||
		isJsonObject(value);
	if (isJson) return value;
	return reject(place, value, 'JSON', 'Enter JSON, e.g. {"order_id": 7}, or check its expression.');
};

const TIME_ADVICE =
	'Enter a date and time, e.g. 2026-01-31T09:00:00, or 2026-01-31T09:00:00+01:00 for another timezone than the workflow’s.';

/** @returns ISO 8601 in UTC; an empty text for an empty field */
const checkTime: Check = (value, place) => {
	if (value === '') return '';
	const ms =
		typeof value === 'string'
			? parseTime(value, createTimeZone(place.getTimeZone()))
			: readDateMs(value);
	if (ms !== undefined && !Number.isNaN(ms)) return toIsoTime(ms);
	throw new UserError(
		`"${place.label}" is not a time: it is ${describeValue(value)}. ${TIME_ADVICE}`,
	);
};

const checkLocator: Check = (value, place) => {
	if (!isJsonObject(value)) return checkText(value, place);
	const { mode, value: chosen } = value;
	const isKnownMode = (place.property.modes ?? []).some(({ name }) => name === mode);
	if (!isKnownMode) {
		return reject(place, value, 'a choice from the list or an ID', 'Choose it again.');
	}
	const stored: unknown = get(place.stored, 'value');
	return { ...value, value: checkText(chosen, { ...place, stored }) };
};

/** Checks the choice of a workflow, from n8n's own list or by its ID. */
const checkWorkflow: Check = (value, place) =>
	isJsonObject(value)
		? { ...value, value: checkText(value.value, { ...place, stored: get(place.stored, 'value') }) }
		: checkText(value, place);

const checkFilter: Check = (value, place) => {
	const isFilter = isJsonObject(value) && Array.isArray(value.conditions ?? []);
	// n8n passes a boolean if the code asks for the result of the rules.
	if (isFilter || typeof value === 'boolean') return value;
	return reject(place, value, 'a set of rules', 'Add rules in the editor.');
};

/** Checks the fields of a collection that have a value. Unknown fields are kept. */
function checkFields(
	properties: INodeProperties[],
	value: Record<string, unknown>,
	place: Place,
): Record<string, unknown> {
	const isOptional = OPTIONAL_FIELDS.has(place.property.name);
	const checked = { ...value };
	for (const property of properties) {
		const { displayName, name } = property;
		if (!(name in value)) continue;
		const stored: unknown = get(place.stored, name);
		const label = place.label === '' ? displayName : `${place.label} → ${displayName}`;
		checked[name] = checkValue(value[name], {
			...place,
			isField: true,
			isOptional,
			label,
			property,
			stored,
		});
	}
	return checked;
}

const checkCollection: Check = (value, place) => {
	if (!isJsonObject(value)) {
		return reject(place, value, 'a set of fields', 'Add the fields in the editor.');
	}
	const properties = (place.property.options ?? []).filter(
		(option): option is INodeProperties => 'type' in option,
	);
	// A person knows these fields by their own names.
	return checkFields(properties, value, { ...place, label: '' });
};

const checkFixedCollection: Check = (value, place) => {
	if (!isJsonObject(value)) {
		return reject(place, value, 'a set of fields', 'Add the fields in the editor.');
	}
	const groups = (place.property.options ?? []).filter(
		(option): option is INodePropertyCollection => 'values' in option,
	);
	const checked = { ...value };
	for (const { name, values } of groups) {
		const group = value[name];
		if (group === undefined) continue;
		const stored: unknown = get(place.stored, name);
		const checkGroup = (entry: unknown, storedEntry: unknown): Record<string, unknown> =>
			isJsonObject(entry)
				? checkFields(values, entry, { ...place, stored: storedEntry })
				: reject(place, entry, 'a set of fields', 'Add the fields in the editor.');
		checked[name] = Array.isArray(group)
			? group.map((entry: unknown, index) => checkGroup(entry, get(stored, index)))
			: checkGroup(group, stored);
	}
	return checked;
};

/** Returns the value of a parameter that leaves no choice, also if the workflow has another one from before. */
const readOnlyChoice: Check = (_, { property }) => property.default;

const CHECKS: Partial<Record<NodePropertyTypes, Check>> = {
	boolean: checkBoolean,
	collection: checkCollection,
	dateTime: checkTime,
	filter: checkFilter,
	fixedCollection: checkFixedCollection,
	hidden: readOnlyChoice,
	json: checkJson,
	multiOptions: checkOptions,
	number: checkNumber,
	options: checkOption,
	resourceLocator: checkLocator,
	string: checkText,
	workflowSelector: checkWorkflow,
};

/**
 * Checks a parameter's value by the type in its description. Numbers and switches may be text, as
 * expressions often return them.
 * @returns the value in the parameter's own type; a time in ISO 8601 and UTC
 * @throws UserError that names the field, its value and what to enter
 */
export function checkValue(value: unknown, place: Place): unknown {
	if (place.isOptional && (value === undefined || value === null)) return undefined;
	if (readDateMs(value) === undefined) requireWritable(value, place.label);
	const check = CHECKS[place.property.type];
	return check === undefined ? value : check(value, place);
}
