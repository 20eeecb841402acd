import type { ConditionResult } from '../conditions/conditions';
import { isObject } from '../paths/paths';
import { errorReply, ignoredReply, type ErrorReply, type ReplyDetails } from '../replies/replies';
import { safeEqual, safeIncludes } from '../signing/compare';
import type { SignatureScheme } from '../signing/scheme';
import { verifyRequest, type RequestHeaders, type VerificationCode } from '../signing/verify';
import { validateBody, type RequestKind } from '../validation/bodies';

export type AuthenticationMethod = 'urlToken' | 'bearer' | 'basic' | 'signature';

/** What callers are checked against. */
export interface InboundSecrets {
	urlTokens: string[];
	bearerTokens: string[];
	basic: { user: string; password: string };
	/** Present where a signature is among the methods. */
	signature?: { scheme: SignatureScheme; secrets: string[]; toleranceSeconds?: number };
}

export interface InboundRules {
	kind: RequestKind;
	httpsOnly: boolean;
	/** Absent: every address may call. */
	isAllowedAddress?: (address: string) => boolean;
	/** Empty: no authentication. */
	methods: AuthenticationMethod[];
	/** Whether each of the methods must pass, or one of them is enough. */
	require: 'all' | 'any';
	/** Asked only when the secret-free checks have passed: reading a credential costs n8n more than they do. */
	secrets: () => Promise<InboundSecrets>;
	maxBodyBytes: number;
	/** Where an event's type and its data stand in its body. */
	eventField: string;
	dataField: string;
	/** Empty: all. */
	eventTypes: string[];
	/** Tested on an event's data, as its sender's own conditions would be; else on the whole body. */
	conditions?: (data: unknown) => ConditionResult;
}

export interface InboundRequest {
	method: string;
	/** As the trusted proxy reports it, or the connection itself. */
	secure: boolean;
	/** The caller's address, as the trusted proxy reports it. */
	address: string;
	query: Record<string, unknown>;
	headers: RequestHeaders;
	/** The bytes as they arrived; `undefined` where they can no longer be had. */
	body: () => Promise<Buffer | undefined>;
	/** The body as n8n parsed it; it does so for `application/json` alone. */
	parsedBody: () => unknown;
	nowMs: number;
}

export type RefusalCode =
	| VerificationCode
	| 'METHOD_NOT_ALLOWED'
	| 'HTTPS_REQUIRED'
	| 'ADDRESS_NOT_ALLOWED'
	| 'TOKEN_MISSING'
	| 'TOKEN_INVALID'
	| 'CREDENTIALS_MISSING'
	| 'CREDENTIALS_INVALID'
	| 'UNAUTHORIZED'
	| 'PAYLOAD_TOO_LARGE'
	| 'UNSUPPORTED_MEDIA_TYPE'
	| 'INVALID_JSON'
	| 'INVALID_INPUT';

export interface Refusal {
	result: 'refused';
	statusCode: 400 | 401 | 403 | 405 | 413 | 415 | 422;
	code: RefusalCode;
	headers: Record<string, string>;
	reply: ErrorReply;
}

export type Admission =
	| {
			result: 'accepted';
			body: unknown;
			rawBody: Buffer;
			/** The event's type, where the body names one. */
			eventType: string | undefined;
			authentication: AuthenticationMethod[];
			/** What the signature covers beside the body, where a signature was checked. */
			signature: { scheme: string; id?: string; timestampMs?: number } | undefined;
	  }
	/** Authentic and well formed, but not an event that was asked for: answered 200, so that it is not sent again. */
	| { result: 'ignored'; reply: ReturnType<typeof ignoredReply> }
	| Refusal;

/** The receiver is not set up to check what it should check. The message is for its owner only. */
export class InboundConfigurationError extends Error {
	override readonly name = 'InboundConfigurationError';
}

function refuse(
	statusCode: Refusal['statusCode'],
	code: RefusalCode,
	message: string,
	extra: { details?: ReplyDetails; headers?: Record<string, string> } = {},
): Refusal {
	return {
		result: 'refused',
		statusCode,
		code,
		headers: extra.headers ?? {},
		reply: errorReply(code, message, extra.details),
	};
}

function challenge(methods: AuthenticationMethod[]): Record<string, string> {
	const schemes = [
		...(methods.includes('bearer') ? ['Bearer'] : []),
		...(methods.includes('basic') ? ['Basic realm="webhook", charset="UTF-8"'] : []),
	];
	return schemes.length > 0 ? { 'WWW-Authenticate': schemes.join(', ') } : {};
}

interface Passed {
	passed: true;
	signature?: { scheme: string; id?: string; timestampMs?: number };
}
type Check = Passed | { passed: false; code: RefusalCode; message: string };

