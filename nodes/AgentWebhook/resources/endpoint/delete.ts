import { deleteEndpoint } from '../../../../core/outbox/endpoint/repository';
import { endpointLocator, readEndpointLocator } from '../../../shared/properties/locators';
import { buildNotice } from '../../../shared/properties/notice';
import { tenantOptions } from '../../../shared/properties/tenantProperties';
import { buildOutboxOperation } from '../outboxOperation';

import { chosenEndpointSubtitle, loadRegisteredChoice } from './chosenEndpoint';

export const deleteOperation = buildOutboxOperation({
	name: 'Delete',
	action: 'Delete an endpoint',
	description: 'Delete an endpoint and keep its delivery log',
	properties: [
		endpointLocator,
		buildNotice(
			'deleteNotice',
			'This also deletes the endpoint’s secret, and deliveries that wait for an attempt will fail. Endpoint → Disable keeps both.',
		),
		tenantOptions,
	],
	subtitle: chosenEndpointSubtitle,
	executeItem: async (outbox, context, itemIndex) => {
		const { by, text } = readEndpointLocator(context, itemIndex);
		const id = by === 'id' ? text : (await loadRegisteredChoice(context, outbox, itemIndex)).id;
		await deleteEndpoint(outbox, id);
		return { deleted: true, id };
	},
});
