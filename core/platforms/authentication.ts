/** A way for callers to authenticate. */
export type AuthenticationMethod =
	| 'urlToken'
	| 'bearer'
	| 'headerToken'
	| 'basic'
	| 'signature'
	| 'bodyToken';

/** Every method, in the order in which requests are checked. */
export const AUTHENTICATION_METHODS: AuthenticationMethod[] = [
	'urlToken',
	'bearer',
	'headerToken',
	'basic',
	'signature',
	'bodyToken',
];

/** The names of the methods, as the editor shows them. */
export const METHOD_LABELS: Record<AuthenticationMethod, string> = {
	urlToken: 'URL Token',
	bearer: 'Bearer Token',
	headerToken: 'Header Token',
	basic: 'Basic',
	signature: 'Signature',
	bodyToken: 'Body Token',
};

/** The methods that a platform requires of its callers: all of them, or any one. */
export interface AuthenticationRule {
	methods: AuthenticationMethod[];
	require: 'all' | 'any';
}

/** A signature, as most platforms require. */
export const SIGNED: AuthenticationRule = { methods: ['signature'], require: 'all' };

/** The provider's token in a header, which the platform's `headerToken` or the credential names. */
export const HEADER_TOKEN: AuthenticationRule = { methods: ['headerToken'], require: 'all' };

/** The provider's token in the body, at the platform's `bodyToken`. */
export const BODY_TOKEN: AuthenticationRule = { methods: ['bodyToken'], require: 'all' };

/** Basic credentials, which the provider sends as its user enters them there. */
export const BASIC: AuthenticationRule = { methods: ['basic'], require: 'all' };

/**
 * Any secret that the user of a provider can enter there. For providers that neither sign nor send a fixed token:
 * they send what is in the URL, and some send headers of the user's choice.
 */
export const UNSIGNED: AuthenticationRule = {
	methods: ['urlToken', 'basic', 'bearer', 'headerToken'],
	require: 'any',
};

/** Every method that the receiver's credential names, if the platform requires none. */
export const ANY_CONFIGURED_METHOD: AuthenticationRule = {
	methods: AUTHENTICATION_METHODS,
	require: 'all',
};
