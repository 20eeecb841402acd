import type { ZodTypeAny } from 'zod';

import type { ConditionResult } from '../event/conditions';
import { isNestedDeeper, parseJson } from '../lib/json';
import { isFormBody, isJsonBody, getMediaType, type RequestHeaders } from '../http/headers';
import type { RequestKind } from '../platforms';
import type { Handshake, Platform, ValueSource } from '../platforms/platform';
import { ignoredReply, type IgnoredReply } from '../http/replyBodies';
import type { SignedRequest } from '../signing/verify';
import { validate, type Validation } from '../http/validateBody';

import type { AuthenticationMethod } from '../platforms/authentication';
import {
	challenge,
	checkMethod,
	checkSignature,
	InboundConfigurationError,
	missingMethods,
	requireConfiguredMethods,
	type Denial,
	type InboundSecrets,
	type VerifiedSignature,
} from './authenticate';
import {
	computeDuplicateKey,
	readEvent,
	getConditionSubject,
	type ReceivedEvent,
} from './readEvent';
import { findHandshake, handshakeReply, needsSecret } from './handshake';
import { createRejection, type Rejection } from './rejection';

export interface ReceiveRules {
	kind: RequestKind;
	/** The HTTP method that is asked for. */
	method: string;
	/** What the body must be, where the kind is not an event. */
	bodySchema?: ZodTypeAny;
	/** Whether events must look as the platform's page shows them. */
	validatesEvents: boolean;
	httpsOnly: boolean;
	/** Absent: every address may call. */
	isAllowedAddress?: (address: string) => boolean;
	/** Empty: no authentication. */
	methods: AuthenticationMethod[];
	/** Whether methods that the owner has filled in nothing for are left out. */
	filledInOnly: boolean;
	/** Whether each of the methods must pass, or one of them is enough. */
	require: 'all' | 'any';
	/** Asked only when the secret-free checks have passed: reading a credential costs n8n more than they do. */
	secrets: () => Promise<InboundSecrets>;
	maxBodyBytes: number;
	formBodies: Platform['formBodies'];
	handshakes: Handshake[];
	/** Empty: all. */
	eventTypes: string[];
	/** Tested on an event's data, as its sender's own conditions would be; else on the whole body. */
	conditions?: (data: unknown) => ConditionResult;
	/** Empty: repeated deliveries are recognised by the signed ID, where there is one. */
	duplicateKey: ValueSource[];
}

/** Gone: whoever parsed the body kept no bytes. Damaged: not whole, or not packed as its headers say. */
export type BodyFault = 'gone' | 'damaged';

export interface InboundRequest {
	method: string;
	/** As the trusted proxy reports it, or the connection itself. */
	secure: boolean;
	/** The caller's address, as the trusted proxy reports it. */
	address: string;
	query: Record<string, unknown>;
	headers: RequestHeaders;
	/** The bytes as they arrived, unpacked where they were packed; or why there are none. */
	body: () => Promise<Buffer | BodyFault>;
	/** The body as n8n parsed it; it does so for `application/json` alone. */
	parsedBody: () => unknown;
	/** The public address with its query, as the caller knows it. */
	url: () => string;
	nowMs: number;
}

export interface AcceptedRequest {
	result: 'accepted';
	body: unknown;
	rawBody: Buffer;
	/** Where the kind of request is an event. */
	event: ReceivedEvent | undefined;
	duplicateKey: string | undefined;
	authentication: AuthenticationMethod[];
	/** What the signature covers beside the body, where a signature was checked. */
	signature: VerifiedSignature | undefined;
}

export type ReceiveResult =
	| AcceptedRequest
	/** Authentic and well formed, but not an event that was asked for: answered 200, so that it is not sent again. */
	| { result: 'ignored'; reply: IgnoredReply }
	/** A provider's question whether this webhook is its owner's. */
	| { result: 'handshake'; statusCode: number; reply: Record<string, unknown> | undefined }
	| Rejection;

interface Authenticated {
	methods: AuthenticationMethod[];
	rawBody: Buffer;
	signature: VerifiedSignature | undefined;
	secrets: InboundSecrets | undefined;
}

const isRefusal = (value: object): value is Rejection =>
	'result' in value && value.result === 'refused';

