import attempt from 'lodash/attempt';
import isEmpty from 'lodash/isEmpty';
import { z } from 'zod';

import { stringifyExactJson } from '../../lib/exactJson';
import { parseJson } from '../../lib/json';
import { toIsoTime } from '../../lib/time';
import { getPlatform } from '../../platforms';
import { InvalidSchemeError } from '../../signing/scheme';
import type { Endpoint, UnreadableEndpoint } from '../model';

import { EncryptionError, type Encrypter } from './encryption';
import { readRow, salvageColumns, UnreadableRowError, type EndpointRow } from './rows';
import {
	completePages,
	eq,
	findAll,
	findFirstPage,
	neq,
	type Change,
	type Condition,
	type Find,
	type Row,
	type StoredRow,
	type Tables,
} from './tables';

/** The tables, and the key for the secrets in them. */
export interface EndpointStorage {
	tables: Tables;
	encrypter: Encrypter;
}

/** An endpoint as it is stored; its settings are not checked yet. */
export type StoredEndpoint = Omit<Endpoint, 'settings'> & { settings: Record<string, unknown> };

/** An endpoint that cannot be opened, as it is stored; its settings are not checked yet. */
export type StoredUnreadableEndpoint = Omit<UnreadableEndpoint, 'subscription'> & {
	subscription: Pick<StoredEndpoint, 'eventTypes' | 'settings'> | null;
};

const secretsSchema = z.object({
	url: z.string(),
	signing: z.array(
		z.object({ secret: z.string(), created_at: z.string(), valid_until: z.string().optional() }),
	),
	authentication: z.record(z.unknown()),
	headers: z.record(z.string()),
	creationDigest: z.string().optional(),
	rotationKey: z.string().optional(),
	rotationDigest: z.string().optional(),
	earlierRotations: z.array(z.object({ key: z.string(), digest: z.string() })).optional(),
	transformWorkflowId: z.string().optional(),
});

/**
 * Names the tenant, the endpoint and the revision that encrypted secrets belong to: they cannot be copied to
 * another endpoint or tenant, and older ones cannot be put back.
 */
const toAssociatedData = (tenantId: string, id: string, revision: number): string =>
	`tenant ${tenantId}, endpoint ${id}, revision ${revision}`;

/** @throws EncryptionError */
function openSecrets(
	encrypter: Encrypter,
	{
		endpoint_id,
		sealed,
		sealed_revision,
		tenant_id,
	}: Pick<EndpointRow, 'endpoint_id' | 'sealed' | 'sealed_revision' | 'tenant_id'>,
): Endpoint['secrets'] {
	const text = encrypter.decrypt(sealed, toAssociatedData(tenant_id, endpoint_id, sealed_revision));
	return secretsSchema.parse(parseJson(text)?.value);
}

/**
 * Reads a row as an endpoint.
 * @throws UnreadableRowError, EncryptionError, InvalidSchemeError for an unknown platform
 */
export function readEndpoint(stored: StoredRow, encrypter: Encrypter): StoredEndpoint {
	const row = readRow('endpoints', stored);
	return {
		tenantId: row.tenant_id,
		id: row.endpoint_id,
		uid: row.uid,
		name: row.name,
		description: row.description ?? '',
		url: row.url,
		platform: getPlatform(row.platform),
		eventTypes: row.event_types,
		status: row.status,
		statusReason: row.status_reason,
		statusChangedAt: row.status_changed_at,
		settings: row.settings,
		secrets: openSecrets(encrypter, row),
		registeredAt: row.registered_at,
		updatedAt: row.updated_at ?? row.registered_at,
		isApiManaged: row.api_managed === true,
		creationKey: row.creation_key,
		failingSince: row.failing_since,
		consecutiveFailures: row.consecutive_failures,
		probeAt: row.probe_at,
		rateFreeAt: row.rate_free_at,
		alerts: row.alerts ?? {},
		revision: row.revision,
	};
}

