import { createHash } from 'crypto';
import type { z } from 'zod';

import { roundExactNumbers } from '../lib/exactJson';
import type { Tenant } from '../outbox/model';
import { deleteTenant } from '../outbox/tenant/deleteTenant';
import { createTenant, InvalidTenantError, updateTenant } from '../outbox/tenant/tenantInput';
import { findTenants, insertTenant, modifyTenant } from '../outbox/tenant/tenantRepository';

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
import { conflict, notFound, parsePart, type SvixReply } from './svixErrors';
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
 * @throws TenantExistsError, InvalidTenantError
 */
export async function insertApplication(call: ApiCall, body: ApplicationBody): Promise<Tenant> {
	const { outbox } = call;
	const requestKey = computeRequestKey(call);
	const uid = body.uid ?? undefined;
	const input = { name: body.name, metadata: body.metadata, uid: uid ?? null };
	const tenant = {
		...createTenant(chooseId(call, uid, requestKey), input, outbox.nowMs()),
		creationKey: requestKey ?? null,
	};
	await insertTenant(outbox, tenant);
	return tenant;
}

/** Creates an application, or returns the one that the same request created before. */
async function createApplication(call: ApiCall): Promise<SvixReply> {
	const body = parseApplication(call.request.body);
	const requestKey = computeRequestKey(call);
	const uid = body.uid ?? undefined;
	const existing = await findApplication(call, uid ?? chooseId(call, undefined, requestKey));
	if (existing !== undefined) {
		const isSameRequest = requestKey !== undefined && existing.creationKey === requestKey;
		if (!isSameRequest && !getQuery('createApplication', call).get_if_exists) {
			throw conflict('An application with this uid exists.');
		}
		return { statusCode: isSameRequest ? 201 : 200, body: presentApplication(existing) };
	}
	return { statusCode: 201, body: presentApplication(await insertApplication(call, body)) };
}

/** @throws SvixApiError 409 if another application has the uid */
async function requireFreeUid(call: ApiCall, uid: string, tenant: Tenant): Promise<void> {
	const other = await findApplication(call, uid);
	if (other !== undefined && other.id !== tenant.id) {
		throw conflict('Another application has this uid.');
	}
}

async function changeApplication(
	call: ApiCall,
	tenant: Tenant,
	input: { name?: string; uid?: string | null; metadata?: Record<string, string> },
): Promise<SvixReply> {
	const { outbox } = call;
	if (input.uid) await requireFreeUid(call, input.uid, tenant);
	if (isImplied(tenant)) await insertTenant(outbox, createTenant(tenant.id, {}, outbox.nowMs()));
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
