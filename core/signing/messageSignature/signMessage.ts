import { InvalidSchemeError, type MessageSignatureScheme } from '../scheme';
import { InvalidSecretError, parseSecret, parseUsableSecrets, type UsableSecret } from '../secrets';
import { describeMissingSecret } from '../secretText';
import type { Signer, SigningInput } from '../sign';

import { ComponentReader, type SignedMessage } from './components';
import { writeContentDigest } from './contentDigest';
import { listAlgorithms, signBase } from './messageAlgorithms';
import { buildSignatureBase } from './signatureBase';
import {
	writeDictionary,
	type BareItem,
	type InnerList,
	type Item,
	type Member,
} from './structuredFields';

/** Parses the secrets that can sign. A mistake in an additional secret does not keep the current one from signing. */
function parseSigningKeys(
	{ secretFormat }: MessageSignatureScheme,
	secrets: string[],
): UsableSecret[] {
	const [current] = secrets;
	if (current !== undefined) parseSecret(current, secretFormat);
	const keys = parseUsableSecrets(secrets, secretFormat).filter(({ canSign }) => canSign);
	if (keys.length === 0) {
		throw new InvalidSecretError(
			secrets.length === 0
				? describeMissingSecret(secretFormat)
				: 'None of the secrets can sign: a public key only verifies. Enter a shared secret or a private key under "Signing Secret".',
		);
	}
	return keys;
}

const toItem = (value: BareItem): Item => ({ value, parameters: new Map() });

/** Headers that are signed only with a body. */
const BODY_HEADERS = ['content-digest', 'content-type'];

/** Selects the components that the request has; `ce-*` are all headers that begin with `ce-`. */
function selectComponents(
	{ components }: MessageSignatureScheme,
	{ headers }: SignedMessage,
): string[] {
	const names = Object.keys(headers).sort();
	return components.flatMap((component) => {
		if (component.endsWith('*')) {
			return names.filter((name) => name.startsWith(component.slice(0, -1)));
		}
		return BODY_HEADERS.includes(component) && !names.includes(component) ? [] : [component];
	});
}

function buildInput(
	scheme: MessageSignatureScheme,
	message: SignedMessage,
	nowMs: number,
	algorithm: string,
): InnerList {
	const { keyId, tag } = scheme;
	const parameters: Array<[string, BareItem]> = [
		['created', Math.floor(nowMs / 1000)],
		...(keyId === undefined ? [] : [['keyid', keyId] satisfies [string, string]]),
		['alg', algorithm],
		...(tag === undefined ? [] : [['tag', tag] satisfies [string, string]]),
	];
	const items = selectComponents(scheme, message).map(toItem);
	return { items, parameters: new Map(parameters) };
}

/** Builds the message whose components are signed: the request as it will be sent, with the digest of its body. */
function buildMessage({ body, request }: Omit<SigningInput, 'secrets'>): SignedMessage {
	if (request === undefined) {
		throw new InvalidSchemeError(
			'HTTP Message Signatures cover the request’s method and URL. Fill in "Request URL", as the node that sends the request has it.',
		);
	}
	const headers = Object.entries(request.headers ?? {})
		.map(([name, value]): [string, string] => [name.toLowerCase(), value])
		.filter(([name]) => body.length > 0 || !BODY_HEADERS.includes(name));
	return {
		method: request.method.toUpperCase(),
		url: request.url,
		headers: {
			...Object.fromEntries(headers),
			...(body.length > 0 && { 'content-digest': writeContentDigest(body) }),
		},
	};
}

/**
 * Parses secrets once, to sign any number of requests with them: each secret makes a signature with a label of its
 * own, so that receivers can rotate (https://www.rfc-editor.org/rfc/rfc9421#section-3.1).
 * @throws InvalidSecretError if there is no secret that can sign
 */
export function createMessageSigner(scheme: MessageSignatureScheme, secrets: string[]): Signer {
	const keys = parseSigningKeys(scheme, secrets);

	return (request) => {
		const message = buildMessage(request);
		const components = new ComponentReader(message);
		const inputs = new Map<string, Member>();
		const signatures = new Map<string, Member>();
		for (const [index, { key }] of keys.entries()) {
			const [algorithm] = listAlgorithms(key);
			const input = buildInput(scheme, message, request.nowMs, algorithm);
			const base = buildSignatureBase(input, components);
			if (typeof base !== 'string') {
				throw new InvalidSchemeError(
					`The request does not have ${base.component}, which the signature must cover. Enter a complete URL that begins with https://.`,
				);
			}
			const label = index === 0 ? scheme.label : `${scheme.label}-${index + 1}`;
			inputs.set(label, input);
			signatures.set(label, toItem(signBase(algorithm, key, base)));
		}
		const digest = message.headers['content-digest'];
		return {
			headers: {
				...(typeof digest === 'string' && { 'Content-Digest': digest }),
				'Signature-Input': writeDictionary(inputs),
				Signature: writeDictionary(signatures),
			},
			query: {},
		};
	};
}
