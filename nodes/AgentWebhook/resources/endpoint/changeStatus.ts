import { setEndpointStatus } from '../../../../core/outbox/endpoint/lifecycle';
import { modifyEndpoint } from '../../../../core/outbox/endpoint/repository';
import type { Endpoint } from '../../../../core/outbox/model';
import type { OutboxTask } from '../outboxOperation';

import { loadChosenEndpoint } from './chosenEndpoint';
import { toEndpointItem } from './endpointItem';

/** Returns a task that gives the chosen endpoint a status, if it has another one. */
export const changeStatus =
	(status: Endpoint['status']): OutboxTask =>
	async (outbox, context, itemIndex) => {
		const chosen = await loadChosenEndpoint(context, outbox, itemIndex);
		const endpoint = await modifyEndpoint(outbox, chosen, (latest) =>
			latest.status === status
				? undefined
				: setEndpointStatus(latest, status, 'Disabled by hand', outbox.nowMs()),
		);
		return toEndpointItem(context, itemIndex, endpoint);
	};
