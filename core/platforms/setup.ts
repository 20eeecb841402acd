import type { SecretFormat } from '../signing/scheme';
import { getSecretCommand } from '../signing/secretText';

import { METHOD_LABELS, UNSIGNED, type AuthenticationMethod } from './authentication';
import type { Platform } from './platform';

/** The formats that a scheme, and not its platform, prescribes; each continues a sentence. */
const FORMATS: Record<SecretFormat, string | undefined> = {
	text: undefined,
	base64: 'is base64',
	hex: 'is hex',
	standardWebhooks: 'begins with whsec_',
	keyFile: 'is the content of a JSON file with one key, or the key alone',
	publicKey: 'is a public key, as PEM, base64 or hex',
	messageKey: undefined,
};

/**
 * Describes the secret that verifies a platform's signatures: its name, the place to find it, and its format.
 * @returns one or two sentences of plain text, empty if nothing is known
 */
export function describeSigningSecret({ name, scheme, section, setup }: Platform): string {
	const format = setup?.secret?.format ?? (scheme && FORMATS[scheme.secretFormat]);
	const secret = setup?.secret;
	if (secret === undefined) return format === undefined ? '' : `The signing secret ${format}.`;
	// The name of an open scheme is not the name of who uses it; one in parentheses is of a variant.
	const owner = section === 'open' ? 'The' : `${name.replace(/ \(.*\)$/, '')}’s`;
	const description = `${owner} "${secret.name}", ${secret.place}.`;
	return format === undefined ? description : `${description} It ${format}.`;
}

/** Says where a token of a provider belongs in the credential, and where the provider sends it. */
function describeTokenStep(
	{ bodyToken, headerToken, name }: Platform,
	method: AuthenticationMethod,
	secret: string,
): string {
	switch (method) {
		case 'headerToken':
			return headerToken === undefined
				? `turn on "Header Token", enter the name of the header under "Header Names", and under "Header Tokens" ${secret}.`
				: `turn on "Header Token" and enter, under "Header Tokens", ${secret}. ${name} sends it in the header ${headerToken.names.join(' or ')}.`;
		case 'bodyToken':
			return bodyToken === undefined
				? `turn on "Body Token", enter the field that has the token under "Body Field", and under "Body Tokens" ${secret}.`
				: `turn on "Body Token" and enter, under "Body Tokens", ${secret}. ${name} sends it in the body field ${bodyToken.field}.`;
		case 'bearer':
			return `turn on "Bearer Token" and enter, under "Bearer Tokens", ${secret}.`;
		case 'urlToken':
			return `turn on "URL Token" and enter, under "URL Tokens", ${secret}.`;
		default:
			return `turn on "Basic" and enter ${secret}.`;
	}
}

/**
 * Says what belongs in the credential, so that a platform's events are accepted. Texts are plain.
 * @returns one or two sentences, empty if the platform documents nothing
 */
export function describeCredentialStep(platform: Platform): string {
	const { events, name, setup } = platform;
	if (setup === undefined) return '';
	const methods = events?.authentication.methods ?? ['signature'];
	if (setup.secret === undefined || events?.authentication === UNSIGNED) {
		return `${name} does not sign its requests, so anyone who knows the URL could send some. Turn on "URL Token" in the credential and enter a long random token, and end the URL with it at ${name}: https://…?token=….`;
	}
	const format = setup.secret.format === undefined ? '' : `; it ${setup.secret.format}`;
	const secret = `the "${setup.secret.name}", ${setup.secret.place}${format}`;
	if (methods.includes('signature')) return `In the credential, enter ${secret}.`;
	const [method, ...others] = methods;
	const step = `In the credential, ${describeTokenStep(platform, method, secret)}`;
	if (others.length === 0) return step;
	const labels = others.map((other) => `"${METHOD_LABELS[other]}"`).join(' or ');
	return `${step} Or turn on ${labels} instead.`;
}

/** Describes the secret as {@link describeSigningSecret} does, to follow a colon. */
export const continueWithSecret = (platform: Platform): string =>
	describeSigningSecret(platform).replace(/^The /, 'the ');

/** Returns the command that generates a secret; `undefined` if the platform makes its secrets itself. */
export const findSecretCommand = (platform: Platform | undefined): string | undefined =>
	platform?.secretFacts?.isMadeByPlatform
		? undefined
		: getSecretCommand(platform?.scheme?.secretFormat ?? 'text');

/**
 * Says where a signing secret comes from: from the platform, or from a command.
 * @param platform whose signatures are verified or made; `undefined` if it is not known
 */
export function describeSecretSource(platform: Platform | undefined): string {
	const description = platform && continueWithSecret(platform);
	const command = findSecretCommand(platform);
	return [
		...(description
			? [`Enter this: ${description}`]
			: ['Copy it from the platform’s webhook settings.']),
		...(command === undefined ? [] : [`If you choose it yourself, generate one: ${command}`]),
	].join(' ');
}
