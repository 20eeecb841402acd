import { AUTHENTICATION_METHODS, type AuthenticationMethod } from '../platforms/authentication';
import type { Platform } from '../platforms/platform';
import { parseSecretList } from '../signing/secrets';

import { readText, type CredentialFields } from './credentialFields';
import { parseSigningFields, type SigningFields } from './signingFields';

/** The platform that itself decides the place of its token. */
interface TokenSender {
	name: string;
	/** The place as its documentation writes it, e.g. `X-Gitlab-Token`. */
	place: string;
}

/** Tokens that callers may send in a header. */
export interface HeaderTokens {
	/** The headers that may have a token, in lower case. */
	names: string[];
	/** The text before the token. */
	prefix: string;
	tokens: string[];
	/** Absent if the credential names the header. */
	sender?: TokenSender;
}

/** Tokens that callers may send in the body. */
export interface BodyTokens {
	/** The dotted path of the field that has a token; empty if none has. */
	field: string;
	tokens: string[];
	/** Absent if the credential names the field. */
	sender?: TokenSender;
}

/** Secrets with which callers of a webhook authenticate. */
export interface InboundCredential {
	/** The methods that the credential's owner turned on. */
	chosenMethods: AuthenticationMethod[];
	urlTokens: string[];
	bearerTokens: string[];
	header: HeaderTokens;
	body: BodyTokens;
	basic: { user: string; password: string };
	signing: SigningFields;
}

/** The fields of each method, which count only if the method is turned on. */
const METHOD_FIELDS: Record<AuthenticationMethod, string[]> = {
	urlToken: ['urlTokens'],
	bearer: ['bearerTokens'],
	headerToken: ['headerNames', 'headerPrefix', 'headerTokens'],
	basic: ['basicUser', 'basicPassword'],
	signature: [],
	bodyToken: ['bodyField', 'bodyTokens'],
};

/** Returns whether a method's switch is on. An expression may set it to a text: off is only what says so. */
const isOn = (value: unknown): boolean => Boolean(value) && value !== 'false';

/** Lists the methods whose switch is on; the field has the method's name. */
const listChosenMethods = (fields: CredentialFields): AuthenticationMethod[] =>
	AUTHENTICATION_METHODS.filter((method) => isOn(fields[method]));

const parseHeaderNames = (names: string): string[] =>
	names
		.toLowerCase()
		.split(/[\s,;]+/)
		.filter((name) => name !== '');

/**
 * Parses a Receiving credential. Fields that are not filled in are empty, and so are those of a method that is
 * turned off: nobody sees them in the editor.
 */
export function parseInboundCredential(fields: CredentialFields): InboundCredential {
	const chosenMethods = listChosenMethods(fields);
	const shown = new Set(chosenMethods.flatMap((method) => METHOD_FIELDS[method]));
	const read = (name: string): string => (shown.has(name) ? readText(fields, name) : '');
	return {
		chosenMethods,
		urlTokens: parseSecretList('', read('urlTokens')),
		bearerTokens: parseSecretList('', read('bearerTokens')),
		header: {
			names: parseHeaderNames(read('headerNames')),
			prefix: read('headerPrefix').trim(),
			tokens: parseSecretList('', read('headerTokens')),
		},
		body: { field: read('bodyField').trim(), tokens: parseSecretList('', read('bodyTokens')) },
		basic: { user: read('basicUser'), password: read('basicPassword') },
		signing: chosenMethods.includes('signature')
			? parseSigningFields(fields)
			: parseSigningFields({}),
	};
}

/** Replaces the places of tokens that a credential names by those that a platform has for its own tokens. */
export function replaceTokenPlaces<Credential extends Pick<InboundCredential, 'body' | 'header'>>(
	credential: Credential,
	{ bodyToken, headerToken, name }: Pick<Platform, 'bodyToken' | 'headerToken' | 'name'>,
): Credential {
	return {
		...credential,
		...(headerToken && {
			header: {
				names: headerToken.names.map((header) => header.toLowerCase()),
				prefix: headerToken.prefix ?? '',
				tokens: credential.header.tokens,
				sender: { name, place: headerToken.names.join(' or ') },
			},
		}),
		...(bodyToken && {
			body: {
				field: bodyToken.field,
				tokens: credential.body.tokens,
				sender: { name, place: bodyToken.field },
			},
		}),
	};
}
