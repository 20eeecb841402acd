const { getPlatform, PLATFORMS } = require('../../../../build/core/platforms');
const { signsUrl } = require('../../../../build/core/signing/schemeFacts');
const { suggestFix } = require('../../../../build/nodes/AgentWebhookTrigger/webhook/suggestFix');
const { NODES } = require('../../../harness/contexts');

const suggest = (code, id, isEvent = true) =>
	suggestFix(code, { platform: getPlatform(id), isEvent });

test('a wrong signature leads to the platform’s own secret', () => {
	expect(suggest('SIGNATURE_INVALID', 'stripe')).toContain('begins with whsec_');
	expect(suggest('SIGNATURE_INVALID', 'custom')).toContain('Compare the scheme');
});

test('a wrong signature leads to Public URL only if the platform signs the URL', () => {
	const named = PLATFORMS.map(({ id }) => id).filter((id) =>
		suggest('SIGNATURE_INVALID', id).includes('"Public URL"'),
	);
	expect(named).toEqual(
		PLATFORMS.filter(({ scheme }) => scheme && signsUrl(scheme)).map(({ id }) => id),
	);
	expect(named).toEqual(expect.arrayContaining(['hubspot', 'twilio']));
	expect(named).not.toContain('stripe');
});

test('a missing signature leads to the signed example call, if anyone but the platform can sign', () => {
	const sentence = 'use the signed example call that the output panel shows';
	expect(suggest('SIGNATURE_MISSING', 'stripe')).toContain(sentence);
	expect(suggest('TIMESTAMP_MISSING', 'slack')).toContain(sentence);
	expect(suggest('SIGNATURE_MISSING', 'discord')).not.toContain(sentence);
});

test('a missing token leads to the place in which the platform sends it', () => {
	expect(suggest('TOKEN_MISSING', 'gitlab-token')).toContain('in the header X-Gitlab-Token');
	expect(suggest('TOKEN_INVALID', 'figma')).toContain('in the body field passcode');
	expect(suggest('TOKEN_MISSING', 'custom')).not.toContain('sends its token');
});

test('a body of another format leads to Body Formats only where the option is', () => {
	expect(suggest('UNSUPPORTED_MEDIA_TYPE', 'custom')).toContain('"Body Formats"');
	expect(suggest('UNSUPPORTED_MEDIA_TYPE', 'github')).not.toContain('"Body Formats"');
});

test('an invalid body leads to Validate Events only if it is an event', () => {
	expect(suggest('INVALID_INPUT', 'agenticflow')).toContain('"Validate Events"');
	expect(suggest('INVALID_INPUT', 'agenticflow', false)).not.toContain('"Validate Events"');
});

test('every field that is named in quotes is in the trigger’s panel', () => {
	const { properties } = NODES.agentWebhookTrigger.description;
	const names = properties.flatMap(({ displayName, options = [] }) => [
		displayName,
		...options.map((option) => option.displayName),
	]);
	const codes = [
		'ADDRESS_NOT_ALLOWED',
		'HTTPS_REQUIRED',
		'INVALID_INPUT',
		'PAYLOAD_TOO_LARGE',
		'SIGNATURE_INVALID',
		'SIGNATURE_MISSING',
		'TIMESTAMP_OUT_OF_TOLERANCE',
		'TOKEN_INVALID',
		'UNSUPPORTED_MEDIA_TYPE',
		'VALUE_NOT_COMPARABLE',
	];
	const quoted = codes
		.flatMap((code) => [true, false].map((isEvent) => suggest(code, 'custom', isEvent)))
		.flatMap((text) => text.match(/"[^"]+"/g) ?? []);
	expect(quoted.length).toBeGreaterThan(0);
	expect(quoted.map((name) => name.slice(1, -1)).filter((name) => !names.includes(name))).toEqual(
		[],
	);
});
