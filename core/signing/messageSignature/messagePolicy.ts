import { SECOND_MS } from '../../lib/time';
import type { MessageSignatureScheme } from '../scheme';
import { createFailure, type VerificationFailure, type VerificationInput } from '../verification';

import { hasRepeatedComponent } from './signatureBase';
import type { BareItem, InnerList } from './structuredFields';

/** The header that the failures of a signature's components and parameters name. */
export const INPUT_HEADER = 'Signature-Input';

export const rejectInput = (message: string, expected: string, received: string) =>
	createFailure('SIGNATURE_MALFORMED', message, { field: INPUT_HEADER, expected, received });

/** The parameters of a signature that have a meaning (https://www.rfc-editor.org/rfc/rfc9421#section-2.3). */
export interface SignatureParameters {
	created?: number;
	expires?: number;
	alg?: string;
	keyId?: string;
	nonce?: string;
	tag?: string;
}

const isOfType = (value: BareItem | undefined, type: 'number' | 'string'): boolean =>
	value === undefined || typeof value === type;

/** Reads the parameters; `undefined` if one of them has another type than the RFC says. */
export function readParameters({ parameters }: InnerList): SignatureParameters | undefined {
	const get = (name: string): BareItem | undefined => parameters.get(name);
	const numbers = ['created', 'expires'];
	const texts = ['alg', 'keyid', 'nonce', 'tag'];
	const isTyped =
		numbers.every((name) => isOfType(get(name), 'number')) &&
		texts.every((name) => isOfType(get(name), 'string'));
	if (!isTyped) return undefined;
	const [created, expires] = numbers.map((name) => get(name) as number | undefined);
	const [alg, keyId, nonce, tag] = texts.map((name) => get(name) as string | undefined);
	return { created, expires, alg, keyId, nonce, tag };
}

/** Lists the components that are signed as they are; one with a parameter is only a part, or another writing. */
const listPlain = ({ items }: InnerList): Set<BareItem> =>
	new Set(items.filter(({ parameters }) => parameters.size === 0).map(({ value }) => value));

/** Lists the headers whose values are signed as they are. */
export const listSignedHeaders = (input: InnerList): string[] =>
	[...listPlain(input)].filter(
		(name): name is string => typeof name === 'string' && !name.startsWith('@'),
	);

const rejectCoverage = (component: string): VerificationFailure =>
	rejectInput(
		`The signature does not cover ${component}`,
		'a signature that covers @method, @target-uri and content-digest',
		`no ${component}`,
	);

/** Returns whether the URL is signed: as a whole, or in all its parts. A part that is not there needs no signature. */
function coversTarget(covered: Set<BareItem>, url: string): boolean {
	if (covered.has('@target-uri')) return true;
	const coversPath = covered.has('@path') && (covered.has('@query') || !url.includes('?'));
	return covered.has('@authority') && (covered.has('@request-target') || coversPath);
}

/**
 * Returns the digest that is signed: all of the header, or the one of an algorithm.
 * @returns `undefined` if none is
 */
export function findSignedDigest({ items }: InnerList): { algorithm?: string } | undefined {
	const item = items.find(({ value }) => value === 'content-digest');
	const key = item?.parameters.get('key');
	if (item === undefined || item.parameters.has('bs')) return undefined;
	return typeof key === 'string' ? { algorithm: key } : {};
}

/** Requires that the signature covers what makes it useless for another request. */
export function checkCoverage(
	input: InnerList,
	url: string,
	body: Buffer,
): VerificationFailure | undefined {
	if (hasRepeatedComponent(input)) {
		return rejectInput('The signature covers a component twice', 'each component once', 'twice');
	}
	const covered = listPlain(input);
	if (!covered.has('@method')) return rejectCoverage('@method');
	if (!coversTarget(covered, url)) return rejectCoverage('@target-uri');
	return body.length > 0 && findSignedDigest(input) === undefined
		? rejectCoverage('content-digest')
		: undefined;
}

const rejectTime = (
	code: 'TIMESTAMP_MISSING' | 'TIMESTAMP_OUT_OF_TOLERANCE',
	message: string,
	expected: string,
	received: string,
): VerificationFailure => createFailure(code, message, { field: INPUT_HEADER, expected, received });

/** Checks when the signature was made and until when it is valid. */
export function checkTimes(
	{ toleranceSeconds: ownTolerance }: MessageSignatureScheme,
	{ created, expires }: SignatureParameters,
	{ nowMs, toleranceSeconds = ownTolerance }: VerificationInput,
): VerificationFailure | undefined {
	const now = nowMs / SECOND_MS;
	if (created === undefined && expires === undefined) {
		return rejectTime(
			'TIMESTAMP_MISSING',
			'The signature has no created parameter',
			'created, a Unix time in seconds',
			'no time',
		);
	}
	if (created !== undefined && Math.abs(now - created) > toleranceSeconds) {
		return rejectTime(
			'TIMESTAMP_OUT_OF_TOLERANCE',
			`The signature was created more than ${toleranceSeconds} seconds from the receiver's clock`,
			`within ${toleranceSeconds} seconds of ${Math.floor(now)}`,
			String(created),
		);
	}
	return expires !== undefined && now >= expires
		? rejectTime(
				'TIMESTAMP_OUT_OF_TOLERANCE',
				'The signature has expired',
				`expires after ${Math.floor(now)}`,
				String(expires),
			)
		: undefined;
}
