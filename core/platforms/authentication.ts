/** What a caller can prove itself with. */
export type AuthenticationMethod = 'urlToken' | 'bearer' | 'basic' | 'signature';

/** What a platform asks of its callers: all of the methods, or any one of them. */
export interface AuthenticationRule {
	methods: AuthenticationMethod[];
	require: 'all' | 'any';
}

/** Signed, as most platforms have it. */
export const SIGNED: AuthenticationRule = { methods: ['signature'], require: 'all' };

/** Whatever the receiver's owner has filled in, where the platform leaves it open. */
export const ANY_CONFIGURED_METHOD: AuthenticationRule = {
	methods: ['urlToken', 'bearer', 'basic', 'signature'],
	require: 'all',
};