function checkTransport(rules: ReceiveRules, request: InboundRequest): Rejection | undefined {
	if (request.method !== rules.method) {
		return createRejection(
			405,
			'METHOD_NOT_ALLOWED',
			`Webhooks are received with ${rules.method}`,
			{ field: 'method', expected: rules.method, received: request.method },
			{ Allow: rules.method },
		);
	}
	if (rules.httpsOnly && !request.secure) {
		return createRejection(403, 'HTTPS_REQUIRED', 'Webhooks are received over HTTPS only', {
			field: 'protocol',
			expected: 'https',
			received: 'http',
		});
	}
	if (rules.isAllowedAddress?.(request.address) === false) {
		return createRejection(403, 'ADDRESS_NOT_ALLOWED', 'This address may not call this webhook', {
			field: 'source address',
			expected: 'an allowed address',
			received: request.address === '' ? 'null' : request.address,
		});
	}
	return undefined;
}

function unsupported(rules: ReceiveRules, request: InboundRequest): Rejection {
	const received = getMediaType(request.headers);
	const form = rules.formBodies ? ' or application/x-www-form-urlencoded' : '';
	return createRejection(
		415,
		'UNSUPPORTED_MEDIA_TYPE',
		form === '' ? 'The body must be JSON' : 'The body must be JSON or a form',
		{
			field: 'content-type',
			expected: `application/json${form}`,
			received: received === '' ? 'null' : received.slice(0, 100),
		},
	);
}

/** The body's bytes, as far as they may be as many. */
async function readBytes(
	rules: ReceiveRules,
	request: InboundRequest,
): Promise<Buffer | Rejection> {
	const tooLarge = (length: number): Rejection =>
		createRejection(
			413,
			'PAYLOAD_TOO_LARGE',
			`The body may be ${rules.maxBodyBytes} bytes long at most`,
			{
				field: 'body',
				expected: `at most ${rules.maxBodyBytes} bytes`,
				received: `${length} bytes`,
			},
		);
	const announced = Number(request.headers['content-length'] ?? 0);
	if (announced > rules.maxBodyBytes) return tooLarge(announced);
	const rawBody = await request.body();
	if (rawBody === 'gone') return unsupported(rules, request);
	if (rawBody === 'damaged') {
		return createRejection(
			400,
			'BODY_UNREADABLE',
			'The body could not be unpacked, or is not as long as it says',
			{
				field: 'body',
				expected: 'a whole body, packed as Content-Encoding says',
				received: 'a damaged body',
			},
		);
	}
	return rawBody.length > rules.maxBodyBytes ? tooLarge(rawBody.length) : rawBody;
}

async function authenticate(
	rules: ReceiveRules,
	request: InboundRequest,
): Promise<Authenticated | Rejection> {
	const deny = ({ code, message, field, expected, received }: Denial): Rejection =>
		createRejection(401, code, message, { field, expected, received }, challenge(rules.methods));
	const noneValid = (): Rejection =>
		deny({
			passed: false,
			code: 'UNAUTHORIZED',
			message: 'None of the accepted credentials is valid',
			field: 'credentials',
			expected: `one of: ${rules.methods.join(', ')}`,
			received: 'none that is valid',
		});
	const simple = rules.methods.filter((method) => method !== 'signature');
	const missing = missingMethods(simple, request);
	if (rules.require === 'all' && !rules.filledInOnly) {
		for (const denied of missing.values()) return deny(denied);
	}
	if (simple.length > 0 && missing.size === rules.methods.length) {
		const [only] = rules.methods.length === 1 ? missing.values() : [];
		return only === undefined ? noneValid() : deny(only);
	}

	const secrets = rules.methods.length > 0 ? await rules.secrets() : undefined;
	const methods = secrets === undefined ? [] : requireConfiguredMethods(rules, secrets);
	const needsAll = rules.require === 'all' || methods.length === 1;
	const passed: AuthenticationMethod[] = [];
	for (const method of methods) {
		if (secrets === undefined || method === 'signature') continue;
		const check = missing.get(method) ?? checkMethod(method, secrets, request);
		if (check.passed) passed.push(method);
		else if (needsAll) return deny(check);
	}
	const signed = methods.includes('signature') && (needsAll || passed.length === 0);
	if (!signed && methods.length > 0 && passed.length === 0) return noneValid();

	const rawBody = await readBytes(rules, request);
	if (!Buffer.isBuffer(rawBody)) return rawBody;
	if (!signed || secrets === undefined) {
		return { methods: passed, rawBody, signature: undefined, secrets };
	}
	const signedRequest = (): SignedRequest => ({ method: request.method, url: request.url() });
	const check = checkSignature(secrets, request.headers, rawBody, request.nowMs, signedRequest);
	if (!check.passed) return needsAll ? deny(check) : noneValid();
	return { methods: [...passed, 'signature'], rawBody, signature: check.signature, secrets };
}

