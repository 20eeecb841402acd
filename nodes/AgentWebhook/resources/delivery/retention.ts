import type { INodeProperties } from 'n8n-workflow';

import { DEFAULT_RETENTION } from '../../../../core/outbox/log/prune';

const { maxAgeDays, maxDeliveries } = DEFAULT_RETENTION;

/** The parameters for how much of the log to keep. Deliver Due has them as options. */
export const retentionFields: INodeProperties[] = [
	{
		displayName: 'Max Age (Days)',
		name: 'maxAgeDays',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 36500 },
		default: maxAgeDays,
		description:
			'Deletes events that were accepted longer ago, with their deliveries. An event is kept while one of its deliveries waits for an attempt, but not for an endpoint that is paused or down.',
	},
	{
		displayName: 'Max Deliveries in Log',
		name: 'maxOnRecord',
		type: 'number',
		typeOptions: { minValue: 0, numberPrecision: 0 },
		default: maxDeliveries,
		description:
			'How many deliveries to keep for each tenant. Those of the oldest events are deleted first.',
	},
];
