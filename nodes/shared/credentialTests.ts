import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import {
	checkSigningFields,
	endpointAuthentication,
	inboundSecrets,
	type CredentialFields,
} from '../../core/credentials/credentialFields';
import { getErrorMessage } from '../../core/lib/errorMessage';
import { createEncrypter } from '../../core/outbox/store/encryption';
import { getPlatform } from '../../core/platforms';
import { parseSecretList } from '../../core/signing/secrets';

import { describeFailure, parseWebhookList } from './transport/platformApi';
import { parseOutboxCredential } from './outbox/openOutbox';

const OK: INodeCredentialTestResult = { status: 'OK', message: 'The secrets can be used' };

const failed = (message: string): INodeCredentialTestResult => ({ status: 'Error', message });

function tested(check: () => void): INodeCredentialTestResult {
	try {
		check();
		return OK;
	} catch (error) {
		return failed(getErrorMessage(error));
	}
}

/** What a check says is wrong, as a message that names the field. */
function inField(label: string, check: () => void): void {
	const { message, status } = tested(check);
	if (status === 'Error') throw new Error(`"${label}": ${message}`);
}

const textOf = (fields: CredentialFields, name: string): string =>
	typeof fields[name] === 'string' ? fields[name] : '';

const BEARER_WORD = /^bearer:?$/i;
const TOKEN_PARAMETER = /^[?&]?token=/i;

/** A pasted secret brings its surroundings with it, and is another one by them. */
function assertBare(label: string, secret: string): void {
	// The content of a key file may end in a line break.
	if (secret !== secret.trim() && !secret.trimStart().startsWith('{')) {
		throw new Error(`"${label}" begins or ends with a space or a line break. Take it out.`);
	}
}

/** What stands before a token, where a person copies more than the token. */
function assertTokens(label: string, tokens: string[], word: RegExp, what: string): void {
	if (tokens.some((token) => word.test(token))) {
		throw new Error(`"${label}" holds ${what}. Put the token alone there.`);
	}
}

function assertHeaderText(label: string, text: string): void {
	assertBare(label, text);
	assertTokens(label, text.split(/\s+/), BEARER_WORD, 'the word "Bearer"');
	if (!/^[\x21-\x7e]*$/.test(text)) {
		throw new Error(
			`"${label}" has a space or another character that a header cannot carry. Copy it again.`,
		);
	}
}

function assertUser(label: string, user: string): void {
	if (user.includes(':')) {
		throw new Error(
			`"${label}" has a colon, which Basic authentication cannot carry. Take it out.`,
		);
	}
}

function checkBasic({ password, user }: { user: string; password: string }): boolean {
	if (user === '' && password === '') return false;
	if (user === '') {
		throw new Error('"Basic User" is empty. Fill it in, or take "Basic Password" out.');
	}
	if (password === '') {
		throw new Error('"Basic Password" is empty. Fill it in, or take "Basic User" out.');
	}
	assertUser('Basic User', user);
	return true;
}

/** Whether there is a signing secret; where there is, it must be usable, and so must the further ones. */
function checkSigning(fields: CredentialFields, nowMs: number): boolean {
	const current = textOf(fields, 'signingSecret');
	const further = parseSecretList('', textOf(fields, 'furtherSigningSecrets'));
	if (current === '') {
		if (further.length === 0) return false;
		throw new Error(
			'"Signing Secret" is empty. Put the current secret there, and those before it under "Further Signing Secrets".',
		);
	}
	assertBare('Signing Secret', current);
	checkSigningFields({ ...fields, furtherSigningSecrets: '' }, nowMs);
	for (const secret of further) {
		const alone = { ...fields, signingSecret: secret, furtherSigningSecrets: '' };
		inField('Further Signing Secrets', () => checkSigningFields(alone, nowMs));
	}
	return true;
}

/** Nothing can be called to try inbound secrets: what can be told is whether they are usable. */
export function testInboundCredential(
	credential: ICredentialsDecrypted,
	nowMs: number,
): INodeCredentialTestResult {
	const fields: CredentialFields = credential.data ?? {};
	return tested(() => {
		const { basic, bearerTokens, urlTokens } = inboundSecrets(fields);
		assertTokens('URL Tokens', urlTokens, TOKEN_PARAMETER, '"token="');
		assertTokens('Bearer Tokens', bearerTokens, BEARER_WORD, 'the word "Bearer"');
		const hasBasic = checkBasic(basic);
		const hasSecret = checkSigning(fields, nowMs);
		if (hasSecret) return;
		const scheme = textOf(fields, 'signatureScheme');
		if (scheme !== '' && scheme !== 'platform') {
			throw new Error(
				'"Signing Secret" is empty, though a signature scheme is chosen. Fill it in, or set "Signature Scheme" back to "As the Node’s Platform".',
			);
		}
		if (urlTokens.length === 0 && bearerTokens.length === 0 && !hasBasic) {
			throw new Error('The credential is empty: fill in what callers must bring.');
		}
	});
}

