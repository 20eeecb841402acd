import { getContentTemplate, type ContentField } from './contentTemplate';
import type { Scheme, SignatureScheme } from './scheme';

/** Returns whether a scheme signs text that is built from the request. */
export const isContentScheme = (scheme: Scheme): scheme is SignatureScheme =>
	scheme.kind === undefined;

/** Returns whether the provider's own published keys verify its requests, so that no secret is needed. */
export const hasPublishedKeys = ({ publishedKeys = [] }: Scheme): boolean =>
	publishedKeys.length > 0;

/** Returns whether the signed content contains a field, or its digest. */
export const signsField = (scheme: Scheme, field: ContentField): boolean =>
	isContentScheme(scheme) && getContentTemplate(scheme).fields.has(field);

const OF_REQUEST: ContentField[] = ['method', 'url', 'path', 'query'];

/** Returns whether a scheme can be verified only with the request's method or URL. */
export function needsRequest(scheme: Scheme): boolean {
	if (!isContentScheme(scheme)) {
		return (
			scheme.kind === 'messageSignature' ||
			'parameter' in scheme.place ||
			scheme.urlHash !== undefined
		);
	}
	return (
		scheme.signatureParameter !== undefined ||
		(scheme.timestamp !== undefined && 'parameter' in scheme.timestamp) ||
		OF_REQUEST.some((field) => signsField(scheme, field))
	);
}

/** Returns whether the signed content contains a URL parameter, a header, or a field of the body, by its name. */
export function signsNamedValue(
	scheme: Scheme,
	field: 'query' | 'header' | 'bodyField',
	name: string,
): boolean {
	if (!isContentScheme(scheme)) return false;
	const normalize = (text: string): string => (field === 'header' ? text.toLowerCase() : text);
	return getContentTemplate(scheme).placeholders.some(
		(placeholder) => placeholder.field === field && normalize(placeholder.name) === normalize(name),
	);
}

/** Components of HTTP Message Signatures that a proxy does not change. */
const UNCHANGED_COMPONENTS = /^"?@(?:method|query|query-param)\b/;

/** Returns whether a signature matches only if the receiver knows the URL that the sender called. */
export function signsUrl(scheme: Scheme): boolean {
	switch (scheme.kind) {
		case 'jwt':
			return scheme.urlHash !== undefined;
		case 'messageSignature':
			return scheme.components.some(
				(component) => /^"?@/.test(component) && !UNCHANGED_COMPONENTS.test(component),
			);
		default:
			return signsField(scheme, 'url') || signsField(scheme, 'path');
	}
}

/**
 * Returns whether a signature covers all of the body. Others cover only fields of it, or prove who sends and not
 * what: the rest of a body can be changed.
 */
