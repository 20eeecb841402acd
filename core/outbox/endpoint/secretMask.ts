import { toBasicPair } from '../../credentials/endpointAuthentication';
import { createMask, type SecretMask } from '../../lib/maskSecrets';
import type { Endpoint } from '../model';

export type { SecretMask } from '../../lib/maskSecrets';

/** Fields of the Sending credential that are secret. Some have several secrets, separated by white space. */
const SECRET_FIELDS = [
	'token',
	'password',
	'signingSecret',
	'furtherSigningSecrets',
	'clientSecret',
	'secretAccessKey',
	'sessionToken',
	'clientKeyPassphrase',
];

/** Returns user and password as Basic authentication sends them. */
const toBasicPairs = (user: unknown, password: unknown): string[] =>
	typeof password === 'string' && password !== ''
		? [toBasicPair(String(user ?? ''), password)]
		: [];

/** Lists an endpoint's secrets as they were entered. */
function listSecrets({ authentication, headers, signing, url }: Endpoint['secrets']): string[] {
	const fields = SECRET_FIELDS.map((name) => String(authentication[name] ?? ''));
	const parameters = URL.canParse(url) ? [...new URL(url).searchParams.values()] : [];
	const [, query = ''] = url.split('?', 2);
	return [
		...signing.map(({ secret }) => secret),
		...fields,
		...fields.flatMap((value) => value.split(/\s+/)),
		...Object.values(headers),
		// Of "Bearer abc", the second word alone is the secret.
		...Object.values(headers).map((value) => value.split(' ').slice(1).join(' ')),
		query,
		...query.split('&').map((part) => part.slice(part.indexOf('=') + 1)),
		...parameters,
		...toBasicPairs(authentication.user, authentication.password),
		...toBasicPairs(authentication.clientId, authentication.clientSecret),
	];
}

/**
 * Creates a mask for what an endpoint answers, which may repeat what was sent to it: its signing secrets,
 * its authentication, the values of its headers, and its URL's query.
 */
export const createSecretMask = ({ secrets }: Pick<Endpoint, 'secrets'>): SecretMask =>
	createMask(listSecrets(secrets));
