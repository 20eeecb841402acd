/** A way for callers to authenticate. */
export type AuthenticationMethod = 'urlToken' | 'bearer' | 'basic' | 'signature';

/** The methods that a platform requires of its callers: all of them, or any one. */
export interface AuthenticationRule {
	methods: AuthenticationMethod[];
	require: 'all' | 'any';
}

/** A signature, as most platforms require. */
export const SIGNED: AuthenticationRule = { methods: ['signature'], require: 'all' };

/** Every method that the receiver's credential has a secret for, if the platform requires none. */
export const ANY_CONFIGURED_METHOD: AuthenticationRule = {
	methods: ['urlToken', 'bearer', 'basic', 'signature'],
	require: 'all',
};
