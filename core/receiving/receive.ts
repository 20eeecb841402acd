import type { ZodTypeAny } from 'zod';

import type { ConditionResult } from '../event/conditions';
import { buildIgnoredReply, type IgnoredReply } from '../http/replyBodies';
import { validate, type Validation } from '../http/validateBody';
import type { RequestKind } from '../platforms';
import type { AuthenticationMethod } from '../platforms/authentication';
import type { Handshake, ValueSource } from '../platforms/platform';

import {
	authenticateSignature,
	authenticateTokens,
	InboundConfigurationError,
	type AuthenticatedCaller,
	type AuthenticationRules,
	type VerifiedSignature,
} from './authenticate';
import { buildHandshakeReply, findHandshake, needsSecret } from './handshake';
import type { InboundRequest } from './inboundRequest';
import { parseBody, readBody, type BodyRules } from './readBody';
import {
	computeDuplicateKey,
	getConditionSubject,
	readEvent,
	type ReceivedEvent,
} from './readEvent';
import { createRejection, isRejection, type Rejection } from './rejection';
import type { InboundSecrets } from './tokenMethods';

/** The checks that a request must pass. */
export interface ReceiveRules extends AuthenticationRules, BodyRules {
	kind: RequestKind;
	/** The HTTP method that is accepted. */
	method: string;
	/** The schema of the body, if the kind is not an event. */
	bodySchema?: ZodTypeAny;
	/** True if events must match the schemas from the platform's documentation. */
	validatesEvents: boolean;
	httpsOnly: boolean;
	/** Absent if any address may call. */
	isAllowedAddress?: (address: string) => boolean;
	handshakes: Handshake[];
	/** Empty for all. */
	eventTypes: string[];
	/** Tests an event's data, as its sender's own conditions would; the whole body if there is no event. */
	conditions?: (data: unknown) => ConditionResult;
	/** Empty to recognize duplicates by the signed ID, if there is one. */
	duplicateKey: ValueSource[];
}

export interface AcceptedRequest {
	result: 'accepted';
	body: unknown;
	rawBody: Buffer;
	/** Present if the kind of request is an event. */
	event: ReceivedEvent | undefined;
	/** Equal for a delivery and its duplicates; absent if they cannot be recognized. */
	duplicateKey: string | undefined;
	/** The methods that the caller passed. */
	authentication: AuthenticationMethod[];
	/** The signed values in addition to the body, if a signature was checked. */
	signature: VerifiedSignature | undefined;
}

export type ReceiveResult =
	| AcceptedRequest
	/** Authentic and valid, but filtered out: answered 200, so that its sender does not retry. */
	| { result: 'ignored'; reply: IgnoredReply }
	/** A provider's check that this webhook belongs to the account that registered it. */
	| { result: 'handshake'; status: number; reply: Record<string, unknown> | undefined }
	| Rejection;

function checkTransport(rules: ReceiveRules, request: InboundRequest): Rejection | undefined {
	if (request.method !== rules.method) {
		return createRejection({
			status: 405,
			code: 'METHOD_NOT_ALLOWED',
			message: `This webhook accepts ${rules.method} only`,
			details: { field: 'method', expected: rules.method, received: request.method },
			headers: { Allow: rules.method },
		});
	}
	if (rules.httpsOnly && !request.secure) {
		return createRejection({
			status: 403,
			code: 'HTTPS_REQUIRED',
			message: 'This webhook accepts HTTPS only',
			details: { field: 'protocol', expected: 'https', received: 'http' },
		});
	}
	if (rules.isAllowedAddress?.(request.address) === false) {
		return createRejection({
			status: 403,
			code: 'ADDRESS_NOT_ALLOWED',
			message: 'This address is not allowed to call this webhook',
			details: {
				field: 'source address',
				expected: 'an allowed address',
				received: request.address === '' ? 'null' : request.address,
			},
		});
	}
	return undefined;
}

