import { HEADER_NAME } from '../../http/headers';
import {
	InvalidSchemeError,
	type HashFormat,
	type JwtAlgorithm,
	type JwtScheme,
	type TokenPlace,
} from '../scheme';

/** The settings of a scheme of JSON Web Tokens, as a person fills them in in a credential. */
export interface TokenSchemeSettings {
	/** `header`, `parameter` or `body`. */
	place: string;
	/** The name of the header or URL parameter. */
	name: string;
	algorithms: string[];
	/** The format of shared secrets: `text` or `base64`. */
	secretFormat: string;
	/** Empty for any. */
	issuer: string;
	/** Empty for any. */
	audience: string;
	requiredClaims: string[];
	/** Empty if no claim has the body's hash. */
	bodyHashClaim: string;
	bodyHashFormat: string;
	/** 0 for tokens that need no time. `NaN` if what is filled in is no number. */
	maxAgeSeconds: number;
	toleranceSeconds: number;
}

/** The age up to which a token without `exp` is valid, if a credential does not say it. */
export const DEFAULT_MAX_AGE_SECONDS = 300;

const SHARED: readonly string[] = ['HS256', 'HS384', 'HS512'] satisfies JwtAlgorithm[];
const WITH_KEY_PAIR: readonly string[] = ['RS256', 'ES256'] satisfies JwtAlgorithm[];

const HASH_FORMATS: readonly string[] = [
	'sha256-hex',
	'sha256-base64',
	'sha256-base64url',
	'sha512-hex',
	'sha512-base64',
	'text',
] satisfies HashFormat[];

const PARAMETER_NAME = /^[\w.-]{1,100}$/;

function buildPlace({ name, place }: TokenSchemeSettings): TokenPlace {
	if (place === 'body') return { body: true };
	if (place === 'parameter') {
		if (PARAMETER_NAME.test(name)) return { parameter: name };
		throw new InvalidSchemeError(
			'"Token Parameter" is not the name of a URL parameter. Use letters, digits and hyphens, e.g. jwt.',
		);
	}
	if (HEADER_NAME.test(name)) return { header: name, prefix: 'Bearer' };
	throw new InvalidSchemeError(
		'"Token Header" is not a header name. Use letters, digits and hyphens, e.g. Authorization.',
	);
}

/** Requires algorithms of one kind, so that a public key can never be taken for a shared secret. */
function requireAlgorithms({ algorithms }: TokenSchemeSettings): JwtAlgorithm[] {
	const known = algorithms.filter((name) => [...SHARED, ...WITH_KEY_PAIR].includes(name));
	if (known.length === 0) {
		throw new InvalidSchemeError(
			'"Token Algorithms" is empty. Choose the algorithms with which the sender signs, e.g. HS256.',
		);
	}
	if (
		known.some((name) => SHARED.includes(name)) &&
		known.some((name) => WITH_KEY_PAIR.includes(name))
	) {
		throw new InvalidSchemeError(
			'"Token Algorithms" mixes algorithms for a shared secret (HS…) and for a public key (RS256, ES256). Choose those of one kind, and use another credential for the others.',
		);
	}
	return known as JwtAlgorithm[];
}

/**
 * Builds and checks the scheme of a credential's JSON Web Tokens.
 * @throws InvalidSchemeError naming the setting to change
 */
export function buildTokenScheme(untrimmed: TokenSchemeSettings): JwtScheme {
	const settings = {
		...untrimmed,
		name: untrimmed.name.trim(),
		issuer: untrimmed.issuer.trim(),
		audience: untrimmed.audience.trim(),
		bodyHashClaim: untrimmed.bodyHashClaim.trim(),
	};
	const { audience, bodyHashClaim, issuer, maxAgeSeconds, requiredClaims } = settings;
	const algorithms = requireAlgorithms(settings);
	if (!(settings.toleranceSeconds >= 0)) {
		throw new InvalidSchemeError('Tolerance must be 0 seconds or more. Fill in 60, for example.');
	}
	// Anything else must not be taken for 0, with which tokens without a time are valid forever.
	if (!Number.isFinite(maxAgeSeconds) || maxAgeSeconds < 0) {
		throw new InvalidSchemeError(
			`"Maximum Age (Seconds)" must be a number, 0 or more. Fill in ${DEFAULT_MAX_AGE_SECONDS}, for example.`,
		);
	}
	const digest = HASH_FORMATS.find((format) => format === settings.bodyHashFormat);
	return {
		kind: 'jwt',
		name: 'jwt',
		place: buildPlace(settings),
		algorithms,
		secretFormat: WITH_KEY_PAIR.includes(algorithms[0])
			? 'publicKey'
			: settings.secretFormat === 'base64'
				? 'base64'
				: 'text',
		...(issuer !== '' && { issuer }),
		...(audience !== '' && { audience }),
		requiredClaims,
		...(maxAgeSeconds > 0 && { maxAgeSeconds }),
		toleranceSeconds: settings.toleranceSeconds,
		...(bodyHashClaim !== '' && {
			bodyHash: { claim: bodyHashClaim, digest: (digest ?? 'sha256-hex') as HashFormat },
		}),
	};
}
