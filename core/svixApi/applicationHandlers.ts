import { createHash } from 'crypto';
import type { z } from 'zod';

import { roundExactNumbers } from '../lib/exactJson';
import { computeBodyDigest, ReusedKeyError } from '../managementApi/idempotency';
import { DEFAULT_TENANT, type Tenant } from '../outbox/model';
import { deleteTenant } from '../outbox/tenant/deleteTenant';
import { createTenant, InvalidTenantError, updateTenant } from '../outbox/tenant/tenantInput';
import {
	findTenantOfRequest,
	findTenants,
	insertDefaultTenant,
	insertTenant,
	modifyTenant,
	TenantExistsError,
} from '../outbox/tenant/tenantRepository';

import {
	computeRequestKey,
	findApplication,
	getQuery,
	guardKey,
	isImplied,
	type ApiCall,
	type Handler,
} from './apiContext';
import { pickPage } from './iterators';
import { conflict, invalidField, notFound, parsePart, type SvixReply } from './svixErrors';
import { applicationIn, applicationPatch } from './svixSchemas';

type ApplicationBody = z.infer<typeof applicationIn>;

/** A tenant's ID. A longer uid is only another name. */
const MAX_ID_LENGTH = 100;

/** Returns a tenant as an application. */
export const presentApplication = ({
	id,
	metadata,
	name,
	registeredAt,
	uid,
	updatedAt,
}: Tenant): object => ({
	id,
	uid,
	name: name === '' ? id : name,
	metadata,
	throttleRate: null,
	createdAt: registeredAt,
	updatedAt,
});

const parseApplication = (body: unknown): ApplicationBody =>
	parsePart('body', applicationIn, roundExactNumbers(body));

/** Chooses the ID of a new tenant: its uid, or one that the same request gets again. */
function chooseId(
	{ outbox }: ApiCall,
	uid: string | undefined,
	requestKey: string | undefined,
): string {
	if (uid !== undefined && uid.length <= MAX_ID_LENGTH) return uid;
	const digest =
		requestKey === undefined
			? outbox.newId()
			: createHash('sha256').update(requestKey).digest('hex').slice(0, 24);
	return `app_${digest}`;
}

/**
 * Creates an application.
 * @throws TenantExistsError also if its uid is another one's ID or uid, InvalidTenantError
 */
async function insertApplication(call: ApiCall, body: ApplicationBody): Promise<Tenant> {
	const { outbox } = call;
	const requestKey = computeRequestKey(call);
	const uid = body.uid ?? undefined;
	const id = chooseId(call, uid, requestKey);
	// The default tenant exists without a row.
	if (id === DEFAULT_TENANT) throw new TenantExistsError(id);
	const input = { name: body.name, metadata: body.metadata, uid: uid ?? null };
	const tenant = {
		...createTenant(id, input, outbox.nowMs()),
		creationKey: requestKey ?? null,
		creationDigest: requestKey === undefined ? null : computeBodyDigest(body),
	};
	await insertTenant(outbox, tenant);
	return tenant;
}

/**
 * Creates the application that a request names in its path and brings in its body, unless it exists.
 * @throws ValidationError if the application has another uid, InvalidTenantError
 */
export async function insertMissingApplication(
	call: ApiCall,
	application: ApplicationBody,
): Promise<void> {
	const { app_id: id } = call.request.path;
	const { uid = id } = application;
	if (uid !== null && uid !== id) {
		throw invalidField(['body', 'application', 'uid'], 'must be the uid in the path, or absent');
	}
	await insertApplication(call, { ...application, uid: id }).catch((error: unknown) => {
		// Another request has created it in the meantime.
		if (!(error instanceof TenantExistsError)) throw error;
	});
}

/**
 * Finds the application that the same request created before.
 * @throws ReusedKeyError if it had another body
 */
async function findCreatedBefore(
	{ outbox }: ApiCall,
	requestKey: string | undefined,
	body: ApplicationBody,
): Promise<Tenant | undefined> {
	if (requestKey === undefined) return undefined;
	const tenant = await findTenantOfRequest(outbox.tables, requestKey);
	if (tenant === undefined || tenant.creationDigest === computeBodyDigest(body)) return tenant;
	throw new ReusedKeyError(
		'This Idempotency-Key was used for another application. Send the same body again, or use a new key.',
	);
}

