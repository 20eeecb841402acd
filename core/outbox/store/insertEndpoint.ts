import { DEFAULT_TENANT, type Endpoint, type Tenant } from '../model';
import type { TenantPorts } from '../ports';

import { EncryptionError, type Encrypter } from './encryption';
import { removeEndpoint, toEndpointRow, type EndpointStorage } from './endpoints';
import { findTenantRow, pickTenant, TenantDeletedError, TenantDisabledError } from './tenants';
import { completePages, eq, findAll, findFirstPage, type StoredRow, type Tables } from './tables';

/** A tenant has as many endpoints as it may have. The message says what to do. */
export class EndpointLimitError extends Error {
	override readonly name = 'EndpointLimitError';

	constructor(tenantId: string, max: number) {
		super(
			`The tenant "${tenantId}" may have ${max} endpoints, and has as many. Delete one that is no longer needed, or raise the limit with Tenant → Create or Tenant → Update.`,
		);
	}
}

/** How many endpoints a tenant may have if its owner sets no limit. The default tenant then has none. */
export const DEFAULT_MAX_ENDPOINTS = 100;

/**
 * Checks that a key fits an outbox: that it opens the oldest endpoint, or most endpoints. So a few stray
 * endpoints neither admit their key nor lock the outbox’s own out.
 * @param rows the endpoints, oldest first
 * @returns the oldest endpoint if the key does not fit; `undefined` for a key that fits
 */
function findOtherKey(
	encrypter: Encrypter,
	rows: StoredRow[],
): { id: string; name: string } | undefined {
	const encrypted = rows
		.map(({ endpoint_id: id, name, sealed }) => ({
			id: String(id),
			name: String(name),
			isKnown: encrypter.hasKeyOf(String(sealed)),
		}))
		// Edited text without a key's name tells nothing.
		.filter(({ isKnown }) => isKnown !== undefined);
	const [oldest] = encrypted;
	const known = encrypted.filter(({ isKnown }) => isKnown);
	const fits = oldest === undefined || oldest.isKnown || known.length > encrypted.length / 2;
	return fits ? undefined : oldest;
}

const NOT_THE_KEY = 'The Outbox credential’s encryption key is not the key of this outbox: ';
const USE_ITS_KEY =
	'Use the credential that created it, add its key under "Additional Encryption Keys", or enter another "Outbox Name".';

/** Returns the error to throw; `undefined` for a key that fits the endpoints. */
function findKeyFault(encrypter: Encrypter, rows: StoredRow[]): EncryptionError | undefined {
	const oldest = findOtherKey(encrypter, rows);
	return (
		oldest &&
		new EncryptionError(
			`${NOT_THE_KEY}its oldest endpoint, "${oldest.name}" (${oldest.id}), was encrypted with another one. ${USE_ITS_KEY} If that key is lost, delete this endpoint by its ID first.`,
		)
	);
}

/** Checks whether a key fits the endpoints of all tenants. */
export const isKeyOfAll = async (tables: Tables, encrypter: Encrypter): Promise<boolean> =>
	findOtherKey(encrypter, await findAll(tables, 'endpoints')) === undefined;

/** The tables and the key, and for a tenant's request its checks of the key and the tenant. */
type InsertPorts = EndpointStorage & Partial<Pick<TenantPorts, 'isKeyOfOutbox' | 'isSameTenant'>>;

/** What is known of a tenant before it gets another endpoint. */
interface Inventory {
	/** All endpoints, oldest first. Those of other tenants only if the tables have them. */
	rows: StoredRow[];
	maxEndpoints: number;
}

const countOf = (tenantId: string, rows: StoredRow[]): number =>
	rows.filter(({ tenant_id }) => tenant_id === tenantId).length;

/** @throws TenantDisabledError, EndpointLimitError, EncryptionError */
async function takeInventory(
	{ encrypter, isKeyOfOutbox, tables }: InsertPorts,
	{ tenantId }: Endpoint,
): Promise<Inventory> {
	const [firstPage, tenantRows] = await tables.applyAndFind(
		[],
		[findFirstPage('endpoints'), findTenantRow(tenantId)],
	);
	const tenant = pickTenant(tenantRows);
	if (tenant?.status === 'disabled') throw new TenantDisabledError(tenantId);
	const rows = await completePages(tables, 'endpoints', [], firstPage);
	const fault = findKeyFault(encrypter, rows);
	if (fault !== undefined) throw fault;
	if (rows.length === 0 && isKeyOfOutbox !== undefined && !(await isKeyOfOutbox())) {
		throw new EncryptionError(
			`${NOT_THE_KEY}the endpoints of its other tenants were encrypted with another one. ${USE_ITS_KEY}`,
		);
	}
	const defaultMax = tenantId === DEFAULT_TENANT ? Infinity : DEFAULT_MAX_ENDPOINTS;
	const maxEndpoints = tenant?.limits.max_endpoints ?? defaultMax;
	if (countOf(tenantId, rows) >= maxEndpoints) {
		throw new EndpointLimitError(tenantId, maxEndpoints);
	}
	return { rows, maxEndpoints };
}

/**
 * Finds what is wrong with an endpoint once others that were inserted at the same time are visible: of two
 * runs that insert the first endpoint, only one may decide which key fits, and of those that insert the last
 * one that a tenant may have, only the first counts.
 */
function findFaultAfter(
	{ encrypter, isSameTenant }: InsertPorts,
	{ id, tenantId }: Endpoint,
	{ maxEndpoints, rows: before }: Inventory,
	{ rows: after, tenant }: { rows: StoredRow[]; tenant: Tenant | undefined },
): Error | undefined {
	// The tenant may have been deleted before this endpoint was there to be deleted with it.
	if (isSameTenant?.(tenant) === false) return new TenantDeletedError(tenantId);
	const isFirst = before.length === 0;
	const others = after.filter(({ endpoint_id }) => endpoint_id !== id);
	const keyFault = isFirst ? findKeyFault(encrypter, others) : undefined;
	if (keyFault !== undefined) return keyFault;
	const index = after.findIndex(({ endpoint_id }) => endpoint_id === id);
	return countOf(tenantId, after.slice(0, Math.max(0, index))) >= maxEndpoints
		? new EndpointLimitError(tenantId, maxEndpoints)
		: undefined;
}

/**
 * Inserts an endpoint.
 * @param creationOwner marks it as not decided yet: see `creationOwnership.ts`
 * @throws EncryptionError if the key does not fit the outbox, TenantDisabledError, TenantDeletedError, EndpointLimitError
 */
export async function insertEndpoint(
	ports: InsertPorts,
	endpoint: Endpoint,
	creationOwner: string | null = null,
): Promise<void> {
	const { encrypter, tables } = ports;
	const before = await takeInventory(ports, endpoint);
	const row = { ...toEndpointRow(endpoint, encrypter), creation_owner: creationOwner };
	const isOfTenant = [eq('tenant_id', endpoint.tenantId)];
	const [firstPage, tenantRows] = await tables.applyAndFind(
		[{ change: 'insert', table: 'endpoints', rows: [row] }],
		[findFirstPage('endpoints', isOfTenant), findTenantRow(endpoint.tenantId)],
	);
	const rows = await completePages(tables, 'endpoints', isOfTenant, firstPage);
	const after = { rows, tenant: pickTenant(tenantRows) };
	const fault = findFaultAfter(ports, endpoint, before, after);
	if (fault === undefined) return;
	await removeEndpoint({ tables }, { id: endpoint.id });
	throw fault;
}
