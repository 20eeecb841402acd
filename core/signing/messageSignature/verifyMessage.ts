import { SECOND_MS } from '../../lib/time';
import { HashBudget } from '../matchSecrets';
import type { MessageSignatureScheme } from '../scheme';
import { parseUsableSecrets, type UsableSecret } from '../secrets';
import { NO_HEADER, RequestValues } from '../requestValues';
import { listRequestedUrls } from '../signedRequestParts';
import {
	createFailure,
	isFailure,
	type SignedBySecrets,
	type VerificationFailure,
	type VerificationInput,
} from '../verification';

import { ComponentReader } from './components';
import { matchesContentDigest } from './contentDigest';
import { getCostAlgorithm, listAlgorithms, verifyBase } from './messageAlgorithms';
import {
	checkCoverage,
	checkTimes,
	findSignedDigest,
	listSignedHeaders,
	INPUT_HEADER,
	readParameters,
	rejectInput,
	type SignatureParameters,
} from './messagePolicy';
import { buildSignatureBase } from './signatureBase';
import { isInnerList, parseDictionary, type Dictionary, type InnerList } from './structuredFields';

const SIGNATURE_HEADER = 'Signature';

/** More than any rotation and proxies need. */
const MAX_SIGNATURES = 5;

/** More than any sender covers; bounds the work before a request is authenticated. */
const MAX_COMPONENTS = 50;

const MAX_HEADER_CHARACTERS = 8192;

/** One signature of a request. */
interface LabelledSignature {
	input: InnerList;
	parameters: SignatureParameters;
	signature: Buffer;
}

function readDictionary(values: RequestValues, name: string): Dictionary | VerificationFailure {
	const value = values.readHeader(name, 'SIGNATURE_MALFORMED');
	if (isFailure(value)) return value;
	const expected = 'a dictionary of signatures, as RFC 9421 specifies';
	if (value === undefined) {
		return createFailure('SIGNATURE_MISSING', `The header ${name} is missing`, {
			field: name,
			expected,
			received: NO_HEADER,
		});
	}
	const dictionary = value.length > MAX_HEADER_CHARACTERS ? undefined : parseDictionary(value);
	return (
		dictionary ??
		createFailure('SIGNATURE_MALFORMED', `The header ${name} is not ${expected}`, {
			field: name,
			expected,
			received: 'text of another form',
		})
	);
}

/** Reads the parts of one signature; `undefined` if they are not what the RFC says. */
function readSignature(
	label: string,
	inputs: Dictionary,
	signatures: Dictionary,
): LabelledSignature | undefined {
	const [input, member] = [inputs.get(label), signatures.get(label)];
	if (input === undefined || !isInnerList(input) || input.items.length > MAX_COMPONENTS) {
		return undefined;
	}
	const signature = member !== undefined && !isInnerList(member) ? member.value : undefined;
	const parameters = readParameters(input);
	return Buffer.isBuffer(signature) && parameters ? { input, parameters, signature } : undefined;
}

/** Reads the signatures that the scheme lets count. */
function readSignatures(
	{ isLabelFixed, keyId, label: fixedLabel, tag }: MessageSignatureScheme,
	values: RequestValues,
): LabelledSignature[] | VerificationFailure {
	const inputs = readDictionary(values, INPUT_HEADER);
	if (isFailure(inputs)) return inputs;
	const signatures = readDictionary(values, SIGNATURE_HEADER);
	if (isFailure(signatures)) return signatures;
	if (inputs.size > MAX_SIGNATURES) {
		return rejectInput(
			`The request has more than ${MAX_SIGNATURES} signatures`,
			`at most ${MAX_SIGNATURES} signatures`,
			`${inputs.size} signatures`,
		);
	}
	const found = [...inputs.keys()]
		.filter((label) => !isLabelFixed || label === fixedLabel)
		.flatMap((label) => readSignature(label, inputs, signatures) ?? [])
		.filter(({ parameters }) => keyId === undefined || parameters.keyId === keyId)
		.filter(({ parameters }) => tag === undefined || parameters.tag === tag);
	const wanted = [
		...(isLabelFixed ? [`the label ${fixedLabel}`] : []),
		...(keyId === undefined ? [] : ['the expected keyid']),
		...(tag === undefined ? [] : ['the expected tag']),
	];
	const expected = `a signature${wanted.length > 0 ? ` with ${wanted.join(' and ')}` : ''} in both headers`;
	return found.length > 0
		? found
		: rejectInput(`The request does not have ${expected}`, expected, 'no such signature');
}

