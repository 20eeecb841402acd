import { createHmac, timingSafeEqual, verify as verifyAsymmetric, type KeyObject } from 'crypto';

import { parseExactJson, stringifyExactJson } from '../../lib/exactJson';
import { isObject } from '../../lib/fieldPath';
import { parseJson } from '../../lib/json';
import { HashBudget } from '../matchSecrets';
import type { JwtAlgorithm, JwtScheme, SignatureAlgorithm } from '../scheme';
import { parseUsableSecrets, type UsableSecret } from '../secrets';
import { listRequestedUrls } from '../signedRequestParts';
import {
	createFailure,
	isFailure,
	type SignedBySecrets,
	type VerificationFailure,
	type VerificationInput,
} from '../verification';

import { checkClaims } from './checkClaims';
import { parseClaims, parseToken, type ParsedToken } from './parseToken';
import { readToken, type PresentedToken } from './tokenPlace';

const HASHES: Record<JwtAlgorithm, string> = {
	HS256: 'sha256',
	HS384: 'sha384',
	HS512: 'sha512',
	RS256: 'sha256',
	ES256: 'sha256',
};

/** The algorithms of content signatures that cost as much. */
const COST_ALGORITHMS: Record<JwtAlgorithm, SignatureAlgorithm> = {
	HS256: 'hmac-sha256',
	HS384: 'hmac-sha384',
	HS512: 'hmac-sha512',
	RS256: 'rsa-sha256',
	ES256: 'ecdsa-p256',
};

/** Raw r and s (https://www.rfc-editor.org/rfc/rfc7518#section-3.4). */
const ES256_BYTES = 64;

/**
 * Returns whether a key is of the kind that an algorithm needs, so that a public key is never the secret of an HMAC,
 * whatever the token says.
 */
export function fitsAlgorithm(algorithm: JwtAlgorithm, key: KeyObject): boolean {
	if (algorithm === 'RS256') return key.asymmetricKeyType === 'rsa';
	if (algorithm === 'ES256') {
		return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
	}
	return key.type === 'secret';
}

function isSignedBy(key: KeyObject, algorithm: JwtAlgorithm, token: ParsedToken): boolean {
	const hash = HASHES[algorithm];
	const content = Buffer.from(token.signedText, 'ascii');
	if (algorithm === 'RS256') return verifyAsymmetric(hash, content, key, token.signature);
	if (algorithm === 'ES256') {
		return (
			token.signature.length === ES256_BYTES &&
			verifyAsymmetric(hash, content, { key, dsaEncoding: 'ieee-p1363' }, token.signature)
		);
	}
	const expected = createHmac(hash, key).update(content).digest();
	return expected.length === token.signature.length && timingSafeEqual(expected, token.signature);
}

/** Finds the secrets that signed a token. Tries all, so that the time does not reveal which of them it is. */
function findSigners(
	usable: UsableSecret[],
	algorithm: JwtAlgorithm,
	token: ParsedToken,
): string[] {
	const budget = new HashBudget();
	return usable
		.filter(({ key }) => fitsAlgorithm(algorithm, key))
		.filter(
			({ key }) =>
				budget.spend(COST_ALGORITHMS[algorithm], token.signedText.length) &&
				isSignedBy(key, algorithm, token),
		)
		.map(({ secret }) => secret);
}

const rejectMalformed = ({ field }: PresentedToken, fault: string): VerificationFailure =>
	createFailure('SIGNATURE_MALFORMED', `The token in ${field} ${fault}`, {
		field,
		expected: 'a JSON Web Token: three parts in base64url, separated by points',
		received: 'text of another form',
	});

/** Returns the token's algorithm if the receiver allows it. The token only selects from the receiver's list. */
function selectAlgorithm(
	{ algorithms }: JwtScheme,
	{ header }: ParsedToken,
	{ field }: PresentedToken,
): JwtAlgorithm | VerificationFailure {
	const algorithm = algorithms.find((allowed) => allowed === header.alg);
	if (algorithm !== undefined) return algorithm;
	const expected = algorithms.join(' or ');
	return createFailure(
		'SIGNATURE_MALFORMED',
		`The token in ${field} must be signed with ${expected}`,
		{ field, expected, received: 'another algorithm' },
	);
}

/** Returns the event in a token that is the body: all claims, or the one that the scheme names. */
function readPayload(
	{ payloadClaim, place }: JwtScheme,
	{ payload }: ParsedToken,
	claims: Record<string, unknown>,
): Buffer | undefined | VerificationFailure {
	if (!('body' in place)) return undefined;
	if (payloadClaim === undefined) return payload;
	const value = claims[payloadClaim];
	if (typeof value === 'string' && isObject(parseJson(value)?.value)) {
		return Buffer.from(value, 'utf8');
	}
	if (isObject(value)) {
		const exact = parseExactJson(payload.toString('utf8'))?.value as typeof claims;
		return Buffer.from(stringifyExactJson(exact[payloadClaim]), 'utf8');
	}
	const expected = 'a JSON object, or the text of one';
	return createFailure('CLAIM_INVALID', `The token’s claim ${payloadClaim} must be ${expected}`, {
		field: payloadClaim,
		expected,
		received: value === undefined ? 'no such claim' : 'another value',
	});
}

const readTokenId = ({ jti }: Record<string, unknown>): string | undefined =>
	typeof jti === 'string' && jti !== '' ? jti : undefined;

/**
 * Verifies the JSON Web Token of a request with the receiver's own secrets or keys: nothing in the token's header
 * selects a key (https://www.rfc-editor.org/rfc/rfc8725).
 * @throws InvalidSecretError if no secret is in the scheme's format
 */
export function findTokenSecrets(
	scheme: JwtScheme,
	input: VerificationInput,
): SignedBySecrets | VerificationFailure {
	const presented = readToken(scheme, input);
	if (isFailure(presented)) return presented;
	const token = parseToken(presented.text, presented.maxCharacters);
	if (typeof token === 'string') return rejectMalformed(presented, token);
	const algorithm = selectAlgorithm(scheme, token, presented);
	if (isFailure(algorithm)) return algorithm;

	const { publishedKeys = [] } = scheme;
	const secrets = [...input.secrets, ...publishedKeys];
	const found = findSigners(parseUsableSecrets(secrets, scheme.secretFormat), algorithm, token);
	if (found.length === 0) {
		const { field } = presented;
		return createFailure(
			'SIGNATURE_INVALID',
			`The signature of the token in ${field} does not match`,
			{
				field,
				expected: `a token signed with ${algorithm} and the shared secret or key`,
				received: 'a signature that does not match',
			},
		);
	}
	const claims = parseClaims(token);
	if (typeof claims === 'string') return rejectMalformed(presented, claims);
	const checked = checkClaims(scheme, claims, input, () =>
		input.request === undefined ? [] : listRequestedUrls(input.request()),
	);
	if (isFailure(checked)) return checked;
	const payload = readPayload(scheme, token, claims);
	if (isFailure(payload)) return payload;
	return {
		valid: true,
		id: readTokenId(claims),
		timestampMs: checked.issuedMs,
		claims,
		payload,
		secrets: found,
	};
}
