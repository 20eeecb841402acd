/** The portal of Svix's API in the n8n of the tests, and a browser that watches what its page does. */
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');

const { listBlocks, readPage } = require('../harness/documents');
const { root } = require('../harness/project');

const { pause } = require('./stage');
const { serveSvixApi } = require('./svixStage');

const AXE = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const PICTURES = path.join(root, 'docs/pictures');
const VIEWPORTS = { desktop: { width: 1000, height: 700 }, phone: { width: 360, height: 740 } };

/** For a step on a busy machine. */
const STEP_MS = 90_000;

/**
 * Imports and publishes the template with the portal on.
 * @param outbox the value of its nodes' `credentials`
 * @param settings of the portal
 */
async function servePortal(outbox, settings) {
	const api = await serveSvixApi(outbox, settings);
	return { ...api, portal: `${api.server}/portal` };
}

/** The frame of docs/portal.md, large enough for a person. */
const [FRAME] = listBlocks(readPage('docs/portal.md'), 'html').map((html) =>
	html.replace('<iframe ', '<iframe width="800" height="600" '),
);

/** Starts a server whose pages show a URL in the frame of docs/portal.md. */
async function startFrames() {
	const state = { url: '' };
	const server = http.createServer((_, response) => {
		response.writeHead(200, { 'content-type': 'text/html' });
		response.end(`<title>Frame</title>${FRAME.replace(/src="[^"]*"/, `src="${state.url}"`)}`);
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address();
	return {
		allowed: `http://127.0.0.1:${port}`,
		other: `http://localhost:${port}`,
		show: (url) => void (state.url = url),
		stop: () => server.close(),
	};
}

/** Opens a page, and notes what it should never do: dialogs, errors, requests that tell the link. */
async function openPage(browser, { colorScheme = 'light', link, portal, viewport = 'desktop' }) {
	const context = await browser.newContext({
		viewport: VIEWPORTS[viewport],
		colorScheme,
		timezoneId: 'UTC',
		locale: 'en-US',
	});
	context.setDefaultTimeout(STEP_MS);
	const page = await context.newPage();
	const faults = [];
	page.on('dialog', (dialog) => {
		faults.push(`dialog: ${dialog.message()}`);
		void dialog.dismiss();
	});
	page.on('pageerror', ({ message }) => faults.push(`error: ${message}`));
	page.on('console', (message) => {
		if (message.type() === 'error') faults.push(`console: ${message.text()}`);
	});
	page.on('request', (request) => {
		const { referer } = request.headers();
		const [url] = request.url().split('#');
		if (url !== portal && !url.startsWith('data:')) faults.push(`request: ${url}`);
		if (referer) faults.push(`referer: ${referer}`);
	});
	const open = async (view = '') => {
		await page.goto(`${link}${view}`);
		await page.getByRole('heading', { level: 1 }).waitFor();
	};
	if (link !== undefined) await open();
	const click = async (role, name, within = page) =>
		await within.getByRole(role, { name, exact: true }).click();
	return { click, context, faults, open, page };
}

const heading = (page, name) => page.getByRole('heading', { level: 1, name });

/** Checks that everybody can use what a page shows, on a screen of its width. */
async function inspect(page) {
	await page.locator('main[aria-busy]').waitFor({ state: 'detached' });
	await page.evaluate(AXE);
	const { violations } = await page.evaluate(
		async () => await globalThis.axe.run({ resultTypes: ['violations'] }),
	);
	const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`);
	expect(found).toEqual([]);
	const overflow = await page.evaluate(() => {
		const { clientWidth, scrollWidth } = globalThis.document.documentElement;
		return scrollWidth - clientWidth;
	});
	expect(overflow).toBe(0);
}

/** Clicks Refresh until there is an attempt: it is made after the message was accepted. */
async function waitForAttempt(page, number) {
	const until = Date.now() + STEP_MS;
	const attempt = page.getByRole('heading', { name: `Attempt ${number} Delivered`, exact: true });
	while ((await attempt.count()) === 0) {
		if (Date.now() > until) throw new Error(`The page does not show attempt ${number}.`);
		await page.getByRole('button', { name: 'Refresh', exact: true }).click();
		await page.locator('main[aria-busy]').waitFor({ state: 'detached' });
		await pause(1000);
	}
}

/** The pictures of docs/portal.md. */
const SHOWN = [
	'endpoints-desktop-light',
	'endpoints-desktop-dark',
	'message-desktop-light',
	'endpoint-phone-light',
];

/** Saves a picture for the docs, if it is shown there and that is asked for. */
async function savePicture(page, name) {
	if (!process.env.SAVE_PICTURES || !SHOWN.includes(name)) return;
	const fullPage = name.includes('desktop');
	await page.evaluate(() => globalThis.scrollTo(0, 0));
	await page.screenshot({ path: path.join(PICTURES, `portal-${name}.png`), fullPage });
}

module.exports = {
	heading,
	inspect,
	openPage,
	waitForAttempt,
	savePicture,
	servePortal,
	startFrames,
};
