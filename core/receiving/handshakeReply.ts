import { createHmac } from 'crypto';

import { nameType } from '../http/validateBody';
import { parseJson } from '../lib/json';
import type { Handshake } from '../platforms/platform';
import type { SecretFormat } from '../signing/scheme';
import { parseUsableSecrets } from '../signing/secrets';

import { readHandshakeValue, type HandshakeRequest, type HandshakeSource } from './handshake';
import { createRejection, type Rejection } from './rejection';

/** The answer to a handshake. */
export interface HandshakeReply {
	/** The JSON to answer with. Absent for plain text, or for no body. */
	reply?: Record<string, unknown>;
	/** The plain text to answer with. */
	text?: string;
	headers?: Record<string, string>;
}

/** A text of a reply, with the value of the request that replaces its placeholder. */
interface Template {
	/** The text before the placeholder. */
	prefix: string;
	source: HandshakeSource;
	/** The field's name, as the caller knows it. */
	name: string;
	/** The encoding of the value's HMAC. Absent if the value itself is sent back. */
	proof?: 'hex' | 'base64';
}

const TEMPLATE = /^([^{}]*)\{(?:hmac-sha256-(hex|base64):)?(body|query|header)\.([^{}]+)\}$/;

function parseTemplate(text: string | number): Template | undefined {
	const match = TEMPLATE.exec(String(text));
	if (match === null) return undefined;
	const [, prefix, proof, place, name] = match;
	const source = { [place]: name } as HandshakeSource;
	return { prefix, source, name, ...(proof && { proof: proof as Template['proof'] }) };
}

const hasText = (reply: Handshake['reply']): reply is { text: string } =>
	reply !== undefined && Object.keys(reply).join() === 'text';

const listTemplates = ({ headers = {}, reply = {} }: Handshake): Template[] =>
	[...Object.values(reply), ...Object.values(headers)].flatMap((text) => parseTemplate(text) ?? []);

/** Returns whether the reply includes a proof that only the owner of the signing secret can make. */
export const needsSecret = (handshake: Handshake): boolean =>
	listTemplates(handshake).some(({ proof }) => proof !== undefined);

interface TokenForm {
	pattern: RegExp;
	description: string;
}

/** A token that is sent back unchanged: short, and without markup. */
const COPIED: TokenForm = {
	pattern: /^[\w+/=.~-]{1,256}$/,
	description: '1 to 256 letters, digits and the characters + / = . ~ _ -',
};

/** A token that is sent back as plain text. Microsoft Graph's are sentences. */
const COPIED_AS_TEXT: TokenForm = {
	pattern: /^[\w+/=.~: -]{1,256}$/,
	description: '1 to 256 letters, digits, spaces and the characters + / = . ~ : _ -',
};

/**
 * A token that is signed. It has none of the characters that a signed body or the text before it has, so that
 * the proof is no signature of a request to another receiver with the same secret.
 */
const SIGNED: TokenForm = {
	pattern: /^[\w-]{8,128}$/,
	description: '8 to 128 letters, digits, hyphens and underscores that are not JSON',
};

function rejectToken(field: string, { description }: TokenForm, token: unknown): Rejection {
	return createRejection({
		status: 422,
		code: 'INVALID_INPUT',
		message: `Field '${field}' must be a token that can be answered`,
		details: {
			field,
			expected: description,
			received:
				typeof token === 'string' && token !== '' ? 'text of another form' : nameType(token),
		},
	});
}

/** Rejects a handshake whose tokens are not of the form that a reply may contain or prove. */
export function checkHandshakeTokens(
	handshake: Handshake,
	request: HandshakeRequest,
): Rejection | undefined {
	const copied = hasText(handshake.reply) ? COPIED_AS_TEXT : COPIED;
	for (const { name, proof, source } of listTemplates(handshake)) {
		const form = proof === undefined ? copied : SIGNED;
		const token = readHandshakeValue(source, request);
		const isOfForm = typeof token === 'string' && form.pattern.test(token);
		// A number of digits alone is a JSON body.
		const isJson = isOfForm && proof !== undefined && parseJson(token) !== undefined;
		if (!isOfForm || isJson) return rejectToken(name, form, token);
	}
	return undefined;
}

/** The secrets that a proof may be made with: the first one that is in its format makes it. */
export interface ProofSecrets {
	secrets: string[];
	format: SecretFormat;
}

function fillIn(
	text: string | number,
	request: HandshakeRequest,
	signing: ProofSecrets | undefined,
): string | number {
	const template = parseTemplate(text);
	if (template === undefined) return text;
	const value = String(readHandshakeValue(template.source, request));
	if (template.proof === undefined || signing === undefined) return template.prefix + value;
	const [{ key }] = parseUsableSecrets(signing.secrets, signing.format);
	return template.prefix + createHmac('sha256', key).update(value).digest(template.proof);
}

/**
 * Fills in a handshake's reply and headers.
 * @param signing required if {@link needsSecret} is true
 * @throws InvalidSecretError if no secret is in its format
 */
export function buildHandshakeReply(
	{ headers, reply }: Handshake,
	request: HandshakeRequest,
	signing: ProofSecrets | undefined,
): HandshakeReply {
	const fillInAll = <T extends string | number>(texts: Record<string, T>): Record<string, T> =>
		Object.fromEntries(
			Object.entries(texts).map(([name, text]) => [name, fillIn(text, request, signing) as T]),
		);
	const body = hasText(reply)
		? { text: String(fillIn(reply.text, request, signing)) }
		: { reply: reply && fillInAll(reply) };
	return { ...body, ...(headers && { headers: fillInAll(headers) }) };
}
