import isNull from 'lodash/isNull';
import omitBy from 'lodash/omitBy';

import { isSingleLine } from '../../lib/singleLine';
import { toIsoTime } from '../../lib/time';
import { DEFAULT_TENANT, type Tenant, type TenantLimits } from '../model';

/** A tenant's ID, setting or deletion is not possible. The message says why, and what to do. */
export class InvalidTenantError extends Error {
	override readonly name = 'InvalidTenantError';
}

const TENANT_ID = /^[\w.:-]{1,100}$/;

/** Clients drop these parts of a URL: the deletion of such an application would be another request. */
const DROPPED_BY_URLS = ['.', '..'];

/** Returns what is wrong with a tenant's ID, to follow its field's name; `undefined` for a valid one. */
export function findTenantIdFault(id: string): string | undefined {
	if (DROPPED_BY_URLS.includes(id)) {
		return `is "${id}", which URLs cannot have. Use an ID with a letter or a digit, e.g. acme.`;
	}
	return TENANT_ID.test(id)
		? undefined
		: 'is not a tenant ID. Use 1 to 100 letters, digits, periods, colons, hyphens and underscores, e.g. acme.';
}

/** Values for a tenant. `undefined` leaves a value as it is, or at its default. */
export interface TenantInput {
	name?: string;
	/** `null` removes it. */
	uid?: string | null;
	metadata?: Record<string, string>;
	status?: Tenant['status'];
	/** `null` resets a limit to its default. */
	limits?: { [Limit in keyof TenantLimits]: TenantLimits[Limit] | null };
}

const MAX_METADATA_BYTES = 4096;

/** The limits, with their names in the editor and whether they must be whole numbers. */
const LIMITS: Array<{ limit: keyof TenantLimits; label: string; isWhole: boolean }> = [
	{ limit: 'max_endpoints', label: 'Max Endpoints', isWhole: true },
	{ limit: 'retention_days', label: 'Max Age (Days)', isWhole: false },
	{ limit: 'max_deliveries', label: 'Max Deliveries in Log', isWhole: true },
];

/** @throws InvalidTenantError for the first value that a tenant cannot have */
function requireValid({ id, limits, metadata, name, status }: Tenant): void {
	const fault = findTenantIdFault(id);
	if (fault !== undefined) throw new InvalidTenantError(`"${id}" ${fault}`);
	if (!isSingleLine(name)) {
		throw new InvalidTenantError(
			'"Name" has a line break or a control character. Enter it again on one line.',
		);
	}
	if (Buffer.byteLength(JSON.stringify(metadata), 'utf8') > MAX_METADATA_BYTES) {
		throw new InvalidTenantError(
			`"Metadata" has more than ${MAX_METADATA_BYTES} bytes. Remove some of it.`,
		);
	}
	for (const { isWhole, label, limit } of LIMITS) {
		const value = limits[limit] ?? 0;
		if (Number.isFinite(value) && value >= 0 && (!isWhole || Number.isInteger(value))) continue;
		throw new InvalidTenantError(
			`"${label}" must be ${isWhole ? 'a whole number' : 'a number'}, 0 or more.`,
		);
	}
	if (id === DEFAULT_TENANT && status === 'disabled') {
		throw new InvalidTenantError(
			`The tenant "${DEFAULT_TENANT}" cannot be disabled: everything that names no tenant belongs to it. Disable its endpoints with Endpoint → Disable.`,
		);
	}
}

/** Returns a tenant with changes. @throws InvalidTenantError */
export function updateTenant(tenant: Tenant, input: TenantInput, nowMs?: number): Tenant {
	const updated: Tenant = {
		...tenant,
		...(nowMs !== undefined && { updatedAt: toIsoTime(nowMs) }),
		name: input.name ?? tenant.name,
		uid: input.uid === undefined ? tenant.uid : input.uid,
		metadata: input.metadata ?? tenant.metadata,
		status: input.status ?? tenant.status,
		limits: omitBy({ ...tenant.limits, ...input.limits }, isNull),
	};
	requireValid(updated);
	return updated;
}

/** Creates an active tenant. @throws InvalidTenantError */
export const createTenant = (id: string, input: TenantInput, nowMs: number): Tenant =>
	updateTenant(
		{
			id,
			uid: null,
			name: '',
			metadata: {},
			status: 'active',
			limits: {},
			keyEpoch: 1,
			withdrawnKeys: [],
			creationKey: null,
			creationDigest: null,
			registeredAt: toIsoTime(nowMs),
			updatedAt: toIsoTime(nowMs),
			revision: 1,
		},
		input,
	);
