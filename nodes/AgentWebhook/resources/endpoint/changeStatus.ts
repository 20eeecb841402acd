import { changeEndpointStatus } from '../../../../core/outbox/endpoint/repository';
import type { Endpoint } from '../../../../core/outbox/model';
import type { OutboxTask } from '../outboxOperation';

import { loadRegisteredChoice } from './chosenEndpoint';
import { toEndpointItem } from './endpointItem';

/** Reasons for a status; an enabled endpoint needs none. */
const REASONS: Record<Endpoint['status'], string> = {
	active: '',
	paused: 'Paused by hand',
	disabled: 'Disabled by hand',
};

/** Returns a task that gives the chosen endpoint a status, if it has another one. */
export const changeStatus =
	(status: Endpoint['status']): OutboxTask =>
	async (outbox, context, itemIndex) => {
		const chosen = await loadRegisteredChoice(context, outbox, itemIndex);
		const endpoint = await changeEndpointStatus(outbox, chosen, status, REASONS[status]);
		return toEndpointItem(context, itemIndex, endpoint);
	};
