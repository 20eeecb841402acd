import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { PROFILES } from '../../core/profiles';

const platformOptions: INodePropertyOptions[] = PROFILES.map(({ id, name, description }) => ({
	name,
	value: id,
	description,
}));

/**
 * The parameter for choosing a platform.
 * @param description what the choice is about in this place
 */
export const platformProperty = (description: string): INodeProperties => ({
	displayName: 'Platform',
	name: 'platform',
	type: 'options',
	noDataExpression: true,
	options: platformOptions,
	default: 'agenticflow',
	description,
});
