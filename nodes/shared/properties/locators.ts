import {
	UserError,
	type IExecuteFunctions,
	type INodeParameterResourceLocator,
	type INodeProperties,
} from 'n8n-workflow';

const LIST_HINT = 'The list needs an n8n API key in the Outbox credential';

/** A parameter to choose a record of the outbox, from a list or as it is entered: by default, by its ID. */
const buildLocator = (
	displayName: string,
	name: string,
	searchListMethod: string,
	placeholder: string,
	entered = { displayName: 'By ID', name: 'id' },
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
		{ ...entered, type: 'string', placeholder },
	],
});

/** Returns a parameter for an endpoint. {@link readResourceLocator} reads it. */
export const buildEndpointLocator = (name: string): INodeProperties =>
	buildLocator('Endpoint', name, 'searchEndpoints', 'e.g. ep_0f3c…');

/** The endpoint that an operation works on. {@link readEndpointLocator} reads it. */
export const endpointLocator: INodeProperties = {
	...buildEndpointLocator('endpoint'),
	required: true,
	modes: [
		...(buildEndpointLocator('endpoint').modes ?? []),
		{ displayName: 'By Name', name: 'name', type: 'string', placeholder: 'e.g. Billing' },
	],
	description: 'Endpoint of the outbox',
};

/** The delivery that an operation works on. {@link readDeliveryId} reads it. */
export const deliveryLocator: INodeProperties = {
	...buildLocator('Delivery', 'deliveryId', 'searchDeliveries', 'e.g. dlv_3f0c…'),
	required: true,
	description: 'Delivery in the log. Result items and Delivery → Get Many return its ID.',
};

/** Returns a parameter for an event. {@link readResourceLocator} reads it. */
export const buildEventLocator = (name: string): INodeProperties =>
	buildLocator('Event', name, 'searchEvents', 'e.g. evt_7a1d…');

/** The event that an operation works on. {@link readEventId} reads it. */
export const eventLocator: INodeProperties = {
	...buildEventLocator('eventId'),
	required: true,
	description: 'Event of the outbox. Result items and Event → Get Many return its ID.',
};

/** An event type of the catalog. {@link readEventTypeName} reads it. */
export const eventTypeLocator: INodeProperties = {
	...buildLocator('Event Type', 'catalogEventType', 'searchEventTypes', 'e.g. order.created', {
		displayName: 'By Name',
		name: 'name',
	}),
	required: true,
	description: 'Event type of the catalog. Event Type → Create adds one.',
};

/**
 * Reads a resource locator's value, or the text that an expression returned for it.
 * @returns the ID or name without surrounding spaces; an empty text if nothing is chosen
 */
export function readResourceLocator(value: unknown): { mode: string; text: string } {
	const locator =
		typeof value === 'object' && value !== null
			? (value as INodeParameterResourceLocator)
			: { mode: 'id', value };
	return { mode: locator.mode, text: String(locator.value ?? '').trim() };
}

/**
 * Reads {@link endpointLocator}.
 * @throws UserError if no endpoint is chosen
 */
export function readEndpointLocator(
	context: IExecuteFunctions,
	itemIndex: number,
): { by: 'id' | 'name'; text: string } {
	const { mode, text } = readResourceLocator(context.getNodeParameter('endpoint', itemIndex));
	if (text === '') {
		throw new UserError('"Endpoint" is empty. Choose an endpoint, or enter its ID or name.');
	}
	return { by: mode === 'name' ? 'name' : 'id', text };
}

/**
 * Reads {@link deliveryLocator}.
 * @throws UserError if no delivery is chosen
 */
export function readDeliveryId(context: IExecuteFunctions, itemIndex: number): string {
	const { text } = readResourceLocator(context.getNodeParameter('deliveryId', itemIndex));
	if (text === '') throw new UserError('"Delivery" is empty. Choose a delivery, or enter its ID.');
	return text;
}

/**
 * Reads {@link eventLocator}.
 * @throws UserError if no event is chosen
 */
export function readEventId(context: IExecuteFunctions, itemIndex: number): string {
	const { text } = readResourceLocator(context.getNodeParameter('eventId', itemIndex));
	if (text === '') throw new UserError('"Event" is empty. Choose an event, or enter its ID.');
	return text;
}

/**
 * Reads {@link eventTypeLocator}.
 * @throws UserError if no event type is chosen
 */
export function readEventTypeName(context: IExecuteFunctions, itemIndex: number): string {
	const { text } = readResourceLocator(context.getNodeParameter('catalogEventType', itemIndex));
	if (text !== '') return text;
	throw new UserError('"Event Type" is empty. Choose an event type, or enter its name.');
}
