import type { Operation } from '../operation';

import { properties, TO_SUBSCRIBERS } from './sendProperties';
import { sendSubtitle, sendSubtitleNames } from './sendSubtitle';
import { sendToEndpoint } from './sendToEndpoint';
import { sendToSubscribers } from './sendToSubscribers';

export const sendOperation: Operation = {
	name: 'Send',
	action: 'Send an event',
	description: 'Send signed events to one endpoint or to all subscribed endpoints',
	properties,
	subtitle: sendSubtitle,
	subtitleNames: sendSubtitleNames,
	execute: async (context) =>
		context.getNodeParameter('sendTo', 0) === TO_SUBSCRIBERS
			? await sendToSubscribers(context)
			: await sendToEndpoint(context),
};