const fail = (code: RefusalCode, message: string): Check => ({ passed: false, code, message });

function authorization(headers: RequestHeaders, scheme: string): string | undefined {
	const value = headers.authorization;
	if (typeof value !== 'string') return undefined;
	const [given, ...rest] = value.split(' ');
	return given.toLowerCase() === scheme ? rest.join(' ').trim() : undefined;
}

/** What a request brings for a method, before it is compared with any secret. */
const GIVEN = {
	urlToken: ({ query }: InboundRequest) => (query.token === '' ? undefined : query.token),
	bearer: ({ headers }: InboundRequest) => authorization(headers, 'bearer') || undefined,
	basic: ({ headers }: InboundRequest) => authorization(headers, 'basic') || undefined,
};

const MISSING: Record<keyof typeof GIVEN, [RefusalCode, string]> = {
	urlToken: ['TOKEN_MISSING', 'The URL parameter token is missing'],
	bearer: ['TOKEN_MISSING', 'The header Authorization with a Bearer token is missing'],
	basic: ['CREDENTIALS_MISSING', 'The header Authorization with Basic credentials is missing'],
};

const PASSED: Check = { passed: true };

function checkBasic({ basic }: InboundSecrets, given: string): Check {
	const text = Buffer.from(given, 'base64').toString('utf8');
	const colon = text.indexOf(':');
	const [user, password] = [text.slice(0, Math.max(0, colon)), text.slice(colon + 1)];
	const userFits = safeEqual(basic.user, user);
	const passwordFits = safeEqual(basic.password, password);
	return colon !== -1 && userFits && passwordFits
		? PASSED
		: fail('CREDENTIALS_INVALID', 'The Basic credentials are not valid');
}

/** Compares what a request brings with the secrets. A doubled `?token=` is a list, and never valid. */
const COMPARE: Record<keyof typeof GIVEN, (secrets: InboundSecrets, given: unknown) => Check> = {
	urlToken: ({ urlTokens }, given) =>
		typeof given === 'string' && safeIncludes(urlTokens, given)
			? PASSED
			: fail('TOKEN_INVALID', 'The URL parameter token is not valid'),
	bearer: ({ bearerTokens }, given) =>
		safeIncludes(bearerTokens, String(given))
			? PASSED
			: fail('TOKEN_INVALID', 'The Bearer token is not valid'),
	basic: (secrets, given) => checkBasic(secrets, String(given)),
};

function checkSignature(
	{ signature }: InboundSecrets,
	{ headers, nowMs }: InboundRequest,
	body: Buffer,
): Check {
	if (signature === undefined) {
		throw new InboundConfigurationError('No signature scheme is set up.');
	}
	const verification = verifyRequest(signature.scheme, { ...signature, headers, body, nowMs });
	return verification.valid
		? {
				passed: true,
				signature: {
					scheme: signature.scheme.name,
					id: verification.id,
					timestampMs: verification.timestampMs,
				},
			}
		: fail(verification.code, verification.message);
}

/**
 * Makes sure that every method has the secrets it checks against.
 * @throws InboundConfigurationError for the receiver's owner
 */
export function assertSecretsPresent(
	methods: AuthenticationMethod[],
	secrets: InboundSecrets,
): void {
	const missing = (what: string): never => {
		throw new InboundConfigurationError(
			`${what} is required of callers, but the inbound credential has none. Fill it in, or take the method out of "Authentication".`,
		);
	};
	for (const method of methods) {
		if (method === 'urlToken' && secrets.urlTokens.length === 0) missing('A URL token');
		if (method === 'bearer' && secrets.bearerTokens.length === 0) missing('A Bearer token');
		if (method === 'basic' && (secrets.basic.user === '' || secrets.basic.password === '')) {
			missing('Basic authentication');
		}
		if (method === 'signature' && !secrets.signature?.secrets.length) missing('A signature');
	}
}

const isJson = (mediaType: string): boolean => /^application\/(?:[\w.-]+\+)?json$/.test(mediaType);

function mediaTypeOf(headers: RequestHeaders): string {
	const value = headers['content-type'];
	return typeof value === 'string' ? value.split(';')[0].trim().toLowerCase() : '';
}

function parseBody(
	request: InboundRequest,
	mediaType: string,
	rawBody: Buffer,
): { body: unknown } | undefined {
	if (mediaType === 'application/json') return { body: request.parsedBody() };
	const text = rawBody.toString('utf8');
	try {
		return { body: JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text) };
	} catch {
		return undefined;
	}
}