// Far more than any event has; what works on a body further on may work on it by recursion.
const MAX_LEVELS = 100;

/** Leaves out the byte order mark, which n8n's own parser does not mind either. */
const withoutMark = (text: string): string =>
	text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;

function parseForm(text: string, jsonField: string | undefined): { value: unknown } | undefined {
	const form = new URLSearchParams(text);
	const json = jsonField === undefined ? null : form.get(jsonField);
	if (json !== null) return parseJson(withoutMark(json));
	return {
		value: Object.fromEntries(
			[...new Set(form.keys())].map((name) => {
				const values = form.getAll(name);
				return [name, values.length === 1 ? values[0] : values];
			}),
		),
	};
}

function parseBody(
	rules: ReceiveRules,
	request: InboundRequest,
	rawBody: Buffer,
): { value: unknown } | Rejection {
	if (rawBody.length === 0) return { value: {} };
	const isForm = rules.formBodies !== undefined && isFormBody(request.headers);
	if (!isForm && !isJsonBody(request.headers)) return unsupported(rules, request);
	const parsed = isForm
		? parseForm(rawBody.toString('utf8'), rules.formBodies?.jsonField)
		: getMediaType(request.headers) === 'application/json'
			? { value: request.parsedBody() }
			: parseJson(withoutMark(rawBody.toString('utf8')));
	if (parsed === undefined) {
		return createRejection(400, 'INVALID_JSON', 'The body is not valid JSON', {
			field: 'body',
			expected: 'JSON',
			received: 'text that is not JSON',
		});
	}
	if (isNestedDeeper(parsed.value, MAX_LEVELS)) {
		return createRejection(
			400,
			'INVALID_JSON',
			`The body is nested more than ${MAX_LEVELS} levels deep`,
			{
				field: 'body',
				expected: `JSON with at most ${MAX_LEVELS} levels of lists and objects`,
				received: 'more levels',
			},
		);
	}
	return parsed;
}

async function answerHandshake(
	rules: ReceiveRules,
	handshake: Handshake,
	body: unknown,
	known: InboundSecrets | undefined,
): Promise<ReceiveResult> {
	const { signature } = known ?? (needsSecret(handshake) ? await rules.secrets() : {});
	const [secret] = signature?.secrets ?? [];
	if (needsSecret(handshake) && secret === undefined) {
		throw new InboundConfigurationError(
			'The sender asks for a proof that needs the signing secret. Choose "Signature" under "Authentication" and fill the secret in in the credential.',
		);
	}
	const signing = signature && secret !== undefined ? { ...signature, secret } : undefined;
	return {
		result: 'handshake',
		statusCode: handshake.statusCode,
		reply: handshakeReply(handshake, body, signing),
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
	const known = types.find(({ value }) => value === event?.type);
	return known?.data === undefined ? { valid: true } : validate(known.data, event?.data, dataField);
}

/**
 * Decides on a request: cheap and secret-free checks first, so that a refusal costs little.
 *
 * Every refusal has a stable code and says which field is at fault, what was expected and what came.
 * It never says which of several secrets was near, and where one of several methods is enough it does
 * not say which of them failed.
 * @throws InboundConfigurationError, or what a scheme's secrets throw: the owner's fault, to be
 * answered 500 and logged
 */
export async function receiveRequest(
	rules: ReceiveRules,
	request: InboundRequest,
): Promise<ReceiveResult> {
	const barred = checkTransport(rules, request);
	if (barred !== undefined) return barred;
	const caller = await authenticate(rules, request);
	if (isRefusal(caller)) return caller;
	const { methods, rawBody, secrets, signature } = caller;
	const parsed = parseBody(rules, request, rawBody);
	if (isRefusal(parsed)) return parsed;
	const body = parsed.value;

	const handshake = findHandshake(rules.handshakes, body);
	if (handshake !== undefined) return await answerHandshake(rules, handshake, body, secrets);

	const source = { headers: request.headers, rawBody, body };
	const event = rules.kind.events && readEvent(rules.kind.events, source);
	const validation = validateRequest(rules, body, event);
	if (!validation.valid) {
		return createRejection(422, 'INVALID_INPUT', validation.message, validation.details);
	}
	const wanted = rules.eventTypes;
	if (event && wanted.length > 0 && !event.types.some((type) => wanted.includes(type))) {
		return { result: 'ignored', reply: ignoredReply('This event type is not subscribed to') };
	}
	if (rules.conditions?.(getConditionSubject(event, body)).met === false) {
		return { result: 'ignored', reply: ignoredReply('The conditions of this webhook are not met') };
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
