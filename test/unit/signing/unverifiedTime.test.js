/**
 * Tests that a request takes little time before it is authenticated, whatever it contains: each of these took seconds or
 * minutes with an expression that looks for white space at the end of a text.
 */
const fs = require('node:fs');
const path = require('node:path');

const { PLATFORMS } = require('../../../build/core/platforms');
const { isContentScheme } = require('../../../build/core/signing/schemeFacts');
const { verifyRequest } = require('../../../build/core/signing/verify');
const { root } = require('../../harness/project');
const { measureCpuMs } = require('../../harness/cpuTime');

const MAX_MS = 1000;
const NOW_MS = 1_800_000_000_000;
/** What n8n's HTTP server reads of headers, and the most that is read of a form and of JSON before it is verified. */
const HEADER_BYTES = 16_000;
const BODY_BYTES = 250_000;
const SECRET = '0123456789abcdef0123456789abcdef';

/** Verifies a request. @returns the failure's code, and the processor's time in milliseconds */
function attack(scheme, { body = '', headers = {}, url = 'https://h/webhook/x' }) {
	let code;
	const ms = measureCpuMs(() => {
		({ code } = verifyRequest(scheme, {
			body: Buffer.from(body),
			headers,
			nowMs: NOW_MS,
			request: () => ({ method: 'POST', url }),
			secrets: [SECRET],
		}));
	});
	return { code, ms };
}

const { scheme: messageSignature } = PLATFORMS.find(({ id }) => id === 'httpMessageSignatures');

/** Repeats an input under five labels, as many as one request may have. */
function label(input) {
	const labels = ['a', 'b', 'c', 'd', 'e'];
	return {
		'signature-input': labels.map((name) => `${name}=${input}`).join(', '),
		signature: labels.map((name) => `${name}=:AAAA:`).join(', '),
	};
}

const COUNT = 47;
const created = `created=${NOW_MS / 1000}`;

test('many components of one header full of blanks', () => {
	const members = Array.from({ length: COUNT }, (_, index) => `"x";key="a${index}"`);
	const names = members.map((_, index) => `a${index}`).join(',');
	const { code, ms } = attack(messageSignature, {
		headers: {
			x: `${names},b=1;${' '.repeat(11_000)}c`,
			...label(`("@method" "@target-uri" ${members.join(' ')});${created}`),
		},
	});
	expect(code).toBe('SIGNATURE_INVALID');
	expect(ms).toBeLessThan(MAX_MS);
});

test('many components of one long query', () => {
	const names = Array.from({ length: COUNT }, (_, index) => `k${index}`);
	const components = names.map((name) => `"@query-param";name="${name}"`).join(' ');
	const { code, ms } = attack(messageSignature, {
		headers: label(`("@method" "@target-uri" ${components});${created}`),
		url: `https://h/webhook/x?${names.map((name) => `${name}=1`).join('&')}${'&z'.repeat(6000)}`,
	});
	expect(code).toBe('SIGNATURE_INVALID');
	expect(ms).toBeLessThan(MAX_MS);
});

/** The places of the schemes that read a signature's text, once each. */
const TEXTS = Object.values(
	Object.fromEntries(
		PLATFORMS.map(({ id, scheme }) => ({ id, scheme }))
			.filter(({ scheme }) => scheme && isContentScheme(scheme))
			.map(({ id, scheme }) => [
				JSON.stringify([scheme.signatureField, scheme.signatureHeader, scheme.separator]),
				[id, scheme],
			]),
	),
);

/** Puts a text where a scheme has its signatures. */
function place({ signatureField, signatureHeader, signatureParameter }, text) {
	if (signatureField !== undefined) {
		const nested = signatureField
			.split('.')
			.reduceRight((value, key) => (/^\d+$/.test(key) ? [value] : { [key]: value }), text);
		return { body: JSON.stringify(nested), headers: { 'content-type': 'application/json' } };
	}
	return signatureParameter === undefined
		? { headers: { [signatureHeader.toLowerCase()]: text } }
		: { url: `https://h/webhook/x?${signatureParameter}=${encodeURIComponent(text)}` };
}

test.each(TEXTS)('a signature text of %s full of blanks or of parts', (_, scheme) => {
	const { forms, separator = ',', signatureField } = scheme;
	const bytes = signatureField === undefined ? HEADER_BYTES : BODY_BYTES;
	const [{ encoding, prefix }] = forms;
	const part = `${prefix}${encoding === 'hex' ? 'a0' : 'AA=='}${separator}`;
	for (const text of [
		`a${' '.repeat(bytes)}b`,
		` ${'x \t'.repeat(bytes / 3)}`,
		separator.repeat(bytes / separator.length),
		part.repeat(bytes / part.length),
	]) {
		const { code, ms } = attack(scheme, place(scheme, text));
		expect(code).toMatch(/MALFORMED|MISSING|INVALID|AMBIGUOUS/);
		expect(ms).toBeLessThan(MAX_MS);
	}
});

/** The folders of what reads a request before anyone is authenticated. */
const FOLDERS = [
	...['event', 'http', 'managementApi', 'receiving', 'signing', 'svixApi'].map(
		(name) => `core/${name}`,
	),
	'nodes/AgentWebhookTrigger/webhook',
];

test('no expression looks for repeated characters at the end of any text', () => {
	const listFiles = (folder) =>
		fs
			.readdirSync(path.join(root, folder), { recursive: true })
			.filter((file) => file.endsWith('.ts'))
			.map((file) => path.join(root, folder, file));
	const TRAILING = /(?:(?<!\\)\/|\|)(?:\[(?:\\.|[^\]\\])*\]|\\.|[ =.])[+*]\$[/|)]/g;
	expect('text.replace(/ +$/, "")'.match(TRAILING)).not.toBeNull();
	expect('text.replace(/^[ \\t]+|[ \\t]+$/g, "")'.match(TRAILING)).not.toBeNull();
	const found = FOLDERS.flatMap(listFiles).flatMap((file) => {
		const text = fs.readFileSync(file, 'utf8').replace(/^ *(?:\/?\*|\/\/).*$/gm, '');
		return (text.match(TRAILING) ?? []).map((match) => `${path.relative(root, file)}: ${match}`);
	});
	expect(found).toEqual([]);
});
