import partition from 'lodash/partition';
import type { INodeProperties } from 'n8n-workflow';

import { EVENT_KIND, ONLY_KINDS, type Platform } from '../../../core/platforms';

/**
 * Shows a parameter for the events of some platforms: once for those with no other kind of request, where the stored
 * kind does not count, and once for the others.
 */
export function showForEvents(platforms: Platform[]): Array<INodeProperties['displayOptions']> {
	const [onlyEvents, others] = partition(platforms, ({ id }) => ONLY_KINDS[id] !== undefined).map(
		(group) => group.map(({ id }) => id),
	);
	return [
		{ show: { platform: onlyEvents } },
		{ show: { platform: others, requestKind: [EVENT_KIND] } },
	];
}
