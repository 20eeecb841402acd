/** The field for an endpoint's own signing secret. */
const {
	createOperation,
} = require('../../../../../build/nodes/AgentWebhook/resources/endpoint/create');
const {
	rotateSecretOperation,
} = require('../../../../../build/nodes/AgentWebhook/resources/endpoint/rotateSecret');

const listFields = ({ properties }, platform) =>
	properties.filter(
		({ displayOptions, name }) =>
			name === 'signingSecret' && (displayOptions.show?.platform.includes(platform) ?? true),
	);

test.each([
	['standardWebhooks', 'echo "whsec_$(openssl rand -base64 32)"', 'e.g. whsec_…'],
	['agenticflow', 'openssl rand -hex 32', undefined],
	['custom', 'openssl rand -hex 32', undefined],
])('of a new endpoint for %s has the command of its format', (platform, command, placeholder) => {
	const fields = listFields(createOperation, platform);
	expect(fields).toEqual([
		expect.objectContaining({
			hint: expect.stringContaining(`<code>${command}</code>`),
			placeholder,
		}),
	]);
});

test('of an endpoint whose platform the form does not know has no command', () => {
	const [field] = listFields(rotateSecretOperation, 'agenticflow');
	expect(field.hint).not.toContain('<code>');
	expect(field.placeholder).toBeUndefined();
});
