/** The portal as the trigger serves it: one file, its policy, and the owner's settings. */
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const { buildPortalHeaders, buildPortalPage } = require('../../../build/core/portal/portalPage');
const {
	listUnknownTexts,
	parsePortalSettings,
} = require('../../../build/core/portal/portalSettings');
const { root } = require('../../harness/project');

const DEFAULTS = parsePortalSettings({});
const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const readPolicy = (fields) => {
	const { 'Content-Security-Policy': policy } = buildPortalHeaders(parsePortalSettings(fields));
	const directives = policy.split('; ').map((directive) => directive.split(' '));
	return Object.fromEntries(directives.map(([name, ...values]) => [name, values.join(' ')]));
};

test('the page is one file below 80 KB that loads nothing', () => {
	const page = buildPortalPage(DEFAULTS);
	expect(Buffer.byteLength(page)).toBeLessThan(80 * 1024);
	expect(page).not.toMatch(/<(?:link|iframe|object|embed)|@import|url\(|src="/i);
});

test('the policy names the only script and the only style', () => {
	const page = buildPortalPage(DEFAULTS);
	const policy = readPolicy({});
	const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text]) => text);
	const styles = [...page.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, text]) => text);
	expect(scripts.map(hash)).toEqual([policy['script-src']]);
	expect(styles.map(hash)).toEqual([policy['style-src']]);
	expect(page).not.toMatch(/ style="| on[a-z]+="/);
});

test('the page may do nothing but run, and call its own server', () => {
	expect(readPolicy({})).toMatchObject({
		sandbox: 'allow-forms allow-scripts allow-top-navigation-by-user-activation',
		'default-src': "'none'",
		'connect-src': "'self'",
		'form-action': "'none'",
		'base-uri': "'none'",
		'frame-ancestors': "'none'",
	});
	expect(buildPortalHeaders(DEFAULTS)).toMatchObject({
		'Referrer-Policy': 'no-referrer',
		'Cache-Control': 'no-store',
		'X-Content-Type-Options': 'nosniff',
	});
});

test('the sandbox has nothing that n8n’s own lacks', () => {
	const n8n = fs.readFileSync(
		path.join(root, 'node_modules/n8n-core/dist/html-sandbox.js'),
		'utf8',
	);
	for (const token of readPolicy({}).sandbox.split(' ')) expect(n8n).toContain(token);
});

test('only named origins may show the page in a frame', () => {
	expect(readPolicy({ frameAncestors: 'https://a.example, http://localhost:3000' })).toMatchObject({
		'frame-ancestors': 'https://a.example http://localhost:3000',
	});
});

test('what the owner entered cannot end its place in the page', () => {
	const hostile = '</script><script>alert(1)</script>';
	const page = buildPortalPage(parsePortalSettings({ name: hostile, texts: { back: hostile } }));
	expect(page.match(/<script/g)).toHaveLength(2);
	expect(page).toContain('&lt;/script&gt;');
	const [, config] = /id="config">(.*?)<\/script>/.exec(page);
	expect(JSON.parse(config)).toMatchObject({ name: hostile, texts: { back: hostile } });
});

test('texts replace the English ones', () => {
	const page = buildPortalPage(
		parsePortalSettings({ texts: '{"name": "Netzhaken"}', language: 'de' }),
	);
	expect(page).toContain('<html lang="de">');
	expect(page).toContain('<title>Netzhaken</title>');
});

test('texts that the page does not have are left out, as an earlier version may have had them', () => {
	const settings = parsePortalSettings({ texts: '{"no.such": "x", "back": "Zurück"}' });
	expect(listUnknownTexts(settings)).toEqual(['no.such']);
	const [, config] = /id="config">(.*?)<\/script>/.exec(buildPortalPage(settings));
	const { texts } = JSON.parse(config);
	expect(texts).not.toHaveProperty(['no.such']);
	expect(texts.back).toBe('Zurück');
});

test.each([
	[{ frameAncestors: "https://a.example; script-src 'unsafe-inline'" }, 'Frame Ancestors'],
	[{ frameAncestors: '*' }, 'Frame Ancestors'],
	[{ logo: 'https://a.example/logo.png' }, 'Logo'],
	[{ logo: 'data:text/html;base64,AAAA' }, 'Logo'],
	[{ logo: `data:image/png;base64,${'A'.repeat(70_000)}` }, 'Logo'],
	[{ accentColor: 'red;}' }, 'Accent Color'],
	[{ accentTextColor: 'url(x)' }, 'Accent Text Color'],
	[{ refreshUrl: 'javascript:alert(1)' }, 'Refresh URL'],
	[{ language: '"><script>' }, 'Language'],
	[{ texts: '[]' }, 'Texts'],
	[{ texts: '{"x": 1}' }, 'Texts'],
])('settings that would not work are rejected: %#', (fields, word) => {
	expect(() => parsePortalSettings(fields)).toThrow(word);
});

test('every text of the page exists, and every text is used', () => {
	const folder = path.join(root, 'core/portal/page');
	const sources = fs
		.readdirSync(folder)
		.filter((file) => /\.(?:js|html)$/.test(file))
		.map((file) => fs.readFileSync(path.join(folder, file), 'utf8'))
		.join('\n');
	const texts = JSON.parse(fs.readFileSync(path.join(folder, 'texts.json'), 'utf8'));
	const used = [...sources.matchAll(/\bt\(\s*'([\w.]+)'/g)].map(([, key]) => key);
	expect(used.filter((key) => !(key in texts))).toEqual([]);
	const named = (key) =>
		sources.includes(`'${key}'`) ||
		sources.includes(`{{${key}}}`) ||
		/^endpoint\.(?:pause|resume|enable|disable)(?:Done|d|dBecause)?$/.test(key) ||
		/^(?:authentication|delivery|health|status|log|secret|verify|test|recover|chart|waits)\./.test(
			key,
		) ||
		key.endsWith('.one');
	expect(Object.keys(texts).filter((key) => !named(key))).toEqual([]);
});
