import { UserError } from 'n8n-workflow';

import { findOtherSecret, type Platform } from '../../../../core/platforms';
import {
	findCopyMistake,
	findShortSecret,
	getSecretCommand,
} from '../../../../core/signing/secretText';

/**
 * Requires that a person entered a signing secret for an endpoint, and not something else: the endpoint's owner could
 * not verify what is signed with that.
 * @param secret empty to generate one
 * @throws UserError naming the field, without the secret
 */
export function requireTypedSecret(label: string, secret: string, platform: Platform): void {
	if (secret === '') return;
	const command = getSecretCommand(platform.scheme?.secretFormat ?? 'text');
	const fault =
		findCopyMistake(secret, 'signingSecret') ??
		findOtherSecret(secret, platform) ??
		findShortSecret(secret, command);
	if (fault === undefined) return;
	throw new UserError(`"${label}" ${fault}`, {
		description: 'Leave the field empty to have a secret generated.',
	});
}
