import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { readText } from '../../core/credentials/credentialFields';
import { parseInboundCredential, type InboundCredential } from '../../core/credentials/inbound';
import {
	parseOutboundCredential,
	type EndpointAuthentication,
} from '../../core/credentials/outbound';
import { checkSigningFields, type SigningFields } from '../../core/credentials/signingFields';
import { getErrorMessage } from '../../core/lib/errorMessage';
import { createEncrypter } from '../../core/outbox/store/encryption';
import { getPlatform } from '../../core/platforms';
import { parseSecretList } from '../../core/signing/secrets';

import { describeFailure, parseWebhookList } from './transport/platformApi';
import { parseOutboxCredential } from './outbox/openOutbox';

const OK: INodeCredentialTestResult = { status: 'OK', message: 'The secrets can be used' };

const fail = (message: string): INodeCredentialTestResult => ({ status: 'Error', message });

function runChecks(check: () => void): INodeCredentialTestResult {
	try {
		check();
		return OK;
	} catch (error) {
		return fail(getErrorMessage(error));
	}
}

/** Runs a check of one field, and begins its message with the field's name. */
function checkField(label: string, check: () => void): void {
	const { message, status } = runChecks(check);
	if (status === 'Error') throw new Error(`"${label}": ${message}`);
}

const BEARER_WORD = /^bearer:?$/i;
const TOKEN_PARAMETER = /^[?&]?token=/i;

/** Rejects white space around a secret, since it would become part of the secret. */
function assertTrimmed(label: string, secret: string): void {
	// The content of a key file may end in a line break.
	if (secret !== secret.trim() && !secret.trimStart().startsWith('{')) {
		throw new Error(`"${label}" begins or ends with a space or a line break. Remove it.`);
	}
}

/** Rejects tokens that were copied with the text before them. */
function assertTokens(label: string, tokens: string[], prefix: RegExp, prefixName: string): void {
	if (tokens.some((token) => prefix.test(token))) {
		throw new Error(`"${label}" contains ${prefixName}. Enter only the token.`);
	}
}

function assertHeaderText(label: string, value: string): void {
	assertTrimmed(label, value);
	assertTokens(label, value.split(/\s+/), BEARER_WORD, 'the word "Bearer"');
	if (!/^[\x21-\x7e]*$/.test(value)) {
		throw new Error(
			`"${label}" has a space or another character that a header cannot carry. Copy it again.`,
		);
	}
}

function assertUser(label: string, user: string): void {
	if (user.includes(':')) {
		throw new Error(`"${label}" has a colon, which Basic authentication cannot carry. Remove it.`);
	}
}

/** Checks user and password. Returns whether they are filled in. */
function checkBasic({ password, user }: InboundCredential['basic']): boolean {
	if (user === '' && password === '') return false;
	if (user === '') {
		throw new Error('"Basic User" is empty. Fill it in, or clear "Basic Password".');
	}
	if (password === '') {
		throw new Error('"Basic Password" is empty. Fill it in, or clear "Basic User".');
	}
	assertUser('Basic User', user);
	return true;
}

/** Checks all signing secrets. Returns whether there are any. */
function checkSigningSecrets(signing: SigningFields, nowMs: number): boolean {
	const additional = parseSecretList('', signing.furtherSigningSecrets);
	if (signing.signingSecret === '') {
		if (additional.length === 0) return false;
		throw new Error(
			'"Signing Secret" is empty. Enter the current secret there, and earlier ones under "Additional Signing Secrets".',
		);
	}
	assertTrimmed('Signing Secret', signing.signingSecret);
	checkSigningFields({ ...signing, furtherSigningSecrets: '' }, nowMs);
	for (const signingSecret of additional) {
		checkField('Additional Signing Secrets', () => {
			checkSigningFields({ ...signing, signingSecret, furtherSigningSecrets: '' }, nowMs);
		});
	}
	return true;
}

/** Checks whether the secrets are usable; there is nothing to call. */
function testInboundCredential(
	{ data = {} }: ICredentialsDecrypted,
	nowMs: number,
): INodeCredentialTestResult {
	return runChecks(() => {
		const { basic, bearerTokens, signing, urlTokens } = parseInboundCredential(data);
		assertTokens('URL Tokens', urlTokens, TOKEN_PARAMETER, '"token="');
		assertTokens('Bearer Tokens', bearerTokens, BEARER_WORD, 'the word "Bearer"');
		const hasBasic = checkBasic(basic);
		if (checkSigningSecrets(signing, nowMs)) return;
		if (signing.signatureScheme !== 'platform') {
			throw new Error(
				'"Signing Secret" is empty, but a signature scheme is chosen. Fill it in, or set "Signature Scheme" to "As the Node’s Platform".',
			);
		}
		if (urlTokens.length === 0 && bearerTokens.length === 0 && !hasBasic) {
			throw new Error(
				'The credential is empty: fill in a token, a user and password, or a secret.',
			);
		}
	});
}

