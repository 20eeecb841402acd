import { digestJson } from '../lib/digestJson';
import { requireIdempotencyKey } from '../managementApi/idempotency';
import type { ApiKeyFacts, ApiKeys } from '../outbox/apiKey/apiKeyToken';
import { getKeyOwner, isKeyInForce } from '../outbox/apiKey/keyStanding';
import type { EventTypes } from '../outbox/eventType/eventTypePorts';
import { DEFAULT_TENANT, type RunLimits, type Tenant } from '../outbox/model';
import type { OutboxPorts, TenantPorts } from '../outbox/ports';
import { findTenantByUid, findTenantRow, pickTenant } from '../outbox/store/tenants';
import type { Find, Tables } from '../outbox/store/tables';
import { createTenant } from '../outbox/tenant/tenantInput';
import { forTenant } from '../outbox/tenant/tenantPorts';
import { TenantDisabledError } from '../outbox/tenant/tenantRepository';

import { guardTables } from './guardedTables';
import { notFound, SvixApiError, type SvixReply } from './svixErrors';
import type { QueryName, Query } from './svixQuery';
import { getOperation, type OperationId } from './svixRoutes';

/** One request whose key the trigger has verified, as far as it can. */
export interface ApiRequest {
	operation: OperationId;
	/** The parts of its path that name something. */
	path: Record<string, string>;
	query: Record<string, unknown>;
	/** With numbers that JavaScript would round as `ExactNumber`. */
	body: unknown;
	/** The header Idempotency-Key. */
	idempotencyKey?: string;
	key: ApiKeyFacts;
	/** The page that the trigger itself serves for subscribers; absent if it serves none. */
	portalUrl?: string;
}

/** The owner's rules for the API. */
export interface ApiRules {
	allowHttp: boolean;
	/** `true` if URLs may lead into n8n's own network. */
	allowInternal: boolean;
	/** The owner's page that portal links lead to; absent for the one that the trigger serves. */
	portalUrl?: string;
	/** `true` to reject messages that do not match the schema of their event type. */
	checksPayloads?: boolean;
	limits: RunLimits;
}

/** Everything that the API works on. */
export interface ApiPorts {
	outbox: OutboxPorts;
	keys: ApiKeys;
	/** Absent if the outbox has no catalog of event types. */
	eventTypes?: EventTypes;
}

/** A call, as handlers get it. */
export interface ApiCall extends ApiPorts {
	request: ApiRequest;
	rules: ApiRules;
	/** Sends the reply before the work is done. Without it, the returned reply is sent at the end. */
	replyEarly: (reply: SvixReply) => Promise<void>;
}

/** A call about one application. */
export interface ApplicationCall extends ApiCall {
	tenant: Tenant;
	/** Tables with this tenant's rows, and no others. */
	ports: TenantPorts;
}

/** Handles a call whose query was parsed. */
export type Handler<Call> = (call: Call) => Promise<SvixReply>;

/** The parsed query of a call. */
export const getQuery = <Name extends QueryName>(_: Name, { request }: ApiCall): Query<Name> =>
	request.query as Query<Name>;

/**
 * Computes the digest that stands for a request's Idempotency-Key; `undefined` if it has none.
 * @throws InvalidFieldError for a key that is empty, too long or not printable: requests of a client that sends an empty
 * header would all be one
 */
export function computeRequestKey({ request }: ApiCall): string | undefined {
	const { idempotencyKey, key, operation } = request;
	if (idempotencyKey === undefined) return undefined;
	const own = requireIdempotencyKey(idempotencyKey);
	return digestJson(['svix', key.id, operation, request.path, own]);
}

export const requireInForce = (key: ApiKeyFacts, owner: Tenant | undefined): void => {
	if (isKeyInForce(key, owner)) return;
	throw new SvixApiError(401, 'authentication_failed', 'The key was withdrawn');
};

/** Finds the tenant whose row says whether a key counts. */
const findOwner = (key: ApiKeyFacts): Find => findTenantRow(getKeyOwner(key));

