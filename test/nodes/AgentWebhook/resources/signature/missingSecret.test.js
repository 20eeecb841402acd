/** The errors of an operation whose credential has no signing secret. */
const { execute } = require('../../../../harness/contexts');
const { fillInDefaults } = require('../../../operations');

const HEX = 'openssl rand -hex 32';
const STANDARD = 'echo "whsec_$(openssl rand -base64 32)"';

const run = async (operation, platform, type, fields) =>
	await execute(
		fillInDefaults('agentWebhook', { resource: 'signature', operation, platform }),
		[{ json: { headers: {} }, binary: { data: { data: 'e30=', mimeType: 'application/json' } } }],
		{ credentials: { [type]: { signatureScheme: 'platform', ...fields } } },
	);

test.each([
	['standardWebhooks', STANDARD],
	['agenticflow', HEX],
	['uptiq', HEX],
])('Sign for %s names the field and the command', async (platform, command) => {
	await expect(run('sign', platform, 'agentWebhookOutboundApi', {})).rejects.toThrow(
		`There is no signing secret. Fill in "Signing Secret" in the credential, or generate one: ${command}`,
	);
});

test('Sign offers the command for a secret that is not base64', async () => {
	const fields = { signingSecret: 'whsec_!!' };
	await expect(run('sign', 'standardWebhooks', 'agentWebhookOutboundApi', fields)).rejects.toThrow(
		`is not base64. Copy all of it again, without spaces or quotes, or generate one: ${STANDARD}`,
	);
});

test.each([
	[
		'github',
		`Enter this: GitHub’s "Secret", which you choose when you add the webhook. If you choose it yourself, generate one: ${HEX}`,
	],
	['standardWebhooks', `generate one: ${STANDARD}`],
	[
		'stripe',
		'Enter this: Stripe’s "Signing secret", on the page of the event destination. It begins with whsec_.',
	],
])('Verify for %s names the field and where the secret is', async (platform, source) => {
	const { message } = await run('verify', platform, 'agentWebhookInboundApi', {}).catch(
		(error) => error,
	);
	expect(message).toContain('Turn on "Signature" there, and fill in "Signing Secret".');
	expect(message).toContain(source);
	if (platform === 'stripe') expect(message).not.toContain('openssl');
});

test('Verify names a mistake in copying', async () => {
	const fields = { signingSecret: '{{ $json.secret }}' };
	await expect(run('verify', 'github', 'agentWebhookInboundApi', fields)).rejects.toThrow(
		'"Signing Secret" in the Receiving credential is an expression that n8n does not evaluate here.',
	);
});
