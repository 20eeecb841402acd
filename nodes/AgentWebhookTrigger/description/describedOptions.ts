import type { INodeProperties } from 'n8n-workflow';

import { EVENT_KIND, PLATFORMS } from '../../../core/platforms';

/** Options for a platform whose requests people describe themselves. */
export const describedByUser = {
	show: {
		'/platform': PLATFORMS.flatMap(({ id, isDescribedByUser }) =>
			isDescribedByUser === true ? id : [],
		),
		'/requestKind': [EVENT_KIND],
	},
};

/** The formats of bodies that are accepted. */
export const bodyFormats: INodeProperties = {
	displayName: 'Body Formats',
	name: 'bodyFormats',
	type: 'multiOptions',
	displayOptions: describedByUser,
	options: [
		{
			name: 'Form',
			value: 'form',
			description: 'A form; a field that occurs several times is a list',
		},
		{ name: 'JSON', value: 'json' },
		{
			name: 'Text',
			value: 'text',
			description: 'An object or list in JSON is parsed; any other text is one value',
		},
		{ name: 'XML', value: 'xml', description: 'As text, for n8n’s XML node' },
	],
	default: ['json'],
	description: 'Formats of the bodies that are accepted. Others are answered 415.',
};

/** Where events have their data, time and type. */
export const eventPlaces: INodeProperties[] = [
	{
		displayName: 'Event Data From',
		name: 'eventDataFrom',
		type: 'string',
		default: '',
		placeholder: 'e.g. body.payload',
		displayOptions: describedByUser,
		description:
			'The place of the event’s data, or body for the whole body. Without this option, it is body.data.',
	},
	{
		displayName: 'Event Time From',
		name: 'eventTimeFrom',
		type: 'string',
		default: '',
		placeholder: 'e.g. body.created_at',
		displayOptions: describedByUser,
		description:
			'The place of the event’s time: ISO 8601, or seconds or milliseconds since 1970. Without this option, it is body.timestamp.',
	},
	{
		displayName: 'Event Type From',
		name: 'eventTypeFrom',
		type: 'string',
		default: '',
		placeholder: 'e.g. header.X-Event-Type, body.meta.kind',
		displayOptions: describedByUser,
		description:
			'Comma-separated places of the event’s type: header.Name, body.field or query.name. The first one that a request has counts. Without this option, they are body.event and body.type.',
	},
];
