import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { getPlatform } from '../../core/platforms';
import { toEventTypeOptions } from '../shared/properties/platformProperties';

/** Lists the event types of the platform that is chosen in the editor; empty if it documents none. */
export async function getEventTypes(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const platform = getPlatform(this.getCurrentNodeParameter('platform') as string);
	return toEventTypeOptions(platform.events?.types ?? []);
}
