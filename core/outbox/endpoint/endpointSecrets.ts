import omit from 'lodash/omit';

import { CLIENT_TLS_FIELDS } from '../../credentials/clientTls';
import { AUTHENTICATION_FIELDS } from '../../credentials/endpointAuthentication';
import type { Endpoint, EndpointSecrets, Rotation } from '../model';

import { isWorkflowEndpoint } from './workflowAddress';

/** The secrets that a person gives for an endpoint. */
export interface SecretInput {
	/** Fields of the Sending credential. An update keeps the fields of a custom signature scheme. */
	authentication?: Record<string, unknown>;
	/** Fields of a client certificate and a private authority. An update replaces the named fields. */
	clientTls?: Record<string, unknown>;
	/** An update changes the named headers; `null` removes one. */
	headers?: Record<string, string | null>;
}

/** Returns the fields of a Sending credential without the authentication. */
export const omitAuthentication = (fields: Record<string, unknown>): Record<string, unknown> =>
	omit(fields, AUTHENTICATION_FIELDS);

/** Returns the fields of a Sending credential that are for any origin: a custom signature scheme. */
export const omitOriginSecrets = (fields: Record<string, unknown>): Record<string, unknown> =>
	omit(fields, [...AUTHENTICATION_FIELDS, ...CLIENT_TLS_FIELDS]);

/** Changes the fields of a client certificate. Empty ones are removed. */
export function mergeClientTls(
	fields: Record<string, unknown>,
	changes: Record<string, unknown> = {},
): Record<string, unknown> {
	const emptied = Object.keys(changes).filter((name) => changes[name] === '');
	return omit({ ...fields, ...changes }, emptied);
}

/**
 * Returns whether a URL leads to another scheme, host or port than the endpoint's. Its secrets were given
 * for that origin only.
 * @param url as entered; `undefined` if it does not change
 */
export function hasNewOrigin({ secrets }: Endpoint, url: string | undefined): boolean {
	if (url === undefined) return false;
	const trimmed = url.trim();
	return !URL.canParse(trimmed) || new URL(trimmed).origin !== new URL(secrets.url).origin;
}

/**
 * Returns whether an endpoint's URL has more than what is shown: a query or a fragment, which may be secret. A workflow
 * has none.
 */
export const hasHiddenQuery = ({ secrets, url }: Endpoint): boolean =>
	secrets.url !== url && !isWorkflowEndpoint({ secrets });

/**
 * Adds, changes and removes headers. Names are compared without regard to case, as HTTP does.
 * @param changes values by name; `null` removes the header
 */
export function mergeHeaders(
	headers: Record<string, string>,
	changes: Record<string, string | null> = {},
): Record<string, string> {
	const byName = new Map(Object.entries(headers).map((entry) => [entry[0].toLowerCase(), entry]));
	for (const [name, value] of Object.entries(changes)) {
		if (value === null) byName.delete(name.toLowerCase());
		else byName.set(name.toLowerCase(), [name, value]);
	}
	return Object.fromEntries(byName.values());
}

/** The secrets that an update drops because its URL has another origin, as items and the management API name them. */
export type DroppedSecret = 'authentication' | 'client_certificate' | 'custom_headers';

const hasAuthentication = ({ secrets }: Endpoint): boolean =>
	(secrets.authentication.authentication ?? 'none') !== 'none';

const hasClientTls = ({ secrets }: Endpoint): boolean =>
	CLIENT_TLS_FIELDS.some((name) => secrets.authentication[name] !== undefined);

/**
 * Lists the secrets that an update dropped, since the URL's origin changed and the input did not have
 * them.
 * @param after the endpoint after the update with the input
 */
export function listDroppedSecrets(
	before: Endpoint,
	after: Endpoint,
	input: SecretInput,
): DroppedSecret[] {
	if (!hasNewOrigin(before, after.secrets.url)) return [];
	const names = (headers: object): string[] =>
		Object.keys(headers).map((name) => name.toLowerCase());
	const mentioned = names({ ...after.secrets.headers, ...input.headers });
	const dropsHeader = names(before.secrets.headers).some((name) => !mentioned.includes(name));
	const dropsAuthentication = input.authentication === undefined && hasAuthentication(before);
	return [
		...(dropsAuthentication ? (['authentication'] as const) : []),
		...(hasClientTls(before) && !hasClientTls(after) && input.clientTls === undefined
			? (['client_certificate'] as const)
			: []),
		...(dropsHeader ? (['custom_headers'] as const) : []),
	];
}

type RecordedRotations = Pick<
	EndpointSecrets,
	'earlierRotations' | 'rotationDigest' | 'rotationKey'
>;

/** Number of requests that are remembered besides the last one: repeating one of them rotates nothing. */
const MAX_EARLIER_ROTATIONS = 10;

/** Lists the requests with an Idempotency-Key that rotated a secret, the latest first. */
export const listRotations = ({
	earlierRotations = [],
	rotationDigest,
	rotationKey,
}: RecordedRotations): Rotation[] =>
	rotationKey === undefined || rotationDigest === undefined
		? earlierRotations
		: [{ key: rotationKey, digest: rotationDigest }, ...earlierRotations];

/** Returns the record of a request that rotates a secret, and of those before it. */
export const recordRotation = (
	secrets: RecordedRotations,
	latest: Rotation,
): RecordedRotations => ({
	rotationKey: latest.key,
	rotationDigest: latest.digest,
	earlierRotations: listRotations(secrets).slice(0, MAX_EARLIER_ROTATIONS),
});
