import type { ZodTypeAny } from 'zod';

import { isBinaryMode, toBinarySource } from '../event/cloudEventFormat';
import type { ConditionResult } from '../event/conditions';
import { matchesEventTypes } from '../event/eventTypes';
import { validate, type Validation } from '../http/validateBody';
import { roundExactNumbers } from '../lib/exactJson';
import type { RequestKind } from '../platforms';
import type { AuthenticationMethod } from '../platforms/authentication';
import type { Handshake, ValueSource } from '../platforms/platform';

import { answerSigned, answerUnsigned, type AnsweredHandshake } from './answerHandshake';
import {
	authenticateBodyToken,
	authenticateSignature,
	authenticateTokens,
	isUnknownCaller,
	type AuthenticatedCaller,
	type AuthenticationRules,
	type VerifiedSignature,
} from './authenticate';
import { hideBodyTokens } from './bodyToken';
import { checkData, type DataSchema } from './dataSchemas';
import { listDuplicateKeys, type DuplicateKeys } from './duplicateKeys';
import { findHandshake, listHandshakes } from './handshake';
import { ignoreUnchosen, ignoreUnmet, type IgnoredRequest } from './ignoredRequest';
import type { InboundRequest } from './inboundRequest';
import { parseCloudEvent } from './readCloudEvent';
import { hasAmbiguousBodies, parseBody, type ParsedBody } from './parseBody';
import { checkBodyLimits, checkUnverifiedBody, readBody, type BodyRules } from './readBody';
import { getConditionSubject, readEvent, readsBody, type ReceivedEvent } from './readEvent';
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
	/** Schemas of the owner's own for the data of events. */
	dataSchemas?: DataSchema[];
	httpsOnly: boolean;
	/** Absent if any address may call. */
	isAllowedAddress?: (address: string) => boolean;
	handshakes: Handshake[];
	/** The field in which the platform sends its token, whether or not it is checked: no item has the token. */
	bodyTokenField?: string;
	/** Event types, with `*` for any text. Empty for all. */
	eventTypes: string[];
	/** Tests an event's data, as its sender's own conditions would; the whole body if there is no event. */
	conditions?: (data: unknown) => ConditionResult;
	/** True if the conditions compare big numbers as the text that the item has. */
	comparesBigNumbersAsText?: boolean;
	/** Empty to recognize duplicates by the signed ID, if there is one. */
	duplicateKey: ValueSource[];
}

export interface AcceptedRequest extends DuplicateKeys {
	result: 'accepted';
	body: unknown;
	/** Returns the body with every number that JavaScript would round as an `ExactNumber`. */
	readExactBody: () => unknown;
	rawBody: Buffer;
	/**
	 * True if the bytes do not show all texts of the body: it came in a token, in headers, or with data in base64.
	 */
	isBodyDecoded: boolean;
	/** Present if the kind of request is an event. */
	event: ReceivedEvent | undefined;
	/** Digests of the credentials that the caller used. */
	callers: string[];
	/** The time until which a replay is not too late, in ms; absent if no time limits it. */
	replayEndMs?: number;
	/** The methods that the caller passed. */
	authentication: AuthenticationMethod[];
	/** The signed values in addition to the body, if a signature was checked. */
	signature: VerifiedSignature | undefined;
}

export type ReceiveResult =
	| AcceptedRequest
	/** Authentic and valid, but filtered out: answered 200, so that its sender does not retry. */
	| IgnoredRequest
	| AnsweredHandshake
	| Rejection;

/** Returns whether a header of a proxy says that its caller used HTTPS; n8n has not trusted it then. */
const isForwardedAsHttps = ({ headers }: InboundRequest): boolean =>
	/^\s*https\b/i.test(String(headers['x-forwarded-proto'])) ||
	/\bproto="?https\b/i.test(String(headers.forwarded)) ||
	/^\s*on\s*$/i.test(String(headers['x-forwarded-ssl']));

/** Returns whether a proxy names another caller, and n8n takes the proxy itself for the caller. */
const isForwarded = ({ address, headers, peerAddress }: InboundRequest): boolean =>
	address !== '' && address === peerAddress && headers['x-forwarded-for'] !== undefined;

