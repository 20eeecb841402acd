import type { INodeCredentialTestResult } from 'n8n-workflow';

import {
	checkSigningFields,
	findSecretFormat,
	findSecretPlatform,
	resolveScheme,
	type SigningFields,
} from '../../../core/credentials/signingFields';
import { requireSendable, type SentAs } from '../../../core/http/headerValues';
import { getErrorMessage } from '../../../core/lib/errorMessage';
import {
	describeSecretSource,
	findOtherSecret,
	findSecretCommand,
	type Platform,
} from '../../../core/platforms';
import {
	findCopyMistake,
	findListMistake,
	findShortSecret,
	getSecretCommand,
	getSigningSecretKind,
	type SecretKind,
} from '../../../core/signing/secretText';
import { hasPublishedKeys } from '../../../core/signing/schemeFacts';
import { InvalidSecretError, parseSecretList } from '../../../core/signing/secrets';

const OK: INodeCredentialTestResult = { status: 'OK', message: 'The secrets can be used' };

export const fail = (message: string): INodeCredentialTestResult => ({ status: 'Error', message });

export function runChecks(check: () => void): INodeCredentialTestResult {
	try {
		check();
		return OK;
	} catch (error) {
		return fail(getErrorMessage(error));
	}
}

/** Runs a check of one field, and begins its message with the field's name. */
export function checkField(label: string, check: () => void): void {
	const { message, status } = runChecks(check);
	if (status === 'Error') throw new Error(`"${label}": ${message}`);
}

/** Throws what is wrong with a field, if anything is. */
function assertNone(label: string, fault: string | undefined): void {
	if (fault !== undefined) throw new Error(`"${label}" ${fault}`);
}

/** Rejects what was copied with a secret, or in its place. Every field that has one goes through this. */
export const assertCopied = (label: string, secret: string, kind: SecretKind = 'token'): void =>
	assertNone(label, findCopyMistake(secret, kind));

/** Rejects what was copied with a list of secrets, or in its place. */
export const assertListCopied = (label: string, list: string, kind: SecretKind): void =>
	assertNone(label, findListMistake(list, kind));

const BEARER_WORD = /^bearer:?$/i;
const TOKEN_PARAMETER = /^[?&]?token=/i;

/** Rejects tokens that were copied with the text before them. */
function assertTokens(label: string, tokens: string[], prefix: RegExp, prefixName: string): void {
	if (tokens.some((token) => prefix.test(token))) {
		throw new Error(`"${label}" contains ${prefixName}. Enter only the token.`);
	}
}

/** Rejects a token that cannot be the value of a header. */
export function assertHeaderText(label: string, value: string): void {
	if (value !== value.trim()) assertCopied(label, value);
	assertTokens(label, value.split(/\s+/), BEARER_WORD, 'the word "Bearer"');
	assertCopied(label, value);
	if (/\s/.test(value)) {
		throw new Error(
			`"${label}" has a space or another character that a header cannot carry. Copy it again.`,
		);
	}
	requireSendable('token', label, value);
}

/** Rejects a token that was copied with the name of its URL parameter. */
export function assertUrlToken(label: string, token: string): void {
	assertTokens(label, [token], TOKEN_PARAMETER, '"token="');
	assertCopied(label, token);
}

/**
 * Rejects a secret that can be guessed.
 * @param isListed a space too many in a list divides a secret
 */
function assertNotShort(
	label: string,
	secret: string,
	command: string | undefined,
	isListed: boolean,
): void {
	const fault = findShortSecret(secret, command);
	if (fault === undefined) return;
	assertNone(label, isListed ? `has a secret, between spaces, that ${fault}` : fault);
}

/**
 * Checks the tokens that callers must present; there must be one.
 * @param sentAs `undefined` for a place that carries any characters
 */
export function assertCallersTokens(
	label: string,
	sentAs: SentAs | undefined,
	tokens: string[],
	field: string,
): void {
	if (tokens.length === 0) {
		throw new Error(
			`"${label}" is empty. Enter a token and give it to the caller, or generate one: ${getSecretCommand('text')}`,
		);
	}
	assertTokens(label, tokens, TOKEN_PARAMETER, '"token="');
	assertTokens(label, tokens, BEARER_WORD, 'the word "Bearer"');
	assertListCopied(label, field, 'token');
	for (const token of tokens) {
		if (sentAs !== undefined) requireSendable(sentAs, label, token);
		assertCopied(label, token);
		assertNotShort(label, token, getSecretCommand('text'), tokens.length > 1);
	}
}

/** Returns the command that generates a secret like one that was entered, unless the platform makes its secrets itself. */
const findCommand = (platform: Platform | undefined, secret: string): string | undefined =>
	platform === undefined && /^(?:v1,)?whsec_/.test(secret)
		? getSecretCommand('standardWebhooks')
		: findSecretCommand(platform);

/** Runs a check that knows the secret but not its field, which the message then begins with. */
function checkSecretFormat(label: string, check: () => void): void {
	try {
		check();
	} catch (error) {
		throw error instanceof InvalidSecretError ? new Error(`"${label}": ${error.message}`) : error;
	}
}

function assertSigningSecret(
	label: string,
	secret: string,
	platform: Platform | undefined,
	isListed: boolean,
	kind: SecretKind,
	check: () => void,
): void {
	assertCopied(label, secret, kind);
	assertNone(label, findOtherSecret(secret, platform));
	const isKey = kind === 'publicKey';
	if (!isKey && platform?.secretFacts?.isMadeByPlatform && secret.includes(' ')) {
		throw new Error(`"${label}" has a space in it. Copy all of it again.`);
	}
	checkSecretFormat(label, check);
	assertNotShort(label, secret, findCommand(platform, secret), isListed);
}

/**
 * Checks all signing secrets of a credential, and that they can verify what they sign.
 * @throws an error whose message names the field, says what is wrong, and where to find the right value
 */
export function assertSigningSecrets(signing: SigningFields, nowMs: number): void {
	const additional = parseSecretList('', signing.furtherSigningSecrets);
	const platform = findSecretPlatform(signing);
	const scheme = signing.signatureScheme === 'platform' ? undefined : resolveScheme(signing);
	if (signing.signingSecret === '' && scheme !== undefined && hasPublishedKeys(scheme)) return;
	if (signing.signingSecret === '') {
		throw new Error(
			additional.length === 0
				? `"Signing Secret" is empty. ${describeSecretSource(platform)}`
				: '"Signing Secret" is empty. Enter the current secret there, and earlier ones under "Additional Signing Secrets".',
		);
	}
	const findKind = (secret: string): SecretKind =>
		getSigningSecretKind(findSecretFormat(signing, secret));
	const check = (label: string, signingSecret: string, isListed: boolean): void =>
		assertSigningSecret(label, signingSecret, platform, isListed, findKind(signingSecret), () => {
			checkSigningFields({ ...signing, signingSecret, furtherSigningSecrets: '' }, nowMs);
		});
	check('Signing Secret', signing.signingSecret, false);
	const label = 'Additional Signing Secrets';
	const { furtherSigningSecrets } = signing;
	assertListCopied(label, furtherSigningSecrets, findKind(furtherSigningSecrets));
	for (const secret of additional) check(label, secret, additional.length > 1);
}
