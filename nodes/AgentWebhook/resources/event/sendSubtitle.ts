import { CATALOGS, listKindNames } from '../../../shared/properties/platformProperties';
import type { OptionNames, SubtitleFunction } from '../operation';

import { properties } from './sendProperties';

/** Names that {@link sendSubtitle} uses; `catalog` has the platforms that list their event types. */
export const sendSubtitleNames: OptionNames = {
	requestKind: listKindNames(properties),
	catalog: Object.fromEntries(CATALOGS.map(({ id, name }) => [id, name])),
};

/** Names what is sent and where to, e.g. "Send order.created to example.com". */
export const sendSubtitle: SubtitleFunction = (parameters, { literal, names }) => {
	const { catalogEventType, customEventType, eventType, eventTypeSource } = parameters;
	const { platform = '', requestKind, sendTo, url } = parameters;
	const toSubscribers = sendTo === 'subscribers';
	if (!toSubscribers && requestKind && requestKind !== 'event') {
		return 'Send ' + names.requestKind[requestKind] + ' to ' + names.platform[platform];
	}
	const isListed = !toSubscribers && names.catalog[platform] && eventType !== '__other__';
	const isFromCatalog = toSubscribers && eventTypeSource === 'catalog';
	const named = isFromCatalog ? catalogEventType : customEventType;
	const type = literal(isListed ? eventType : named) || 'an event';
	if (toSubscribers) return 'Send ' + type + ' to all subscribers';
	const [, host] = /^https?:\/\/(?:[^/?#]*@)?([^/?#:]+)/i.exec(literal(url) || '') || [];
	return 'Send ' + type + ' to ' + (host || 'an endpoint');
};
