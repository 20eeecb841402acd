import type { INodePropertyOptions } from 'n8n-workflow';

/** Statuses that several operations offer. */

export const gatheringOption: INodePropertyOptions = {
	name: 'Gathering',
	value: 'gathering',
	description: 'Waiting for a batch to fill up',
};

export const onHoldOption: INodePropertyOptions = {
	name: 'On Hold',
	value: 'held',
	description: 'Waiting for a replay, because the endpoint was disabled',
};