/** @throws SvixApiError 401 for a key that was withdrawn */
export async function requireKey({ outbox, request }: ApiCall): Promise<void> {
	const [rows] = await outbox.tables.applyAndFind([], [findOwner(request.key)]);
	requireInForce(request.key, pickTenant(rows));
}

/** Returns tables that check a call's key together with the first rows that are read. */
export const guardKey = ({ outbox, request }: ApiCall): Tables =>
	guardTables(outbox.tables, [findOwner(request.key)], ([rows]) =>
		requireInForce(request.key, pickTenant(rows)),
	);

/** Returns the tenant that everything without one belongs to, or that a key names, if nobody created it. */
const impliedTenant = (id: string): Tenant => createTenant(id, {}, 0);

/** Checks whether a tenant has no row. */
export const isImplied = ({ registeredAt }: Tenant): boolean => Date.parse(registeredAt) === 0;

/**
 * Finds the application that a call is about, by its ID or its uid, among those of the key.
 * @returns `undefined` if there is none
 * @throws SvixApiError 401 for a key that was withdrawn
 */
export async function findApplication(call: ApiCall, id: string): Promise<Tenant | undefined> {
	const { outbox, request } = call;
	const { key } = request;
	const ownTenant = key.tenantId;
	if (ownTenant !== null) {
		const scoped = forTenant(outbox, ownTenant);
		const [rows] = await scoped.tables.applyAndFind([], [findOwner(key)]);
		const owner = pickTenant(rows);
		requireInForce(key, owner);
		const tenant = owner ?? impliedTenant(ownTenant);
		return [tenant.id, tenant.uid].includes(id) ? tenant : undefined;
	}
	const [ownerRows, idRows, uidRows] = await outbox.tables.applyAndFind(
		[],
		[findOwner(key), findTenantRow(id), findTenantByUid(id)],
	);
	requireInForce(key, pickTenant(ownerRows));
	const implied = id === DEFAULT_TENANT ? impliedTenant(id) : undefined;
	return pickTenant(idRows) ?? pickTenant(uidRows) ?? implied;
}

/** An application was not found by its ID; it may be known by its uid. */
export class ApplicationMissError extends Error {
	override readonly name = 'ApplicationMissError';
}

/**
 * Opens the application that a read is about, without a call of its own: its tables check the key, and whether the
 * path has the application's ID, together with the first rows that are read.
 * @returns `undefined` if the ID cannot be that of the tenant
 * @throws (its tables) ApplicationMissError, SvixApiError 401, TenantDisabledError
 */
export function openForReading(call: ApiCall): ApplicationCall | undefined {
	const { outbox, request } = call;
	const { key } = request;
	const { app_id: id } = request.path;
	if (getOperation(request.operation).method !== 'GET') return undefined;
	if (key.tenantId !== null && key.tenantId !== id) return undefined;
	const finds = key.tenantId === null ? [findOwner(key), findTenantRow(id)] : [findOwner(key)];
	const tables = guardTables(outbox.tables, finds, (pages) => {
		const owner = pickTenant(pages[0]);
		requireInForce(key, owner);
		const tenant = key.tenantId === null ? pickTenant(pages[1]) : owner;
		const mayHaveNoRow = key.tenantId !== null || id === DEFAULT_TENANT;
		if (tenant === undefined && !mayHaveNoRow) throw new ApplicationMissError(id);
		if (tenant?.status === 'disabled') throw new TenantDisabledError(id);
	});
	return { ...call, tenant: impliedTenant(id), ports: forTenant({ ...outbox, tables }, id) };
}

/**
 * Opens the application that a call is about.
 * @throws SvixApiError 404 also for one of another tenant, TenantDisabledError
 */
export async function openApplication(call: ApiCall): Promise<ApplicationCall> {
	const tenant = await findApplication(call, call.request.path.app_id);
	if (tenant === undefined) throw notFound();
	if (tenant.status === 'disabled') throw new TenantDisabledError(tenant.id);
	return { ...call, tenant, ports: forTenant(call.outbox, tenant.id) };
}