/** The endpoint stands in the node, not in the credential: what can be told is whether it can sign. */
export function testOutboundCredential(
	credential: ICredentialsDecrypted,
	nowMs: number,
): INodeCredentialTestResult {
	const fields: CredentialFields = credential.data ?? {};
	return tested(() => {
		const authentication = endpointAuthentication(fields);
		if ('token' in authentication) {
			const { token, type } = authentication;
			if (type === 'bearer') assertHeaderText('Token', token);
			else assertTokens('Token', [token], TOKEN_PARAMETER, '"token="');
		}
		if ('user' in authentication) assertUser('User', authentication.user);
		if (fields.signatureScheme === 'none') {
			if (authentication.type !== 'none') return;
			throw new Error(
				'The credential proves nothing: choose an authentication or a signature scheme, or switch off "Sign and Authenticate" in the node.',
			);
		}
		if (textOf(fields, 'signingSecret').startsWith('whpk_')) {
			throw new Error(
				'"Signing Secret" is a public key (whpk_), which only verifies. Fill in a whsec_ secret, or the private key (whsk_).',
			);
		}
		if (!checkSigning(fields, nowMs)) {
			throw new Error(
				'"Signing Secret" is empty. Fill it in, or choose "None" under "Signature Scheme".',
			);
		}
	});
}

/** Whether the keys are strong enough, and the outbox has a name. The tables can be looked for in a run only. */
export function testOutboxCredential(credential: ICredentialsDecrypted): INodeCredentialTestResult {
	const fields = credential.data ?? {};
	return tested(() => {
		assertBare('Encryption Key', textOf(fields, 'encryptionSecret'));
		parseOutboxCredential(fields);
		inField('Encryption Key', () => {
			createEncrypter([textOf(fields, 'encryptionSecret')]);
		});
		for (const key of parseSecretList('', textOf(fields, 'furtherEncryptionSecrets'))) {
			inField('Further Encryption Keys', () => {
				createEncrypter([key]);
			});
		}
	});
}

const TEST_TIMEOUT_MS = 15_000;

/** Asks the platform for its webhooks, as the first operation would. */
export async function testPlatformCredential(
	{ helpers }: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const fields = credential.data ?? {};
	const { management, name } = getPlatform(textOf(fields, 'platform'));
	if (management === undefined) return failed(`${name} has no API for its webhooks.`);
	const apiKey = textOf(fields, 'apiKey');
	const base = textOf(fields, 'baseUrl').replace(/\/+$/, '');
	const usual = `For ${name} "Base URL" is usually ${management.baseUrl}.`;
	const checked = tested(() => {
		if (apiKey === '') throw new Error('"API Key" is empty. Fill it in.');
		assertHeaderText('API Key', apiKey);
		if (!/^https?:\/\//i.test(base) || !URL.canParse(base)) {
			throw new Error(`"Base URL" is not an address that begins with https://. ${usual}`);
		}
	});
	if (checked.status === 'Error') return checked;
	const [answer] = await Promise.allSettled([
		helpers.request({
			method: 'GET',
			uri: `${base}${management.path}`,
			headers: { Accept: 'application/json', Authorization: `Bearer ${apiKey}` },
			followRedirect: false,
			resolveWithFullResponse: true,
			simple: false,
			timeout: TEST_TIMEOUT_MS,
		}) as Promise<{ statusCode: number; body: unknown }>,
	]);
	if (answer.status === 'rejected') {
		return failed(
			`${base} could not be reached: ${getErrorMessage(answer.reason)}. Check "Base URL" and this instance’s network. ${usual}`,
		);
	}
	const { body, statusCode } = answer.value;
	if (statusCode < 200 || statusCode >= 300) {
		const { advice, reason } = describeFailure(statusCode, body);
		const said = `${name} answered with ${statusCode}${reason === '' ? '' : `: ${reason}`}.`;
		return failed(
			statusCode < 400 || statusCode === 404
				? `${said} There is no API for webhooks at ${base}. ${usual}`
				: `${said} ${advice}`,
		);
	}
	return parseWebhookList(body, management) === undefined
		? failed(`What answers at ${base} is not ${name}’s API for webhooks. ${usual}`)
		: { status: 'OK', message: `${name} accepts the API key` };
}

/**
 * The credential tests of both nodes. n8n finds them by the names that the nodes give as `testedBy`.
 */
export const credentialTest = {
	async inboundCredentialTest(
		this: ICredentialTestFunctions,
		credential: ICredentialsDecrypted,
	): Promise<INodeCredentialTestResult> {
		return testInboundCredential(credential, Date.now());
	},
	async outboundCredentialTest(
		this: ICredentialTestFunctions,
		credential: ICredentialsDecrypted,
	): Promise<INodeCredentialTestResult> {
		return testOutboundCredential(credential, Date.now());
	},
	async outboxCredentialTest(
		this: ICredentialTestFunctions,
		credential: ICredentialsDecrypted,
	): Promise<INodeCredentialTestResult> {
		return testOutboxCredential(credential);
	},
	async platformCredentialTest(
		this: ICredentialTestFunctions,
		credential: ICredentialsDecrypted,
	): Promise<INodeCredentialTestResult> {
		return await testPlatformCredential(this, credential);
	},
};