/** Reads the valid columns of the row of an endpoint that cannot be opened. */
function readUnreadable(stored: StoredRow, problem: string): StoredUnreadableEndpoint {
	const columns = salvageColumns('endpoints', stored);
	const { event_types: eventTypes, settings } = columns;
	return {
		tenantId: columns.tenant_id ?? '',
		id: columns.endpoint_id ?? '',
		name: columns.name ?? '',
		description: columns.description ?? '',
		url: columns.url ?? '',
		platformId: columns.platform ?? '',
		subscription: eventTypes && settings ? { eventTypes, settings } : null,
		status: columns.status ?? 'active',
		statusReason: columns.status_reason ?? null,
		statusChangedAt: columns.status_changed_at ?? null,
		uid: columns.uid ?? null,
		registeredAt: columns.registered_at ?? String(stored.createdAt ?? ''),
		updatedAt: columns.updated_at ?? columns.registered_at ?? String(stored.createdAt ?? ''),
		failingSince: columns.failing_since ?? null,
		consecutiveFailures: columns.consecutive_failures ?? 0,
		probeAt: columns.probe_at ?? null,
		revision: columns.revision ?? 0,
		problem,
	};
}

const UNREADABLE_ERRORS = [UnreadableRowError, EncryptionError, InvalidSchemeError];

/** Reads a row as an endpoint, even if it cannot be opened. */
function readRegistered(
	stored: StoredRow,
	encrypter: Encrypter,
): StoredEndpoint | StoredUnreadableEndpoint {
	const endpoint = attempt(() => readEndpoint(stored, encrypter));
	if (!(endpoint instanceof Error)) return endpoint;
	const isUnreadable = UNREADABLE_ERRORS.some((type) => endpoint instanceof type);
	if (!isUnreadable) throw endpoint;
	return readUnreadable(stored, endpoint.message);
}

/** Writes an endpoint as a row, with its secrets encrypted. */
export const toEndpointRow = (endpoint: Endpoint, encrypter: Encrypter): Row => ({
	tenant_id: endpoint.tenantId,
	endpoint_id: endpoint.id,
	uid: endpoint.uid,
	name: endpoint.name,
	description: endpoint.description,
	url: endpoint.url,
	platform: endpoint.platform.id,
	event_types: JSON.stringify(endpoint.eventTypes),
	status: endpoint.status,
	status_reason: endpoint.statusReason,
	status_changed_at: endpoint.statusChangedAt,
	settings: stringifyExactJson(endpoint.settings),
	sealed: encrypter.encrypt(
		JSON.stringify(endpoint.secrets),
		toAssociatedData(endpoint.tenantId, endpoint.id, endpoint.revision),
	),
	sealed_revision: endpoint.revision,
	registered_at: endpoint.registeredAt,
	updated_at: endpoint.updatedAt,
	api_managed: endpoint.isApiManaged,
	creation_key: endpoint.creationKey,
	failing_since: endpoint.failingSince,
	consecutive_failures: endpoint.consecutiveFailures,
	probe_at: endpoint.probeAt,
	rate_free_at: endpoint.rateFreeAt,
	alerts: isEmpty(endpoint.alerts) ? null : JSON.stringify(endpoint.alerts),
	revision: endpoint.revision,
});

/** The endpoints that the management API of one platform serves. Its callers do not see any others. */
export interface ApiScope {
	platformId: string;
}

/** All criteria that are set must match. */
export interface EndpointQuery {
	id?: string;
	uid?: string;
	creationKey?: string;
	scope?: ApiScope;
}

const toConditions = ({ creationKey, id, scope, uid }: EndpointQuery): Condition[] => [
	...(id === undefined ? [] : [eq('endpoint_id', id)]),
	...(uid === undefined ? [] : [eq('uid', uid)]),
	...(creationKey === undefined ? [] : [eq('creation_key', creationKey)]),
	...(scope === undefined ? [] : [eq('platform', scope.platformId), eq('api_managed', true)]),
];

