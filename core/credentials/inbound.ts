import { parseSecretList } from '../signing/secrets';

import { readText, type CredentialFields } from './credentialFields';
import { parseSigningFields, type SigningFields } from './signingFields';

/** Secrets with which callers of a webhook authenticate. */
export interface InboundCredential {
	urlTokens: string[];
	bearerTokens: string[];
	basic: { user: string; password: string };
	signing: SigningFields;
}

/** Parses an inbound credential. Fields that are not filled in are empty. */
export const parseInboundCredential = (fields: CredentialFields): InboundCredential => ({
	urlTokens: parseSecretList('', readText(fields, 'urlTokens')),
	bearerTokens: parseSecretList('', readText(fields, 'bearerTokens')),
	basic: { user: readText(fields, 'basicUser'), password: readText(fields, 'basicPassword') },
	signing: parseSigningFields(fields),
});
