import isEqual from 'lodash/isEqual';
import omit from 'lodash/omit';
import pick from 'lodash/pick';
import union from 'lodash/union';

import { CLIENT_TLS_FIELDS } from '../../credentials/clientTls';
import { HIDDEN } from '../../lib/maskSecrets';
import type { Endpoint } from '../model';

import { hasHiddenQuery } from './endpointSecrets';
import { presentEndpoint } from './presentEndpoint';

/** Values before and after an update, by field. A missing value is `null`. */
export type EndpointChanges = Record<string, { from: unknown; to: unknown }>;

/** Returns what follows the URL that is shown: a query or a fragment, which may be secret. */
const getUrlQuery = (endpoint: Endpoint): string =>
	hasHiddenQuery(endpoint) ? endpoint.secrets.url.slice(endpoint.url.length) : '';

const mask = (text: string): string | null => (text === '' ? null : HIDDEN);

/**
 * Returns what an update changed. A secret is masked, before and after: a changed secret shows only that it
 * changed.
 * @returns no fields if the endpoint already had these values
 * @example
 * presentChanges(before, after);
 * // { events: { from: ['order.*'], to: ['*'] }, custom_headers: { from: {}, to: { 'X-Key': '••••••••' } } }
 */
export function presentChanges(before: Endpoint, after: Endpoint): EndpointChanges {
	const [from, to] = [before, after].map((endpoint) => omit(presentEndpoint(endpoint), 'id'));
	const secretsOf = ({ secrets }: Endpoint): Record<string, unknown> => ({
		authentication: omit(secrets.authentication, CLIENT_TLS_FIELDS),
		client_certificate: pick(secrets.authentication, CLIENT_TLS_FIELDS),
		custom_headers: secrets.headers,
	});
	const [oldSecrets, newSecrets] = [before, after].map(secretsOf);
	const changes = union(Object.keys(from), Object.keys(to)).flatMap((field) =>
		isEqual(from[field], to[field]) && isEqual(oldSecrets[field], newSecrets[field])
			? []
			: [[field, { from: from[field] ?? null, to: to[field] ?? null }] as const],
	);
	const [oldQuery, newQuery] = [before, after].map(getUrlQuery);
	return {
		...Object.fromEntries(changes),
		...(oldQuery !== newQuery && { url_query: { from: mask(oldQuery), to: mask(newQuery) } }),
	};
}
