import type { INodePropertyOptions } from 'n8n-workflow';

import { PROFILES } from '../../core/profiles';

/** The platforms as the editor lists them. */
export const platformOptions: INodePropertyOptions[] = PROFILES.map(
	({ id, name, description }) => ({ name, value: id, description }),
);
