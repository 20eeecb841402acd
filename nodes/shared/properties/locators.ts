import {
	UserError,
	type IExecuteFunctions,
	type INodeParameterResourceLocator,
	type INodeProperties,
} from 'n8n-workflow';

/** Fields in which a person chooses something of the outbox, from a list or by what it is known by. */

const LIST_HINT = 'The list needs an n8n API key in the Outbox credential';

const locator = (
	displayName: string,
	name: string,
	searchListMethod: string,
	placeholder: string,
): INodeProperties => ({
	displayName,
	name,
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	hint: LIST_HINT,
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod, searchable: true },
		},
		{ displayName: 'By ID', name: 'id', type: 'string', placeholder },
	],
});

/** An endpoint, by its ID. */
export const endpointById = (name: string): INodeProperties =>
	locator('Endpoint', name, 'searchEndpoints', 'e.g. ep_0f3c…');

/** Which endpoint an operation is about. */
export const endpointLocator: INodeProperties = {
	...endpointById('endpoint'),
	required: true,
	modes: [
		...(endpointById('endpoint').modes ?? []),
		{ displayName: 'By Name', name: 'name', type: 'string', placeholder: 'e.g. Billing' },
	],
	description: 'An endpoint of the outbox',
};

/** Which delivery an operation is about. */
export const deliveryLocator: INodeProperties = {
	...locator('Delivery', 'deliveryId', 'searchDeliveries', 'e.g. dlv_3f0c…'),
	required: true,
	description: 'A delivery on record. Its ID is on result items and in Delivery → Get Many.',
};

/** An event, by its ID. */
export const eventById = (name: string): INodeProperties =>
	locator('Event', name, 'searchEvents', 'e.g. evt_7a1d…');

/** What a locator's field holds, or an expression gave in its place: an ID or a name; empty for nothing. */
export function readResourceLocator(value: unknown): { mode: string; text: string } {
	const { mode, value: chosen } =
		typeof value === 'object' && value !== null
			? (value as INodeParameterResourceLocator)
			: { mode: 'id', value };
	return { mode, text: String(chosen ?? '').trim() };
}

/** What a person chose an endpoint by. */
export function readEndpointLocator(
	context: IExecuteFunctions,
	itemIndex: number,
): { by: 'id' | 'name'; text: string } {
	const { mode, text } = readResourceLocator(context.getNodeParameter('endpoint', itemIndex));
	if (text === '') {
		throw new UserError('"Endpoint" is empty. Choose an endpoint, or give its ID or its name.');
	}
	return { by: mode === 'name' ? 'name' : 'id', text };
}

/** @throws UserError where none is chosen */
export function readDeliveryId(context: IExecuteFunctions, itemIndex: number): string {
	const { text } = readResourceLocator(context.getNodeParameter('deliveryId', itemIndex));
	if (text === '') throw new UserError('"Delivery" is empty. Choose a delivery, or give its ID.');
	return text;
}