async function answerHandshake(
	rules: ReceiveRules,
	handshake: Handshake,
	body: unknown,
	loadedSecrets: InboundSecrets | undefined,
): Promise<ReceiveResult> {
	const { signature } = loadedSecrets ?? (needsSecret(handshake) ? await rules.loadSecrets() : {});
	const [secret] = signature?.secrets ?? [];
	if (needsSecret(handshake) && secret === undefined) {
		throw new InboundConfigurationError(
			'The sender asks for a proof that needs the signing secret. Choose "Signature" under "Authentication", and fill in the secret in the credential.',
		);
	}
	const signing = signature && secret !== undefined ? { ...signature, secret } : undefined;
	return {
		result: 'handshake',
		status: handshake.statusCode,
		reply: buildHandshakeReply(handshake, body, signing),
	};
}

function validateRequest(
	{ bodySchema, kind, validatesEvents }: ReceiveRules,
	body: unknown,
	event: ReceivedEvent | undefined,
): Validation {
	if (bodySchema !== undefined) return validate(bodySchema, body);
	const { schema, types = [], data: dataField = '' } = kind.events ?? {};
	if (!validatesEvents || schema === undefined) return { valid: true };
	const envelope = validate(schema, body);
	if (!envelope.valid) return envelope;
	const documented = types.find(({ value }) => value === event?.type);
	return documented?.data === undefined
		? { valid: true }
		: validate(documented.data, event?.data, dataField);
}

/** Validates and filters an authentic request. */
function acceptRequest(
	rules: ReceiveRules,
	{ headers }: InboundRequest,
	{ methods, signature }: AuthenticatedCaller,
	rawBody: Buffer,
	body: unknown,
): ReceiveResult {
	const source = { headers, rawBody, body };
	const event = rules.kind.events && readEvent(rules.kind.events, source);
	const validation = validateRequest(rules, body, event);
	if (!validation.valid) {
		const { details, message } = validation;
		return createRejection({ status: 422, code: 'INVALID_INPUT', message, details });
	}
	const { eventTypes } = rules;
	if (event && eventTypes.length > 0 && !event.types.some((type) => eventTypes.includes(type))) {
		return {
			result: 'ignored',
			reply: buildIgnoredReply('This webhook does not subscribe to this event type'),
		};
	}
	if (rules.conditions?.(getConditionSubject(event, body)).met === false) {
		return {
			result: 'ignored',
			reply: buildIgnoredReply('The conditions of this webhook are not met'),
		};
	}
	return {
		result: 'accepted',
		body,
		rawBody,
		event,
		duplicateKey:
			rules.duplicateKey.length > 0
				? computeDuplicateKey(rules.duplicateKey, source)
				: signature?.id,
		authentication: methods,
		signature,
	};
}

/**
 * Decides whether to accept a request. Runs the cheap checks that need no secret first, so that
 * rejecting is cheap.
 *
 * Every rejection has a stable code and names the field that is wrong, with the value expected there and
 * the value received. It never reveals which of several secrets nearly matched; if any one of several
 * methods is enough, it does not reveal which of them failed.
 * @throws InboundConfigurationError, or an error about a secret's format: the receiver's owner must fix
 * it, so answer 500 and log it
 * @example
 * const received = await receiveRequest(rules, request);
 * if (received.result === 'rejected') respond(received.status, toReplyBody(received));
 * if (received.result === 'accepted') start(received.event?.type, received.body);
 */
export async function receiveRequest(
	rules: ReceiveRules,
	request: InboundRequest,
): Promise<ReceiveResult> {
	const transportRejection = checkTransport(rules, request);
	if (transportRejection !== undefined) return transportRejection;

	const tokens = await authenticateTokens(rules, request);
	if (isRejection(tokens)) return tokens;
	const rawBody = await readBody(rules, request);
	if (isRejection(rawBody)) return rawBody;
	const caller = authenticateSignature(rules, tokens, request, rawBody);
	if (isRejection(caller)) return caller;

	const parsed = parseBody(rules, request, rawBody);
	if (isRejection(parsed)) return parsed;
	const handshake = findHandshake(rules.handshakes, parsed.value);
	return handshake === undefined
		? acceptRequest(rules, request, caller, rawBody, parsed.value)
		: await answerHandshake(rules, handshake, parsed.value, tokens.secrets);
}