/** Finds endpoints in the order of their registration. */
export async function findEndpoints(
	{ encrypter, tables }: EndpointStorage,
	query: EndpointQuery = {},
): Promise<Array<StoredEndpoint | StoredUnreadableEndpoint>> {
	const rows = await findAll(tables, 'endpoints', toConditions(query));
	return rows.map((row) => readRegistered(row, encrypter));
}

/** Finds endpoints together with other rows: {@link readEndpoints} reads what it found. */
export const findEndpointRows = (query: EndpointQuery = {}): Find =>
	findFirstPage('endpoints', toConditions(query));

/** Reads the rows of {@link findEndpointRows}, and those that did not fit into its page. */
export async function readEndpoints(
	{ encrypter, tables }: EndpointStorage,
	firstPage: StoredRow[],
	query: EndpointQuery = {},
): Promise<Array<StoredEndpoint | StoredUnreadableEndpoint>> {
	const rows = await completePages(tables, 'endpoints', toConditions(query), firstPage);
	return rows.map((row) => readRegistered(row, encrypter));
}

/** Finds the endpoints that were paused or disabled since a time: few, however many there are. */
export const findStoppedRows = (sinceMs: number): Find =>
	findFirstPage('endpoints', [
		neq('status', 'active'),
		{ column: 'status_changed_at', operator: 'gte', value: toIsoTime(sinceMs) },
	]);

/** An endpoint that was paused or disabled. */
export type EndpointStop = Pick<Endpoint, 'id' | 'status' | 'statusReason'>;

/** Reads a row of {@link findStoppedRows}. */
export function readStop(stored: StoredRow): EndpointStop {
	const columns = salvageColumns('endpoints', stored);
	return {
		id: columns.endpoint_id ?? '',
		status: columns.status ?? 'active',
		statusReason: columns.status_reason ?? null,
	};
}

/**
 * Replaces an endpoint, unless it was changed since it was read.
 * @param revision the endpoint's revision when it was read
 * @returns whether it was replaced
 */
export async function replaceEndpoint(
	{ encrypter, tables }: EndpointStorage,
	endpoint: Endpoint,
	revision: number,
): Promise<boolean> {
	const { endpoint_id, ...values } = toEndpointRow(endpoint, encrypter);
	const query = { all: [eq('endpoint_id', endpoint_id), eq('revision', revision)] };
	return (await tables.update('endpoints', query, values)).length > 0;
}

/**
 * Replaces the status of an endpoint that cannot be opened, unless it was changed since it was read.
 * @param revision the endpoint's revision when it was read
 * @returns whether it was replaced
 */
export async function replaceStatus(
	{ tables }: Pick<EndpointStorage, 'tables'>,
	endpoint: UnreadableEndpoint,
	revision: number,
): Promise<boolean> {
	const query = { all: [eq('endpoint_id', endpoint.id), eq('revision', revision)] };
	const rows = await tables.update('endpoints', query, {
		status: endpoint.status,
		status_reason: endpoint.statusReason,
		status_changed_at: endpoint.statusChangedAt,
		failing_since: endpoint.failingSince,
		consecutive_failures: endpoint.consecutiveFailures,
		probe_at: endpoint.probeAt,
		revision: endpoint.revision,
	});
	return rows.length > 0;
}

/** Returns the change that moves an endpoint's next probe, unless the endpoint was changed since it was read. */
export const moveProbe = (
	{ id, revision }: Pick<Endpoint, 'id' | 'revision'>,
	probeAt: string | null,
): Change => ({
	change: 'update',
	table: 'endpoints',
	query: { all: [eq('endpoint_id', id), eq('revision', revision)] },
	values: { probe_at: probeAt, revision: revision + 1 },
});

/** @returns whether the endpoint existed */
export const removeEndpoint = async (
	{ tables }: Pick<EndpointStorage, 'tables'>,
	query: EndpointQuery & { id: string },
): Promise<boolean> => (await tables.remove('endpoints', { all: toConditions(query) })) > 0;
