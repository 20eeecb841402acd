/** The commands that Generate Secret offers for each format. */
const { execFileSync } = require('node:child_process');

const {
	generateSecretOperation,
} = require('../../../../../build/nodes/AgentWebhook/resources/signature/generateSecret');
const { parseSecret } = require('../../../../../build/core/signing/secrets');

const COMMANDS = generateSecretOperation.properties
	.filter(({ name }) => name === 'commandNotice')
	.map(({ displayName, displayOptions }) => [
		displayOptions.show.format[0],
		/<code>(.*)<\/code>/.exec(displayName)[1],
	]);

test('each format has its command', () => {
	const { options } = generateSecretOperation.properties.find(({ name }) => name === 'format');
	expect(COMMANDS.map(([format]) => format).sort()).toEqual(options.map(({ value }) => value));
});

test.each(COMMANDS)('the command for %s makes what the operation makes', (format, command) => {
	const secret = execFileSync('bash', ['-c', command], { encoding: 'utf8' }).trim();
	expect(secret).toMatch(
		{
			hex: /^[0-9a-f]{64}$/,
			keyFile: /^\{"privateKey": "[0-9a-f]{64}"\}$/,
			standardWebhooks: /^whsec_[\w+/]{43}=$/,
			token: /^wh_[\w-]{43}$/,
		}[format],
	);
	const parsed = { keyFile: 'keyFile', standardWebhooks: 'standardWebhooks' }[format] ?? 'text';
	expect(parseSecret(secret, parsed).canSign).toBe(true);
});
