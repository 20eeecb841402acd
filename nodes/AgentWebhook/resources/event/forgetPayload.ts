import { forgetPayload } from '../../../../core/outbox/log/eventRemoval';
import { eventLocator, readEventId } from '../../../shared/properties/locators';
import { buildNotice } from '../../../shared/properties/notice';
import { tenantOptions } from '../../../shared/properties/tenantProperties';
import { buildOutboxOperation } from '../outboxOperation';

export const forgetPayloadOperation = buildOutboxOperation({
	name: 'Forget Payload',
	action: 'Forget the payload of an event',
	description: 'Delete the data of an event for good, and keep the event and its delivery log',
	properties: [
		eventLocator,
		buildNotice(
			'forgetNotice',
			'This also deletes what endpoints answered. Deliveries that wait will fail, and none can be replayed.',
		),
		tenantOptions,
	],
	executeItem: async (outbox, context, itemIndex) => {
		const id = readEventId(context, itemIndex);
		const waiting = await forgetPayload(outbox, id);
		return { payload_forgotten: true, waiting_deliveries: waiting, id };
	},
});
