import type { ICredentialsDecrypted, INodeCredentialTestResult } from 'n8n-workflow';

import {
	checkSigningFields,
	endpointAuthentication,
	inboundSecrets,
	type CredentialFields,
} from '../../core/credentials/settings';
import { createSealer } from '../../core/outbox/sealing';

import { outboxSettings } from './outbox';

const OK: INodeCredentialTestResult = { status: 'OK', message: 'The secrets can be used' };

function tested(check: () => void): INodeCredentialTestResult {
	try {
		check();
		return OK;
	} catch (error) {
		return { status: 'Error', message: error instanceof Error ? error.message : String(error) };
	}
}

const isFilled = (value: unknown): boolean => typeof value === 'string' && value !== '';

/** Nothing can be called to try inbound secrets: what can be told is whether they are usable. */
export function testInboundCredential(
	credential: ICredentialsDecrypted,
	nowMs: number,
): INodeCredentialTestResult {
	const fields: CredentialFields = credential.data ?? {};
	return tested(() => {
		const { urlTokens, bearerTokens, basic } = inboundSecrets(fields);
		const hasBasic = basic.user !== '' && basic.password !== '';
		if ((basic.user === '') !== (basic.password === '')) {
			throw new Error('Basic authentication needs both a user and a password.');
		}
		if (isFilled(fields.signingSecret)) checkSigningFields(fields, nowMs);
		else if (urlTokens.length === 0 && bearerTokens.length === 0 && !hasBasic) {
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
		endpointAuthentication(fields);
		if (fields.signatureScheme === 'none') return;
		if (!isFilled(fields.signingSecret)) {
			throw new Error(
				'The signing secret is empty. Fill it in, or choose "None" under "Signature Scheme".',
			);
		}
		checkSigningFields(fields, nowMs);
	});
}

/** Whether the keys are strong enough, and the outbox has a name. The tables can be looked for in a run only. */
export const testOutboxCredential = (
	credential: ICredentialsDecrypted,
): INodeCredentialTestResult =>
	tested(() => {
		createSealer(outboxSettings(credential.data ?? {}).keys);
	});
