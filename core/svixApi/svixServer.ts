import { ACCESS_HANDLERS } from './accessHandlers';
import {
	ApplicationMissError,
	openApplication,
	openForReading,
	type ApiCall,
	type ApiPorts,
	type ApiRequest,
	type ApiRules,
	type ApplicationCall,
	type Handler,
} from './apiContext';
import { APPLICATION_HANDLERS } from './applicationHandlers';
import { ATTEMPT_HANDLERS } from './attemptHandlers';
import { AUTHENTICATION_HANDLERS } from './authenticationHandlers';
import { DELIVERY_HANDLERS } from './deliveryHandlers';
import { DELIVERY_SETTINGS_HANDLERS } from './deliverySettingsHandlers';
import { ENDPOINT_HANDLERS } from './endpointHandlers';
import { EVENT_TYPE_HANDLERS } from './eventTypeHandlers';
import { HEADER_HANDLERS } from './headerHandlers';
import { createMessage, MESSAGE_HANDLERS } from './messageHandlers';
import { PORTAL_HANDLERS } from './portalHandlers';
import { toSvixErrorReply } from './svixErrorReply';
import { parsePart, type SvixReply } from './svixErrors';
import { QUERY_SCHEMAS } from './svixQuery';
import { getOperation, type OperationId } from './svixRoutes';

export type { SvixReply } from './svixErrors';

/** Operations within one application, which get only its tenant's tables. */
const WITHIN_APPLICATION: Partial<Record<OperationId, Handler<ApplicationCall>>> = {
	...ENDPOINT_HANDLERS,
	...HEADER_HANDLERS,
	...AUTHENTICATION_HANDLERS,
	...DELIVERY_SETTINGS_HANDLERS,
	...DELIVERY_HANDLERS,
	...MESSAGE_HANDLERS,
	...ATTEMPT_HANDLERS,
	...PORTAL_HANDLERS,
};

const OTHERS: Partial<Record<OperationId, Handler<ApiCall>>> = {
	...APPLICATION_HANDLERS,
	...EVENT_TYPE_HANDLERS,
	...ACCESS_HANDLERS,
	'v1.message.create': createMessage,
};

async function handle(call: ApiCall): Promise<SvixReply> {
	const { operation } = call.request;
	const handleOther = OTHERS[operation];
	if (handleOther !== undefined) return await handleOther(call);
	const handleWithin = WITHIN_APPLICATION[operation];
	if (handleWithin === undefined) throw new Error(`There is no handler of ${operation}.`);
	const reading = openForReading(call);
	if (reading === undefined) return await handleWithin(await openApplication(call));
	return await handleWithin(reading).catch(async (error: unknown) => {
		if (!(error instanceof ApplicationMissError)) throw error;
		return await handleWithin(await openApplication(call));
	});
}

/**
 * Serves one request to Svix's API from the outbox. Its key was verified by `checkCall`; whether it was
 * withdrawn is checked here.
 * @param send sends the reply, once: before the work is done if the caller should not wait for it
 * @returns the reply that was sent
 * @throws any error of the outbox that the caller cannot understand; then nothing was sent, unless the work went
 * on after the reply
 * @example
 * const { statusCode } = await serveSvixRequest(ports, rules, request, async (reply) => respond(reply));
 */
export async function serveSvixRequest(
	ports: ApiPorts,
	rules: ApiRules,
	request: ApiRequest,
	send: (reply: SvixReply) => Promise<void>,
): Promise<SvixReply> {
	let sent: SvixReply | undefined;
	const sendOnce = async (reply: SvixReply): Promise<void> => {
		if (sent !== undefined) return;
		sent = reply;
		await send(reply);
	};
	const serve = async (): Promise<SvixReply> => {
		const { query } = getOperation(request.operation);
		const parsed = parsePart('query', QUERY_SCHEMAS[query], request.query);
		const call: ApiCall = {
			...ports,
			rules,
			request: { ...request, query: parsed },
			replyEarly: sendOnce,
		};
		return await handle(call);
	};
	const reply = await serve().catch((error: unknown) => {
		const errorReply = sent === undefined ? toSvixErrorReply(error) : undefined;
		if (errorReply === undefined) throw error;
		return errorReply;
	});
	await sendOnce(reply);
	return sent ?? reply;
}
