import type { Handshake } from '../platforms/platform';
import { safeIncludes } from '../signing/constantTime';

import {
	requireSignatureSecrets,
	requireSigningSecret,
	type AuthenticationRules,
	type TokenResult,
} from './authenticate';
import { InboundConfigurationError } from './configuredMethods';
import { findHandshake, type HandshakeRequest } from './handshake';
import {
	buildHandshakeReply,
	checkHandshakeTokens,
	needsSecret,
	type HandshakeReply,
	type ProofSecrets,
} from './handshakeReply';
import type { InboundRequest } from './inboundRequest';
import { parseBody } from './parseBody';
import { checkBodyLimits, readBody, type BodyRules } from './readBody';
import { createRejection, isRejection, type Rejection } from './rejection';
import type { InboundSecrets } from './tokenMethods';

/** A provider's check that this webhook belongs to the account that registered it, with its reply. */
export interface AnsweredHandshake extends HandshakeReply {
	result: 'handshake';
	status: number;
}

const MISSING_VERIFY_TOKEN =
	'The sender’s URL verification brings a verify token, but the Receiving credential has none. Turn on "URL Token" in the credential, and enter under "URL Tokens" what you entered at the sender.';

const MISSING_CREDENTIAL =
	'The sender’s URL verification needs the Receiving credential. Choose a method under "Authentication", e.g. "As the Platform Asks", and fill in the credential.';

const rejectVerifyToken = (field: string, isMissing: boolean): Rejection =>
	createRejection({
		status: 403,
		code: isMissing ? 'TOKEN_MISSING' : 'TOKEN_INVALID',
		message: `The URL parameter ${field} is ${isMissing ? 'missing' : 'not valid'}`,
		details: {
			field,
			expected: 'a valid token',
			received: isMissing ? 'no such parameter' : 'another token',
		},
	});

/** Rejects a handshake whose texts cannot be answered, whatever the secrets are. */
function checkForms(handshake: Handshake, request: HandshakeRequest): Rejection | undefined {
	const { verifyToken } = handshake;
	return verifyToken !== undefined && (request.query[verifyToken.query] ?? '') === ''
		? rejectVerifyToken(verifyToken.query, true)
		: checkHandshakeTokens(handshake, request);
}

/** Compares the verify token with the URL tokens, in constant time. */
function checkVerifyToken(
	{ verifyToken }: Handshake,
	{ query }: HandshakeRequest,
	secrets: InboundSecrets | undefined,
): Rejection | undefined {
	if (verifyToken === undefined) return undefined;
	if (secrets === undefined) throw new InboundConfigurationError(MISSING_CREDENTIAL);
	if (secrets.urlTokens.length === 0) throw new InboundConfigurationError(MISSING_VERIFY_TOKEN);
	const token = query[verifyToken.query];
	return typeof token === 'string' && safeIncludes(secrets.urlTokens, token)
		? undefined
		: rejectVerifyToken(verifyToken.query, false);
}

const answer = (
	handshake: Handshake,
	request: HandshakeRequest,
	signing: ProofSecrets | undefined,
): AnsweredHandshake => ({
	result: 'handshake',
	status: handshake.statusCode,
	...buildHandshakeReply(handshake, request, signing),
});

/**
 * Answers a handshake that passed the checks of every request.
 * @throws InboundConfigurationError if the receiver lacks a secret that the reply needs
 */
export function answerSigned(
	rules: AuthenticationRules,
	handshake: Handshake,
	inbound: InboundRequest,
	tokens: TokenResult,
	{ rawBody, value: body }: { rawBody: Buffer; value: unknown },
): AnsweredHandshake | Rejection {
	const signer = needsSecret(handshake)
		? requireSigningSecret(rules, tokens, inbound, rawBody)
		: undefined;
	if (signer !== undefined && isRejection(signer)) return signer;
	const request = { headers: inbound.headers, query: inbound.query, body };
	const rejection =
		checkForms(handshake, request) ?? checkVerifyToken(handshake, request, tokens.secrets);
	if (rejection !== undefined) return rejection;
	const scheme = tokens.secrets?.signature?.scheme;
	return answer(
		handshake,
		request,
		signer && scheme && { secrets: [signer.secret], format: scheme.secretFormat },
	);
}

/** Checks a verify token and finds the secrets of a proof. Secrets are read only for a token of the right form. */
async function authenticateUnsigned(
	rules: AuthenticationRules,
	handshake: Handshake,
	request: HandshakeRequest,
): Promise<ProofSecrets | undefined | Rejection> {
	const malformed = checkForms(handshake, request);
	if (malformed !== undefined) return malformed;
	const isProven = needsSecret(handshake);
	if (handshake.verifyToken === undefined && !isProven) return undefined;
	if (rules.methods.length === 0) throw new InboundConfigurationError(MISSING_CREDENTIAL);
	const secrets = await rules.loadSecrets();
	const rejection = checkVerifyToken(handshake, request, secrets);
	if (rejection !== undefined || !isProven) return rejection;
	const signature = requireSignatureSecrets(secrets);
	return { secrets: signature.secrets, format: signature.scheme.secretFormat };
}

// Far more than any handshake has, and little to parse for anyone who asks.
const MAX_UNSIGNED_BYTES = 4096;

/** Parses a small body, which nobody has signed, to recognize a handshake; `undefined` if it is none. */
async function readUnsignedBody(
	rules: BodyRules,
	request: InboundRequest,
): Promise<{ value: unknown } | undefined> {
	if (Number(request.headers['content-length'] ?? 0) > MAX_UNSIGNED_BYTES) return undefined;
	const rawBody = await readBody(rules, request);
	if (isRejection(rawBody) || rawBody.length > MAX_UNSIGNED_BYTES) return undefined;
	if (checkBodyLimits(rules, request.headers, rawBody, undefined) !== undefined) return undefined;
	const parsed = parseBody(rules, request.headers, rawBody);
	return isRejection(parsed) ? undefined : parsed;
}

/**
 * Answers a handshake that comes before its provider has a secret. It proves nothing about its caller, so it
 * starts nothing, and its reply has only short tokens of the request, or proofs of them.
 * @param handshakes those that the request may be
 * @returns `undefined` if it is none of them, so that it must be authenticated
 * @throws InboundConfigurationError if the receiver lacks a secret that the reply needs
 */
export async function answerUnsigned(
	rules: AuthenticationRules & BodyRules,
	handshakes: Handshake[],
	inbound: InboundRequest,
): Promise<AnsweredHandshake | Rejection | undefined> {
	const unsigned = handshakes.filter(({ isUnsigned }) => isUnsigned);
	if (unsigned.length === 0) return undefined;
	const readsBody = unsigned.some(({ when }) => when !== undefined);
	const parsed = readsBody ? await readUnsignedBody(rules, inbound) : undefined;
	const handshake = findHandshake(unsigned, parsed?.value);
	if (handshake === undefined) return undefined;
	const rawBody = await readBody(rules, inbound);
	if (isRejection(rawBody)) return rawBody;
	const { headers, query } = inbound;
	const request = { headers, query, body: parsed?.value };
	const signing = await authenticateUnsigned(rules, handshake, request);
	if (signing !== undefined && isRejection(signing)) return signing;
	return answer(handshake, request, signing);
}