/** Helps a workflow's owner, who reads the answer at the sender. */
const UNTRUSTED_PROXY_HINT =
	'n8n does not trust what the proxy in front of it reports: set N8N_PROXY_HOPS to the number of proxies';

const rejectMethod = ({ method }: ReceiveRules, received: string): Rejection =>
	createRejection({
		status: 405,
		code: 'METHOD_NOT_ALLOWED',
		message: `This webhook accepts ${method} only`,
		details: { field: 'method', expected: method, received },
		headers: { Allow: method },
	});

function checkTransport(
	rules: ReceiveRules,
	request: InboundRequest,
	handshakes: Handshake[],
): Rejection | undefined {
	if (request.method !== rules.method && handshakes.length === 0) {
		return rejectMethod(rules, request.method);
	}
	if (rules.httpsOnly && !request.secure) {
		return createRejection({
			status: 403,
			code: 'HTTPS_REQUIRED',
			message: `This webhook accepts HTTPS only${isForwardedAsHttps(request) ? `. ${UNTRUSTED_PROXY_HINT}` : ''}`,
			details: { field: 'protocol', expected: 'https', received: 'http' },
		});
	}
	if (rules.isAllowedAddress?.(request.address) === false) {
		return createRejection({
			status: 403,
			code: 'ADDRESS_NOT_ALLOWED',
			message: `This address is not allowed to call this webhook${isForwarded(request) ? `. ${UNTRUSTED_PROXY_HINT}` : ''}`,
			details: {
				field: 'source address',
				expected: 'an allowed address',
				received: request.address === '' ? 'an unknown address' : request.address,
			},
		});
	}
	return undefined;
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

/** Returns whether any of an event's types is in the list; an event without a type is only in an empty list. */
const isChosenEvent = ({ types }: ReceivedEvent, eventTypes: string[]): boolean =>
	eventTypes.length === 0 || types.some((type) => matchesEventTypes(eventTypes, type));

/** Lists the keys by which duplicates are recognized; the digits of big numbers count. */
function findDuplicateKeys(
	rules: ReceiveRules,
	event: ReceivedEvent | undefined,
	request: InboundRequest,
	{ scheme, signature, signedContent, signedHeaders }: AuthenticatedCaller,
	rawBody: Buffer,
	{ readExactValue, value }: ParsedBody,
): DuplicateKeys {
	const { duplicateKey: sources, eventTypes, kind } = rules;
	const needsExactBody = sources.some(readsBody);
	const areCloudEvents = kind.events?.areCloudEvents === true;
	const isBinary = areCloudEvents && isBinaryMode(request.headers);
	const signer = scheme && {
		scheme,
		id: signature?.id,
		timestampMs: signature?.timestampMs,
		signedHeaders,
		// In binary mode, several events may have the same data.
		needsDigest: (areCloudEvents && !isBinary) || (needsExactBody && hasAmbiguousBodies(rules)),
	};
	return listDuplicateKeys(
		// The signature of the body does not cover attributes in headers.
		isBinary ? sources.map(toBinarySource) : sources,
		{
			headers: request.headers,
			query: request.query,
			rawBody: signedContent ?? rawBody,
			signature,
			body: needsExactBody ? readExactValue() : value,
		},
		kind.events?.hasRepeatingBodies === true ? undefined : signer,
		// A replay in the other mode could name another type.
		areCloudEvents
			? undefined
			: eventTypes.find((chosen) => event?.types.some((type) => matchesEventTypes([chosen], type))),
	);
}

/** Tests conditions on the numbers that the sender sent, with all their digits. */
function testConditions(
	{ comparesBigNumbersAsText, conditions }: ReceiveRules,
	{ readExactValue, value }: ParsedBody,
	readSentEvent: (value: unknown) => ReceivedEvent | undefined,
): ConditionResult {
	if (conditions === undefined) return { met: true };
	const body = comparesBigNumbersAsText ? value : readExactValue();
	return conditions(getConditionSubject(readSentEvent(body), body));
}

/** Lists the fields of the body that have a token of the platform, or one that the receiver's credential names. */
const listTokenFields = (
	{ bodyTokenField }: ReceiveRules,
	secrets: InboundSecrets | undefined,
): string[] =>
	[bodyTokenField, secrets?.body?.field]
		.filter((field) => field !== undefined)
		.filter((field) => field !== '');

/** Validates and filters an authentic request. */
function acceptRequest(
	rules: ReceiveRules,
	request: InboundRequest,
	caller: AuthenticatedCaller,
	rawBody: Buffer,
	parsed: ParsedBody,
): ReceiveResult {
	const { value: body } = parsed;
	const readSentEvent = (value: unknown): ReceivedEvent | undefined =>
		rules.kind.events &&
		readEvent(rules.kind.events, {
			headers: request.headers,
			query: request.query,
			rawBody,
			body: value,
			signature: caller.signature,
		});
	const event = readSentEvent(body);
	// The sender sent numbers, also if the item has them as text.
	const sent = rules.bigNumbersAsText ? roundExactNumbers(parsed.readExactValue()) : body;
	const validation = validateRequest(rules, sent, sent === body ? event : readSentEvent(sent));
	if (!validation.valid) {
		const { details, message } = validation;
		return createRejection({ status: 422, code: 'INVALID_INPUT', message, details });
	}
	const { eventTypes } = rules;
	if (event && !isChosenEvent(event, eventTypes)) return ignoreUnchosen(body, event.types);
	const dataRejection = checkData(rules, parsed, readSentEvent);
	if (dataRejection !== undefined) return dataRejection;
	const tested = testConditions(rules, parsed, readSentEvent);
	if (!tested.met) return ignoreUnmet(body, tested);
	return {
		result: 'accepted',
		body,
		readExactBody: parsed.readExactValue,
		rawBody,
		isBodyDecoded: caller.payload !== undefined || rules.kind.events?.areCloudEvents === true,
		event,
		...findDuplicateKeys(rules, event, request, caller, rawBody, parsed),
		callers: caller.callers,
		...(caller.replayEndMs !== undefined && { replayEndMs: caller.replayEndMs }),
		authentication: caller.methods,
		signature: caller.signature,
	};
}

/** Parses what a request says: its body, or the event in the token that is its body. */
function parseEvent(
	rules: ReceiveRules,
	headers: InboundRequest['headers'],
	rawBody: Buffer,
	payload: Buffer | undefined,
): ParsedBody | Rejection {
	if (payload !== undefined) {
		// The accepted formats are about the token's text. Its claims are always JSON.
		const claimRules = { ...rules, noJsonBodies: false };
		return parseBody(claimRules, { 'content-type': 'application/json' }, payload);
	}
	const parse = rules.kind.events?.areCloudEvents ? parseCloudEvent : parseBody;
	return parse(rules, headers, rawBody);
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
	const handshakes = listHandshakes(rules.handshakes, request);
	const transportRejection = checkTransport(rules, request, handshakes);
	if (transportRejection !== undefined) return transportRejection;
	const unsigned = await answerUnsigned(rules, handshakes, request);
	if (unsigned !== undefined) return unsigned;

	const tokens = await authenticateTokens(rules, request);
	if (isRejection(tokens)) return tokens;
	const rawBody = await readBody(rules, request);
	if (isRejection(rawBody)) return rawBody;
	const signature = tokens.needsSignature ? tokens.secrets?.signature : undefined;
	const limitRejection = checkBodyLimits(rules, request.headers, rawBody, signature?.scheme);
	if (limitRejection !== undefined) return limitRejection;
	const signer = authenticateSignature(rules, tokens, request, rawBody);
	if (isRejection(signer)) return signer;
	const sizeRejection = isUnknownCaller(tokens, signer) && checkUnverifiedBody(rawBody);
	if (sizeRejection) return sizeRejection;

	const sent = parseEvent(rules, request.headers, rawBody, signer.payload);
	if (isRejection(sent)) return sent;
	const caller = authenticateBodyToken(rules, tokens, signer, sent);
	if (isRejection(caller)) return caller;
	const parsed = hideBodyTokens(sent, listTokenFields(rules, tokens.secrets));
	const handshake = findHandshake(handshakes, parsed.value);
	if (handshake !== undefined) {
		return answerSigned(rules, handshake, request, tokens, { rawBody, value: parsed.value });
	}
	return request.method === rules.method
		? acceptRequest(rules, request, caller, rawBody, parsed)
		: rejectMethod(rules, request.method);
}
