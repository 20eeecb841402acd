import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { hasCredential } from '../shared/transport/hasCredential';
import { RegistrationClient } from '../shared/transport/registrationClient';

/** Lists the event types of the server in the Platform Account credential. */
export async function getServerEventTypes(
	this: ILoadOptionsFunctions,
): Promise<INodePropertyOptions[]> {
	if (!hasCredential(this, 'agentWebhookPlatformApi')) return [];
	const client = await RegistrationClient.open(
		this,
		this.getCurrentNodeParameter('platform') as string,
	);
	return await client.listEventTypes();
}