/**
 * Returns the reply to a request for an application that exists already; `undefined` if it has to be created.
 * @throws SvixApiError if another request created it, unless this one wants it in that case, and ReusedKeyError
 */
async function findExistingReply(
	call: ApiCall,
	requestKey: string | undefined,
	body: ApplicationBody,
): Promise<SvixReply | undefined> {
	const existing = await findApplication(call, body.uid ?? chooseId(call, undefined, requestKey));
	const created = await findCreatedBefore(call, requestKey, body);
	if (created !== undefined) return { statusCode: 201, body: presentApplication(created) };
	if (existing === undefined) return undefined;
	if (!getQuery('createApplication', call).get_if_exists) {
		throw conflict('An application with this uid exists.');
	}
	return { statusCode: 200, body: presentApplication(existing) };
}

/** Creates an application, or returns the one that the same request created before. */
async function createApplication(call: ApiCall): Promise<SvixReply> {
	const body = parseApplication(call.request.body);
	const requestKey = computeRequestKey(call);
	const reply = await findExistingReply(call, requestKey, body);
	if (reply !== undefined) return reply;
	return await insertApplication(call, body).then(
		(tenant) => ({ statusCode: 201, body: presentApplication(tenant) }),
		async (error: unknown) => {
			// A simultaneous request has created it.
			const isOther = error instanceof TenantExistsError;
			const other = isOther ? await findExistingReply(call, requestKey, body) : undefined;
			if (other === undefined) throw error;
			return other;
		},
	);
}

async function changeApplication(
	call: ApiCall,
	tenant: Tenant,
	input: { name?: string; uid?: string | null; metadata?: Record<string, string> },
): Promise<SvixReply> {
	const { outbox } = call;
	if (isImplied(tenant)) await insertDefaultTenant(outbox);
	const changed = await modifyTenant(outbox, tenant.id, (latest) =>
		updateTenant(latest, input, outbox.nowMs()),
	);
	return { statusCode: 200, body: presentApplication(changed) };
}

const requireApplication = async (call: ApiCall): Promise<Tenant> => {
	const tenant = await findApplication(call, call.request.path.app_id);
	if (tenant === undefined) throw notFound();
	return tenant;
};

/** The operations on applications. */
export const APPLICATION_HANDLERS = {
	'v1.application.list': async (call) => {
		const tenants = await findTenants(guardKey(call));
		const page = pickPage(
			tenants,
			getQuery('ordered', call),
			({ id, registeredAt }) => [registeredAt, id],
			presentApplication,
		);
		return { statusCode: 200, body: page };
	},
	'v1.application.create': createApplication,
	'v1.application.get': async (call) => ({
		statusCode: 200,
		body: presentApplication(await requireApplication(call)),
	}),
	'v1.application.update': async (call) => {
		const body = parseApplication(call.request.body);
		const { app_id: id } = call.request.path;
		const tenant = await findApplication(call, id);
		if (tenant === undefined) {
			const created = await insertApplication(call, { ...body, uid: body.uid ?? id });
			return { statusCode: 201, body: presentApplication(created) };
		}
		const { metadata = {}, name, uid = null } = body;
		return await changeApplication(call, tenant, { name, uid, metadata });
	},
	'v1.application.patch': async (call) => {
		const { metadata, name, uid } = parsePart(
			'body',
			applicationPatch,
			roundExactNumbers(call.request.body),
		);
		return await changeApplication(call, await requireApplication(call), { metadata, name, uid });
	},
	'v1.application.delete': async (call) => {
		const { id } = await requireApplication(call);
		await deleteTenant(call.outbox, id).catch((error: unknown) => {
			throw error instanceof InvalidTenantError
				? conflict('This application cannot be deleted. Delete its endpoints instead.')
				: error;
		});
		return { statusCode: 204 };
	},
} satisfies Record<string, Handler<ApiCall>>;
