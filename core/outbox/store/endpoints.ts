import { z } from 'zod';

import { getPlatform } from '../../platforms';
import type { Endpoint } from '../model';

import type { Encrypter } from './encryption';
import { readRow } from './rows';
import { eq, findAll, type Row, type StoredRow, type Tables } from './tables';

/** The tables, and the key for the secrets in them. */
export interface EndpointStorage {
	tables: Tables;
	encrypter: Encrypter;
}

/** An endpoint as it is stored; its settings are not checked yet. */
export type StoredEndpoint = Omit<Endpoint, 'settings'> & { settings: Record<string, unknown> };

const secretsSchema = z.object({
	url: z.string(),
	signing: z.array(
		z.object({ secret: z.string(), created_at: z.string(), valid_until: z.string().optional() }),
	),
	authentication: z.record(z.unknown()),
	headers: z.record(z.string()),
});

/** Names the endpoint that encrypted secrets belong to: they cannot be copied to another. */
const toAssociatedData = (id: string): string => `endpoint ${id}`;

/**
 * Reads a row as an endpoint.
 * @throws UnreadableRowError, EncryptionError
 */
export function readEndpoint(stored: StoredRow, encrypter: Encrypter): StoredEndpoint {
	const row = readRow('endpoints', stored);
	const secrets = encrypter.decrypt(row.sealed, toAssociatedData(row.endpoint_id));
	return {
		id: row.endpoint_id,
		name: row.name,
		description: row.description ?? '',
		url: row.url,
		platform: getPlatform(row.platform),
		eventTypes: row.event_types,
		status: row.status,
		statusReason: row.status_reason,
		statusChangedAt: row.status_changed_at,
		settings: row.settings,
		secrets: secretsSchema.parse(JSON.parse(secrets)),
		registeredAt: row.registered_at,
		failingSince: row.failing_since,
		consecutiveFailures: row.consecutive_failures,
		rateFreeAt: row.rate_free_at,
		revision: row.revision,
	};
}

/** Writes an endpoint as a row, with its secrets encrypted. */
export const toEndpointRow = (endpoint: Endpoint, encrypter: Encrypter): Row => ({
	endpoint_id: endpoint.id,
	name: endpoint.name,
	description: endpoint.description,
	url: endpoint.url,
	platform: endpoint.platform.id,
	event_types: JSON.stringify(endpoint.eventTypes),
	status: endpoint.status,
	status_reason: endpoint.statusReason,
	status_changed_at: endpoint.statusChangedAt,
	settings: JSON.stringify(endpoint.settings),
	sealed: encrypter.encrypt(JSON.stringify(endpoint.secrets), toAssociatedData(endpoint.id)),
	registered_at: endpoint.registeredAt,
	failing_since: endpoint.failingSince,
	consecutive_failures: endpoint.consecutiveFailures,
	rate_free_at: endpoint.rateFreeAt,
	revision: endpoint.revision,
});

/**
 * Finds all endpoints, or the one with an ID, in the order of their registration.
 * @throws UnreadableRowError, EncryptionError
 */
export async function findEndpoints(
	{ encrypter, tables }: EndpointStorage,
	id?: string,
): Promise<StoredEndpoint[]> {
	const rows = await findAll(tables, 'endpoints', id === undefined ? [] : [eq('endpoint_id', id)]);
	return rows.map((row) => readEndpoint(row, encrypter));
}

/** Inserts an endpoint. */
export async function insertEndpoint(
	{ encrypter, tables }: EndpointStorage,
	endpoint: Endpoint,
): Promise<void> {
	await tables.insert('endpoints', [toEndpointRow(endpoint, encrypter)]);
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

/** @returns whether the endpoint existed */
export const removeEndpoint = async (
	{ tables }: Pick<EndpointStorage, 'tables'>,
	id: string,
): Promise<boolean> => (await tables.remove('endpoints', { all: [eq('endpoint_id', id)] })) > 0;
