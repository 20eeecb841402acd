import type { ValueSource } from '../platforms/platform';
import type { Scheme } from '../signing/scheme';
import {
	coversWholeBody,
	isContentScheme,
	signsField,
	signsNamedValue,
} from '../signing/schemeFacts';

import { computeDigest, computeDuplicateKey, type EventRequest } from './readEvent';

/** The keys by which duplicates of a request are recognized. */
export interface DuplicateKeys {
	/** The key that the item shows; absent if the request has none. */
	duplicateKey: string | undefined;
	/** A request is a duplicate if one of these keys was received before. */
	keys: string[];
}

/** The scheme that signs a request, and its ID and time. */
export interface RequestSigner {
	scheme: Scheme;
	id: string | undefined;
	/** The time that the scheme has, whether or not it is signed. */
	timestampMs: number | undefined;
	/** The headers that the signature covers, in lower case, if it says so itself. */
	signedHeaders?: string[];
	/** True if the digest of the body counts even if the signature covers the ID: the body may come in another mode. */
	needsDigest?: boolean;
}

/** Returns whether only the sender can change a value without breaking the signature. */
function isSigned(source: ValueSource, signer: RequestSigner): boolean {
	const { scheme, signedHeaders = [] } = signer;
	if ('body' in source) {
		return coversWholeBody(scheme) || signsNamedValue(scheme, 'bodyField', source.body);
	}
	if ('signature' in source) return true;
	if ('query' in source) {
		return (
			signsField(scheme, 'url') ||
			signsField(scheme, 'path') ||
			signsNamedValue(scheme, 'query', source.query)
		);
	}
	if ('joined' in source) return source.joined.every((part) => isSigned(part, signer));
	if (!('header' in source)) return coversWholeBody(scheme);
	const idHeader = isContentScheme(scheme) ? scheme.idHeader?.toLowerCase() : undefined;
	return (
		signedHeaders.includes(source.header.toLowerCase()) ||
		(source.header.toLowerCase() === idHeader && signsField(scheme, 'id')) ||
		signsNamedValue(scheme, 'header', source.header)
	);
}

/**
 * Names the content that was signed: a replay has its time too, and another event with the same body has not. If only
 * fields of the body are signed, the digest is of their text, which has the time, and a replay can change the type.
 */
function nameSignedContent(
	{ scheme, timestampMs }: RequestSigner,
	request: EventRequest,
	chosenType: string,
): string {
	const digest = `digest ${computeDigest(request)}`;
	if (!coversWholeBody(scheme)) return `${digest} `;
	const time = signsField(scheme, 'timestamp') ? ` ${timestampMs}` : '';
	return `${digest}${time} ${chosenType}`;
}

/**
 * Returns whether a signature shows only who sends, as a token does: a replay can change everything else, so that the
 * digest of its body proves nothing, and would only drop a second event with the same body.
 */
const signsNothing = (scheme: Scheme): boolean =>
	!isContentScheme(scheme) && !coversWholeBody(scheme);

/**
 * Lists the keys by which duplicates of a request are recognized. An ID that the signature does not cover can
 * be replaced in a replay, or left out; the digest of what is signed then counts as well. It always does if only fields
 * of the body are signed: a replay can write them in another way, so that their text stays the same.
 * @param sources empty for the ID that the scheme has, if any
 * @param signer absent if no signature was verified, or if what it signs may be the same for several events
 * @param chosenType the entry of the chosen event types that the event matches: some providers send one body as
 * events of several types, which are not signed
 */
export function listDuplicateKeys(
	sources: ValueSource[],
	request: EventRequest,
	signer: RequestSigner | undefined,
	chosenType = '',
): DuplicateKeys {
	const key = sources.length > 0 ? computeDuplicateKey(sources, request) : signer?.id;
	const keys = key === undefined ? [] : [`key ${key}`];
	const isKnown = sources.length > 0 || key !== undefined;
	if (signer === undefined || !isKnown || signsNothing(signer.scheme)) {
		return { duplicateKey: key, keys };
	}
	const isKeySigned =
		sources.length > 0
			? sources.every((source) => isSigned(source, signer))
			: !isContentScheme(signer.scheme) || signsField(signer.scheme, 'id');
	const isWholeKnown = coversWholeBody(signer.scheme) && !signer.needsDigest;
	if (isKeySigned && key !== undefined && isWholeKnown) return { duplicateKey: key, keys };
	return {
		duplicateKey: key,
		keys: [...keys, nameSignedContent(signer, request, chosenType)],
	};
}
