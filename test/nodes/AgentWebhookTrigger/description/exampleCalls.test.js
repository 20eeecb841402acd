const { PLATFORMS } = require('../../../../build/core/platforms');
const { evaluate, NODES } = require('../../../harness/contexts');

const { hints, triggerPanel } = NODES.agentWebhookTrigger.description;

/** Lists the examples that the editor shows for parameters, in n8n's expression engine. */
const listExamples = (parameters) =>
	hints
		.filter(({ displayCondition }) => evaluate('agentWebhookTrigger', parameters, displayCondition))
		.map(({ message }) => message);

/** The conditions as functions: n8n's engine would take minutes for all hints of all platforms. */
const CONDITIONS = hints.map(({ displayCondition, message }) => [
	Function('$parameter', `return ${/^=\{\{(.*)\}\}$/s.exec(displayCondition)[1]}`),
	message,
]);
const listOwnExamples = (parameters) =>
	CONDITIONS.filter(([isShown]) => isShown(parameters)).map(([, message]) => message);

const HEADERS = [
	...new Set(PLATFORMS.flatMap(({ scheme }) => scheme?.signatureHeader?.toLowerCase() ?? [])),
];

describe('the example call beside the trigger’s output', () => {
	test.each(PLATFORMS.map(({ id }) => [id]))('is one at most, and %s’s own', (platform) => {
		const examples = listOwnExamples({
			platform,
			requestKind: 'event',
			authenticationMethods: ['platform'],
		});
		// A signature that no shell command makes, and no word on how to send a test, leave nothing to show.
		expect(examples.length).toBeLessThanOrEqual(1);
		const { scheme } = PLATFORMS.find(({ id }) => id === platform);
		const own = [scheme?.signatureHeader, ...(scheme?.additionalSignatureHeaders ?? [])];
		// A platform without a scheme shows a token, and the header that a new credential's custom scheme has.
		const shown = [...own, 'X-Signature', 'Authorization'].map((header) => header?.toLowerCase());
		const sent = examples.join().toLowerCase();
		expect(
			HEADERS.filter((header) => !shown.includes(header) && sent.includes(` -h "${header}:`)),
		).toEqual([]);
	});

	test('has a token where the platform accepts one, and a signature where it is asked for', () => {
		const request = { platform: 'agenticflow', requestKind: 'agentMessage' };
		expect(listExamples(request)).toEqual([expect.stringContaining('Bearer $token')]);
		expect(listExamples({ ...request, authenticationMethods: ['signature'] })).toEqual([
			expect.stringContaining('X-AgenticFlow-Signature: sha256=$signature'),
		]);
		expect(listExamples({ platform: 'stripe', authenticationMethods: ['bearer'] })).toEqual([
			expect.stringContaining('Bearer $token'),
		]);
	});

	test('has a token in the header in which the platform sends it', () => {
		const [example] = listExamples({ platform: 'gitlab-token' });
		expect(example).toContain('-H "X-Gitlab-Token: $token"');
		expect(example).not.toContain('Bearer');
		expect(listExamples({ platform: 'ms-graph' }).join()).not.toContain('Bearer');
	});

	test('of Custom is signed by the default custom scheme, has a token, or offers both', () => {
		const show = (...authenticationMethods) =>
			listExamples({ platform: 'custom', requestKind: 'event', authenticationMethods });
		const signed = expect.stringContaining('-H "X-Signature: $signature"');
		const token = expect.stringContaining('Bearer $token');
		expect(show('platform')).toEqual([signed]);
		expect(show('platform')).toEqual([token]);
		expect(show('signature')).toEqual([signed]);
		expect(show('signature')).not.toEqual([token]);
		expect(show('bearer')).toEqual([token]);
		expect(show('bearer')).not.toEqual([signed]);
	});

	test('says how the provider sends a test', () => {
		expect(listExamples({ platform: 'stripe' })).toEqual([
			expect.stringContaining('<code>stripe trigger checkout.session.completed</code>'),
		]);
		const [discord] = listExamples({ platform: 'discord' });
		expect(discord).toContain('Run one of the app’s commands');
		expect(discord).not.toContain('curl');
	});

	test('leaves the texts for every platform without one platform’s names', () => {
		const shown = JSON.stringify(triggerPanel);
		for (const { name, section } of PLATFORMS) {
			if (section !== 'open') expect(shown).not.toContain(name);
		}
	});
});
