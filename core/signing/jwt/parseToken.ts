import { isObject } from '../../lib/fieldPath';
import { isNestedDeeper, parseJson } from '../../lib/json';
import { hasUniqueKeys } from '../../lib/uniqueKeys';

/** The parts of a JSON Web Token, none of which is authentic before its signature is verified. */
export interface ParsedToken {
	header: Record<string, unknown>;
	/** The claims as they were sent. */
	payload: Buffer;
	signature: Buffer;
	/** The text that is signed. */
	signedText: string;
}

/** The fault of a text that should be a token, to follow "The token". */
export type TokenFault = string;

/** Far more than any header has. */
const MAX_HEADER_CHARACTERS = 2048;

const MAX_LEVELS = 100;

/**
 * Decodes a part of a token. Only the canonical form counts: a part with padding, white space or other unused bits
 * is another text for the same bytes.
 */
function decodePart(part: string): Buffer | undefined {
	const bytes = Buffer.from(part, 'base64url');
	return bytes.toString('base64url') === part ? bytes : undefined;
}

/** Parses a JSON object in UTF-8 in which no name occurs twice. */
function parseObject(bytes: Buffer): Record<string, unknown> | undefined {
	const text = bytes.toString('utf8');
	if (!Buffer.from(text, 'utf8').equals(bytes) || isNestedDeeper(text, MAX_LEVELS))
		return undefined;
	const value = parseJson(text)?.value;
	return isObject(value) && hasUniqueKeys(text) ? value : undefined;
}

/** Parses the claims of a token whose signature is verified: they may be large. */
export const parseClaims = ({ payload }: ParsedToken): Record<string, unknown> | TokenFault =>
	parseObject(payload) ?? 'has claims that are not a JSON object with unique names';

/**
 * Splits and decodes a token in the compact form (https://www.rfc-editor.org/rfc/rfc7515#section-7.1).
 * @param maxCharacters rejects longer texts before anything is decoded
 */
export function parseToken(text: string, maxCharacters: number): ParsedToken | TokenFault {
	if (text.length > maxCharacters) return `is longer than ${maxCharacters} characters`;
	const parts = text.split('.', 4);
	if (parts.length !== 3) return 'does not have three parts';
	const [encodedHeader, encodedPayload] = parts;
	if (encodedHeader.length > MAX_HEADER_CHARACTERS) {
		return `has a header of more than ${MAX_HEADER_CHARACTERS} characters`;
	}
	const [headerBytes, payload, signature] = parts.map(decodePart);
	if (headerBytes === undefined || payload === undefined || signature === undefined) {
		return 'is not base64url without padding';
	}
	const header = parseObject(headerBytes);
	if (header === undefined) return 'has a header that is not a JSON object with unique names';
	if ('crit' in header || 'b64' in header) return 'has an extension that is not supported';
	return { header, payload, signature, signedText: `${encodedHeader}.${encodedPayload}` };
}