export function coversWholeBody(scheme: Scheme): boolean {
	switch (scheme.kind) {
		case 'jwt':
			return scheme.bodyHash !== undefined || 'body' in scheme.place;
		case 'messageSignature':
			return scheme.components.some((component) => /^"?content-digest\b/i.test(component));
		default:
			return signsField(scheme, 'body') || signsField(scheme, 'form');
	}
}

/** Returns whether a field of the body must be read before the signature can be verified. */
export const readsBodyFields = (scheme: SignatureScheme): boolean =>
	scheme.signatureField !== undefined ||
	signsField(scheme, 'bodyField') ||
	(scheme.timestamp !== undefined &&
		'bodyField' in scheme.timestamp &&
		signsField(scheme, 'timestamp'));

/** Lists the headers whose values a sender of ours knows before it signs. */
const listSentHeaders = ({ idHeader, timestamp }: SignatureScheme): string[] =>
	[idHeader, timestamp && 'header' in timestamp ? timestamp.header : undefined].flatMap(
		(name) => name?.toLowerCase() ?? [],
	);

/** Finds a placeholder whose value is not known before a request is made. */
function findUnknownPlaceholder(scheme: SignatureScheme): string | undefined {
	const sentHeaders = listSentHeaders(scheme);
	return getContentTemplate(scheme).placeholders.find(
		({ field, name }) =>
			field === 'form' || (field === 'header' && !sentHeaders.includes(name.toLowerCase())),
	)?.text;
}

/** Returns whether a sender of ours can write the signature and the time at their positions, with nothing in between. */
function arePositionsKnown({ signaturePosition = 1, timestamp }: SignatureScheme): boolean {
	if (timestamp === undefined || !('signaturePosition' in timestamp))
		return signaturePosition === 1;
	return timestamp.signaturePosition === 1
		? signaturePosition <= 2
		: timestamp.signaturePosition === 2 && signaturePosition === 1;
}

/**
 * Finds what keeps requests from being signed in a scheme, so that they can only be verified.
 * @returns a clause, e.g. `its secret is a public key`; `undefined` if nothing does
 */
export function findSigningObstacle(scheme: Scheme): string | undefined {
	if (scheme.kind === 'jwt') return 'its tokens are made by the provider';
	if (scheme.secretFormat === 'publicKey') return 'its secret is a public key';
	if (!isContentScheme(scheme)) return undefined;
	const { signatureField, timestamp } = scheme;
	if (signatureField !== undefined) return 'its signature is in the body';
	if (timestamp !== undefined && 'bodyField' in timestamp) return 'its timestamp is in the body';
	if (!arePositionsKnown(scheme)) return 'its signature has parts that are not known';
	const unknown = findUnknownPlaceholder(scheme);
	return unknown === undefined
		? undefined
		: `it signs {${unknown}}, which is not known before the request is sent`;
}

/**
 * Returns whether requests can be signed in this scheme, and not only verified: everything that it signs
 * is known before the request is made, and its secret is not a public key.
 */
export const canSign = (scheme: Scheme): boolean => findSigningObstacle(scheme) === undefined;

/** Returns whether a request that is sent carries a signature of each secret. */
export const carriesSeveralSignatures = (scheme: Scheme): boolean =>
	scheme.kind === 'messageSignature' ||
	(isContentScheme(scheme) &&
		scheme.separator !== undefined &&
		!(
			scheme.timestamp !== undefined &&
			'signaturePosition' in scheme.timestamp &&
			// The time has its place after one signature.
			scheme.timestamp.signaturePosition > 1
		));

/** The place of a signature or token in a request. */
export interface ProofPlace {
	kind: 'header' | 'body field' | 'URL parameter' | 'body';
	/** Headers may be several. Empty for the body. */
	names: string[];
}

/** Returns the place of a scheme's signature or token. */
export function getProofPlace(scheme: Scheme): ProofPlace {
	if (scheme.kind === 'messageSignature') {
		return { kind: 'header', names: ['Signature', 'Signature-Input'] };
	}
	if (scheme.kind === 'jwt') {
		const { place } = scheme;
		if ('header' in place) return { kind: 'header', names: [place.header] };
		return 'parameter' in place
			? { kind: 'URL parameter', names: [place.parameter] }
			: { kind: 'body', names: [] };
	}
	if (scheme.signatureField !== undefined) {
		return { kind: 'body field', names: [scheme.signatureField] };
	}
	if (scheme.signatureParameter !== undefined) {
		return { kind: 'URL parameter', names: [scheme.signatureParameter] };
	}
	return {
		kind: 'header',
		names: [scheme.signatureHeader, ...(scheme.additionalSignatureHeaders ?? [])],
	};
}

/** Lists the headers that carry a scheme's signature or token; empty if it is elsewhere. */
export function listSignatureHeaders(scheme: Scheme): string[] {
	const { kind, names } = getProofPlace(scheme);
	return kind === 'header' ? names : [];
}

/** Names the part of a request that carries the signature or token, e.g. `X-Signature`. */
export const nameProofPlace = (scheme: Scheme): string => getProofPlace(scheme).names[0] ?? 'body';

/** Names the place of the signature or token with its kind, to begin a sentence or follow "in", e.g. `header X-Signature`. */
export function describeProofPlace(scheme: Scheme): string {
	const { kind, names } = getProofPlace(scheme);
	return [kind, ...names.slice(0, 1)].join(' ');
}