/** Lists the signature bases of a signature, one for each URL that the caller may have requested. */
function buildBases(
	{ input }: LabelledSignature,
	readers: ComponentReader[],
): string[] | VerificationFailure {
	const bases: string[] = [];
	for (const components of readers) {
		const base = buildSignatureBase(input, components);
		if (typeof base !== 'string') {
			return rejectInput(
				`The signature covers ${base.component}, which the request does not have or this receiver does not support`,
				'components of the request',
				base.component,
			);
		}
		bases.push(base);
	}
	return [...new Set(bases)];
}

/** Returns whether a secret made a signature over one of the bases. */
function isSignedBy(
	{ key }: UsableSecret,
	{ parameters: { alg }, signature }: LabelledSignature,
	{ algorithms }: MessageSignatureScheme,
	bases: string[],
	budget: HashBudget,
): boolean {
	const names = listAlgorithms(key).filter(
		(name) => algorithms.includes(name) && (alg === undefined || alg === name),
	);
	return names
		.flatMap((name) => bases.map((base) => [name, base] as const))
		.filter(
			([name, base]) =>
				budget.spend(getCostAlgorithm(name), base.length) && verifyBase(name, key, base, signature),
		)
		.some(Boolean);
}

/** Checks the digest that the signature covers; without a body there may be none. */
function checkDigest(
	{ input }: LabelledSignature,
	{ body, headers }: VerificationInput,
): VerificationFailure | undefined {
	const signed = findSignedDigest(input);
	if (signed === undefined) return undefined;
	const value = headers['content-digest'];
	if (typeof value === 'string' && matchesContentDigest(value, body, signed.algorithm)) {
		return undefined;
	}
	return createFailure('BODY_DIGEST_INVALID', 'The header Content-Digest does not match the body', {
		field: 'Content-Digest',
		expected: 'sha-256 or sha-512 of the raw bytes',
		received: 'another digest',
	});
}

const createMismatch = (): VerificationFailure =>
	createFailure('SIGNATURE_INVALID', 'No signature of the request matches', {
		field: SIGNATURE_HEADER,
		expected: 'a signature made with the shared secret or key over the covered components',
		received: 'a signature that does not match',
	});

/**
 * Verifies the HTTP Message Signatures of a request: one of them must be made by a secret, cover method, URL and
 * body, and be recent.
 * @throws InvalidSecretError if no secret is in its format, InvalidSchemeError if the input has no URL
 */
export function findMessageSecrets(
	scheme: MessageSignatureScheme,
	input: VerificationInput,
): SignedBySecrets | VerificationFailure {
	const { body } = input;
	const values = new RequestValues(input, scheme.name);
	const signatures = readSignatures(scheme, values);
	if (isFailure(signatures)) return signatures;
	const request = values.getRequest();
	const readers = listRequestedUrls(request).map(
		(url) => new ComponentReader({ method: request.method, url, headers: input.headers }),
	);
	const secrets = [...input.secrets, ...(scheme.publishedKeys ?? [])];
	const usable = parseUsableSecrets(secrets, scheme.secretFormat);
	const budget = new HashBudget();
	let failure: VerificationFailure | undefined;
	for (const candidate of signatures) {
		const { input: covered, parameters } = candidate;
		failure = checkCoverage(covered, request.url, body) ?? checkTimes(scheme, parameters, input);
		if (failure !== undefined) continue;
		const bases = buildBases(candidate, readers);
		if (isFailure(bases)) {
			failure = bases;
			continue;
		}
		const found = usable.filter((key) => isSignedBy(key, candidate, scheme, bases, budget));
		failure = found.length === 0 ? createMismatch() : checkDigest(candidate, input);
		if (failure !== undefined) continue;
		const { created, keyId, nonce, tag } = parameters;
		return {
			valid: true,
			id: nonce,
			timestampMs: created === undefined ? undefined : created * SECOND_MS,
			keyId,
			nonce,
			tag,
			signedHeaders: listSignedHeaders(covered),
			secrets: found.map(({ secret }) => secret),
		};
	}
	return failure ?? createMismatch();
}
