import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { requireUnexpiredCertificate } from '../../core/credentials/clientTls';
import { parseInboundCredential, type InboundCredential } from '../../core/credentials/inbound';
import { requireBodyField, requireHeaderNames } from '../../core/credentials/inboundChecks';
import {
	checkTokenUrl,
	requireSendableAuthentication,
	type EndpointAuthentication,
} from '../../core/credentials/endpointAuthentication';
import { parseOutboundCredential } from '../../core/credentials/outbound';
import { readText } from '../../core/credentials/credentialFields';
import { requireSendable } from '../../core/http/headerValues';
import type { AuthenticationMethod } from '../../core/platforms/authentication';

import {
	assertCallersTokens,
	assertCopied,
	assertHeaderText,
	assertSigningSecrets,
	assertUrlToken,
	runChecks,
} from './credentialChecks/assertSecret';
import { testOutboxCredential } from './credentialChecks/testOutbox';
import { testPlatformCredential } from './credentialChecks/testPlatformAccount';

/** Checks the user and password that callers must present. */
function checkBasic({ password, user }: InboundCredential['basic']): void {
	if (user === '') throw new Error('"Basic User" is empty. Fill it in.');
	if (password === '') throw new Error('"Basic Password" is empty. Fill it in.');
	requireSendable('basicUser', 'Basic User', user);
	requireSendable('basicPassword', 'Basic Password', password);
	assertCopied('Basic User', user, 'password');
	assertCopied('Basic Password', password, 'password');
}

function checkHeader({ names, prefix, tokens }: InboundCredential['header'], field: string): void {
	if (names.length === 0) {
		throw new Error(
			'"Header Names" is empty. Enter the header that has the token, e.g. X-API-Key.',
		);
	}
	requireHeaderNames(names);
	requireSendable('header', 'Token Prefix', prefix);
	assertCallersTokens('Header Tokens', 'token', tokens, field);
}

function checkBody({ field: path, tokens }: InboundCredential['body'], field: string): void {
	if (path === '') {
		throw new Error('"Body Field" is empty. Enter the field that has the token, e.g. passcode.');
	}
	requireBodyField(path);
	assertCallersTokens('Body Tokens', undefined, tokens, field);
}

/** Checks whether the secrets are usable; there is nothing to call. */
function testInboundCredential(
	{ data = {} }: ICredentialsDecrypted,
	nowMs: number,
): INodeCredentialTestResult {
	return runChecks(() => {
		const credential = parseInboundCredential(data);
		const checkTokens = (label: string, sentAs: 'token' | 'urlToken', name: string): void => {
			const tokens = sentAs === 'token' ? credential.bearerTokens : credential.urlTokens;
			assertCallersTokens(label, sentAs, tokens, readText(data, name));
		};
		const checks: Record<AuthenticationMethod, () => void> = {
			urlToken: () => checkTokens('URL Tokens', 'urlToken', 'urlTokens'),
			bearer: () => checkTokens('Bearer Tokens', 'token', 'bearerTokens'),
			headerToken: () => checkHeader(credential.header, readText(data, 'headerTokens')),
			bodyToken: () => checkBody(credential.body, readText(data, 'bodyTokens')),
			basic: () => checkBasic(credential.basic),
			signature: () => assertSigningSecrets(credential.signing, nowMs),
		};
		if (credential.chosenMethods.length === 0) {
			throw new Error(
				'Every method is turned off. Turn on what callers of your webhook bring, e.g. "Signature".',
			);
		}
		for (const method of credential.chosenMethods) checks[method]();
	});
}

function checkAuthentication(authentication: EndpointAuthentication): void {
	switch (authentication.type) {
		case 'bearer':
			assertHeaderText('Token', authentication.token);
			break;
		case 'headerToken':
			assertCopied('Token', authentication.token);
			break;
		case 'urlToken':
			assertUrlToken('Token', authentication.token);
			break;
		case 'basic':
			requireSendableAuthentication(authentication);
			assertCopied('User', authentication.user, 'password');
			assertCopied('Password', authentication.password, 'password');
			break;
		case 'oauth2':
			// The node knows whether plain HTTP is allowed.
			checkTokenUrl(authentication.tokenUrl, { allowHttp: true, allowInternal: true });
			assertCopied('Client Secret', authentication.clientSecret, 'password');
			break;
		case 'awsSigV4':
			assertCopied('Secret Access Key', authentication.secretAccessKey, 'password');
			break;
		default:
	}
	requireSendableAuthentication(authentication);
}

/** Checks whether the credential can sign. It knows no endpoint to call: the node does. */
function testOutboundCredential(
	{ data = {} }: ICredentialsDecrypted,
	nowMs: number,
): INodeCredentialTestResult {
	return runChecks(() => {
		const { authentication, signing, tls } = parseOutboundCredential(data);
		checkAuthentication(authentication);
		requireUnexpiredCertificate(data, nowMs);
		if (signing.signatureScheme === 'none') {
			if (authentication.type !== 'none' || tls?.cert !== undefined) return;
			throw new Error(
				'The credential neither signs nor authenticates. Choose "Signed" under "Requests Are", or turn off "Sign and Authenticate" in the node.',
			);
		}
		if (signing.signingSecret.startsWith('whpk_')) {
			throw new Error(
				'"Signing Secret" is a public key (whpk_), which only verifies. Enter a whsec_ secret, or the private key (whsk_).',
			);
		}
		assertSigningSecrets(signing, nowMs);
	});
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
		return await testOutboxCredential(this, credential);
	},
	async platformCredentialTest(
		this: ICredentialTestFunctions,
		credential: ICredentialsDecrypted,
	): Promise<INodeCredentialTestResult> {
		return await testPlatformCredential(this, credential);
	},
};