/**
 * Decides on a request: cheap and secret-free checks first, so that a refusal costs little.
 *
 * Every refusal has a stable code. It never says which of several secrets was near, and where one of
 * several methods is enough it does not say which of them failed.
 * @throws InboundConfigurationError, or what a scheme's secrets throw: the owner's fault, to be
 * answered 500 and logged
 */
export async function admit(rules: InboundRules, request: InboundRequest): Promise<Admission> {
	if (request.method !== 'POST') {
		return refuse(405, 'METHOD_NOT_ALLOWED', 'Webhooks are received with POST', {
			headers: { Allow: 'POST' },
			details: { field: 'method', expected: 'POST', received: request.method },
		});
	}
	if (rules.httpsOnly && !request.secure) {
		return refuse(403, 'HTTPS_REQUIRED', 'Webhooks are received over HTTPS only');
	}
	if (rules.isAllowedAddress?.(request.address) === false) {
		return refuse(403, 'ADDRESS_NOT_ALLOWED', 'This address may not call this webhook');
	}
	const unauthorized = (code: RefusalCode, message: string): Refusal =>
		refuse(401, code, message, { headers: challenge(rules.methods) });
	const noneValid = (): Refusal =>
		unauthorized('UNAUTHORIZED', 'None of the accepted credentials is valid');
	const simple = rules.methods.filter((method) => method !== 'signature');
	const given = new Map(simple.map((method) => [method, GIVEN[method](request)]));
	const missing = simple.filter((method) => given.get(method) === undefined);
	if (rules.require === 'all' && missing.length > 0) return unauthorized(...MISSING[missing[0]]);
	if (simple.length > 0 && missing.length === rules.methods.length) return noneValid();

	const secrets = rules.methods.length > 0 ? await rules.secrets() : undefined;
	if (secrets !== undefined) assertSecretsPresent(rules.methods, secrets);
	const passed: AuthenticationMethod[] = [];
	for (const method of simple) {
		if (secrets === undefined || missing.includes(method)) continue;
		const check = COMPARE[method](secrets, given.get(method));
		if (check.passed) passed.push(method);
		else if (rules.require === 'all') return unauthorized(check.code, check.message);
	}
	const signed =
		rules.methods.includes('signature') && (rules.require === 'all' || passed.length === 0);
	if (!signed && rules.methods.length > 0 && passed.length === 0) return noneValid();

	const mediaType = mediaTypeOf(request.headers);
	const unsupported = (): Refusal =>
		refuse(415, 'UNSUPPORTED_MEDIA_TYPE', 'The body must be JSON', {
			details: {
				field: 'content-type',
				expected: 'application/json',
				received: mediaType === '' ? 'null' : mediaType.slice(0, 100),
			},
		});
	const tooLarge = (): Refusal =>
		refuse(413, 'PAYLOAD_TOO_LARGE', `The body may be ${rules.maxBodyBytes} bytes long at most`);
	if (Number(request.headers['content-length'] ?? 0) > rules.maxBodyBytes) return tooLarge();
	const rawBody = await request.body();
	if (rawBody === undefined) return unsupported();
	if (rawBody.length > rules.maxBodyBytes) return tooLarge();

	let signature: Passed['signature'];
	if (signed && secrets !== undefined) {
		const check = checkSignature(secrets, request, rawBody);
		if (!check.passed) {
			return rules.require === 'any' && rules.methods.length > 1
				? noneValid()
				: unauthorized(check.code, check.message);
		}
		passed.push('signature');
		signature = check.signature;
	}

	let body: unknown = {};
	if (rawBody.length > 0) {
		if (!isJson(mediaType)) return unsupported();
		const parsed = parseBody(request, mediaType, rawBody);
		if (parsed === undefined) return refuse(400, 'INVALID_JSON', 'The body is not valid JSON');
		body = parsed.body;
	}
	const validation = validateBody(rules.kind, body);
	if (!validation.valid) {
		return refuse(422, 'INVALID_INPUT', validation.message, { details: validation.details });
	}

	const fields = isObject(body) ? body : {};
	const type = fields[rules.eventField];
	const eventType = typeof type === 'string' ? type : undefined;
	if (rules.eventTypes.length > 0 && !rules.eventTypes.includes(eventType ?? '')) {
		return { result: 'ignored', reply: ignoredReply('This event type is not subscribed to') };
	}
	const data = fields[rules.dataField];
	const subject = rules.kind === 'event' && isObject(data) ? data : body;
	if (rules.conditions?.(subject).met === false) {
		return { result: 'ignored', reply: ignoredReply('The conditions of this webhook are not met') };
	}
	return { result: 'accepted', body, rawBody, eventType, authentication: passed, signature };
}