function checkAuthentication(authentication: EndpointAuthentication): void {
	if (authentication.type === 'bearer') assertHeaderText('Token', authentication.token);
	if (authentication.type === 'urlToken') {
		assertTokens('Token', [authentication.token], TOKEN_PARAMETER, '"token="');
	}
	if (authentication.type === 'basic') assertUser('User', authentication.user);
}

/** Checks whether the credential can sign. It knows no endpoint to call: the node does. */
function testOutboundCredential(
	{ data = {} }: ICredentialsDecrypted,
	nowMs: number,
): INodeCredentialTestResult {
	return runChecks(() => {
		const { authentication, signing } = parseOutboundCredential(data);
		checkAuthentication(authentication);
		if (signing.signatureScheme === 'none') {
			if (authentication.type !== 'none') return;
			throw new Error(
				'The credential neither signs nor authenticates: choose an authentication or a signature scheme, or turn off "Sign and Authenticate" in the node.',
			);
		}
		if (signing.signingSecret.startsWith('whpk_')) {
			throw new Error(
				'"Signing Secret" is a public key (whpk_), which only verifies. Enter a whsec_ secret, or the private key (whsk_).',
			);
		}
		if (!checkSigningSecrets(signing, nowMs)) {
			throw new Error(
				'"Signing Secret" is empty. Fill it in, or choose "None" under "Signature Scheme".',
			);
		}
	});
}

/** Checks the keys' strength and the outbox's name. Only an execution can look for the tables. */
function testOutboxCredential({ data = {} }: ICredentialsDecrypted): INodeCredentialTestResult {
	return runChecks(() => {
		const encryptionKey = readText(data, 'encryptionSecret');
		assertTrimmed('Encryption Key', encryptionKey);
		parseOutboxCredential(data);
		checkField('Encryption Key', () => {
			createEncrypter([encryptionKey]);
		});
		for (const key of parseSecretList('', readText(data, 'furtherEncryptionSecrets'))) {
			checkField('Additional Encryption Keys', () => {
				createEncrypter([key]);
			});
		}
	});
}

const TEST_TIMEOUT_MS = 15_000;

interface PlatformResponse {
	statusCode: number;
	body: unknown;
}

/** Requests the list of webhooks. Returns the error's message if there is no response. */
const requestWebhooks = async (
	{ helpers }: ICredentialTestFunctions,
	url: string,
	apiKey: string,
): Promise<PlatformResponse | string> =>
	await (
		helpers.request({
			method: 'GET',
			uri: url,
			headers: { Accept: 'application/json', Authorization: `Bearer ${apiKey}` },
			followRedirect: false,
			resolveWithFullResponse: true,
			simple: false,
			timeout: TEST_TIMEOUT_MS,
		}) as Promise<PlatformResponse>
	).then(
		(response) => response,
		(error: unknown) => getErrorMessage(error),
	);

/** Describes what is wrong with a response, and what to do. */
function describeWrongResponse(
	{ body, statusCode }: PlatformResponse,
	platformName: string,
	baseUrl: string,
): string {
	const { advice, reason } = describeFailure(statusCode, body);
	const result = `${platformName} answered with ${statusCode}${reason === '' ? '' : `: ${reason}`}.`;
	return statusCode < 400 || statusCode === 404
		? `${result} There is no API for webhooks at ${baseUrl}.`
		: `${result} ${advice}`;
}

/** Requests the platform's list of webhooks, as the first operation would. */
async function testPlatformCredential(
	context: ICredentialTestFunctions,
	{ data = {} }: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const { management, name } = getPlatform(readText(data, 'platform'));
	if (management === undefined) return fail(`${name} has no API for its webhooks.`);
	const apiKey = readText(data, 'apiKey');
	const baseUrl = readText(data, 'baseUrl').replace(/\/+$/, '');
	const baseUrlHint = `For ${name} "Base URL" is usually ${management.baseUrl}.`;
	const checked = runChecks(() => {
		if (apiKey === '') throw new Error('"API Key" is empty. Fill it in.');
		assertHeaderText('API Key', apiKey);
		if (!/^https?:\/\//i.test(baseUrl) || !URL.canParse(baseUrl)) {
			throw new Error(`"Base URL" is not a URL that begins with https://. ${baseUrlHint}`);
		}
	});
	if (checked.status === 'Error') return checked;
	const response = await requestWebhooks(context, `${baseUrl}${management.path}`, apiKey);
	if (typeof response === 'string') {
		return fail(
			`${baseUrl} could not be reached: ${response}. Check "Base URL" and this instance’s network. ${baseUrlHint}`,
		);
	}
	const { body, statusCode } = response;
	if (statusCode < 200 || statusCode >= 300) {
		const isOtherSite = statusCode < 400 || statusCode === 404;
		const problem = describeWrongResponse(response, name, baseUrl);
		return fail(isOtherSite ? `${problem} ${baseUrlHint}` : problem);
	}
	return parseWebhookList(body, management) === undefined
		? fail(`The server at ${baseUrl} is not ${name}’s API for webhooks. ${baseUrlHint}`)
		: { status: 'OK', message: `${name} accepts the API key` };
}

/** The tests that the credentials of both nodes name in `testedBy`. */
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
