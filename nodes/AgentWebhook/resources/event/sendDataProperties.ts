import type { INodeProperties } from 'n8n-workflow';

import {
	listRequestKinds,
	PLATFORMS,
	type PlatformRequest,
	type RequestField,
} from '../../../../core/platforms';
import { buildConditionProperties } from '../../../shared/properties/conditionProperties';

/** Returns the name of the parameter for a request's field. */
export const fieldParameter = (name: string): string => `field_${name}`;

/** The requests that platforms receive. Platforms may share one; each is listed once. */
const REQUESTS: PlatformRequest[] = [
	...new Map(
		PLATFORMS.flatMap(listRequestKinds).flatMap(({ id, request }) =>
			request ? [[id, request]] : [],
		),
	).values(),
];

const requestsWithFields = REQUESTS.filter(({ fields }) => fields.length > 0);
const idsOfRequestsWithFields = requestsWithFields.map(({ id }) => id);

const fieldProperty = ({
	description,
	displayName,
	name,
	placeholder,
	required,
	type,
}: RequestField): INodeProperties => ({
	displayName,
	name: fieldParameter(name),
	type,
	default: '',
	placeholder,
	...(required && { required }),
	...(description !== undefined && { description }),
});

const requestFields = requestsWithFields.flatMap(({ id, fields }): INodeProperties[] => {
	const displayOptions = { show: { requestKind: [id], dataSource: ['fields'] } };
	const optional = fields
		.filter(({ required }) => !required)
		.map(fieldProperty)
		.sort((a, b) => a.displayName.localeCompare(b.displayName));
	return [
		...fields
			.filter(({ required }) => required)
			.map((field) => ({ ...fieldProperty(field), displayOptions })),
		{
			displayName: 'Additional Fields',
			name: 'additionalFields',
			type: 'collection',
			placeholder: 'Add field',
			default: {},
			displayOptions,
			options: optional,
		},
	];
});

const itemSource = {
	name: 'Input Item',
	value: 'item',
	description: 'The JSON of the input item',
};
const jsonSource = {
	name: 'Define Below',
	value: 'json',
	description: 'JSON that you enter, expressions allowed',
};
const fieldsSource = {
	name: 'Fields Below',
	value: 'fields',
	description: 'One parameter for each field of the platform',
};

/** The parameters for an event's data, and for the conditions on which it is sent. */
export const dataProperties: INodeProperties[] = [
	{
		displayName: 'Data',
		name: 'dataSource',
		type: 'options',
		noDataExpression: true,
		options: [itemSource, jsonSource],
		default: 'item',
		description: 'The data to send',
		displayOptions: { hide: { requestKind: idsOfRequestsWithFields } },
	},
	{
		displayName: 'Data',
		name: 'dataSource',
		type: 'options',
		noDataExpression: true,
		options: [fieldsSource, itemSource, jsonSource],
		default: 'fields',
		description: 'The data to send',
		displayOptions: { show: { requestKind: idsOfRequestsWithFields } },
	},
	...requestFields,
	{
		displayName: 'Data (JSON)',
		name: 'data',
		type: 'json',
		// An example: n8n shows no placeholder in a field for JSON.
		default: '{\n  "order_id": 123\n}',
		displayOptions: { show: { dataSource: ['json'] } },
	},
	...buildConditionProperties({
		choice:
			'When to send the event. Items that don’t meet the conditions leave on the output Skipped.',
		json: 'Conditions in AgenticFlow’s format, tested on the data',
	}),
];
