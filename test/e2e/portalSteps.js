/** The steps of a subscriber in the portal, by clicks. */
const { heading, inspect, waitForAttempt } = require('./portalStage');

/** Adds an endpoint with an event type of the catalog. */
async function addEndpoint({ click, page }, url, name) {
	await click('link', 'Add endpoint');
	await inspect(page);
	await page.getByLabel('URL').fill('my server');
	await click('button', 'Add endpoint');
	await page.getByText('Enter a complete URL').waitFor();
	await page.getByLabel('URL').fill(url);
	await page.getByLabel('Description').fill(name);
	await page.getByLabel('All events').uncheck();
	await page.getByLabel('order.created').check();
	await inspect(page);
	await click('button', 'Add endpoint');
	await heading(page, name).waitFor();
	await page.getByText('The endpoint was added.').waitFor();
	await page.getByText('Receives order.created.').waitFor();
	await inspect(page);
}

/** Reveals and replaces the secret. Returns the new one. */
async function replaceSecret({ click, page }) {
	const reveal = async () => {
		await click('button', 'Reveal secret');
		return await page.locator('pre').innerText();
	};
	await click('link', 'Signing secret');
	const secret = await reveal();
	await inspect(page);
	await page.getByLabel('Keep the old secret').selectOption('For an hour');
	await click('button', 'Replace secret');
	const dialog = page.getByRole('dialog');
	await inspect(page);
	await click('button', 'Replace secret', dialog);
	await page.getByText('The secret was replaced.').waitFor();
	const replaced = await reveal();
	expect(replaced).toMatch(/^whsec_/);
	expect(replaced).not.toBe(secret);
	await click('link', 'Back');
	return replaced;
}

async function readCode({ click, page }) {
	await click('link', 'Verify signatures');
	for (const [language, text] of [
		['JavaScript', 'npm install standardwebhooks'],
		['Python', 'pip install standardwebhooks'],
		['Go', 'standardwebhooks.NewWebhook'],
		['Ruby', 'StandardWebhooks::Webhook'],
		['PHP', 'StandardWebhooks\\Webhook'],
	]) {
		await page.getByLabel('Language').selectOption(language);
		await page.locator('pre', { hasText: text }).waitFor();
	}
	await inspect(page);
	await click('button', 'Copy the code');
	await page.locator('#status:not(:empty)').waitFor();
	await click('link', 'Back');
}

/** Sends a test event, looks at its attempt, sends it again, and finds it in the log. */
async function sendTestEvent({ click, page }) {
	await click('link', 'Test event');
	await page.getByLabel('Event').selectOption('order.created');
	await page.getByText('"order": 7').waitFor();
	await inspect(page);
	await click('button', 'Send test event');
	await heading(page, 'order.created').waitFor();
	await page.getByText('The test event was sent.').waitFor();
	await waitForAttempt(page, 1);
	await click('button', 'Send again');
	await page.getByText('The event was sent again.').waitFor();
	await waitForAttempt(page, 2);
	await page.getByText('Sent again by hand').waitFor();
	await page.getByText('"received": true').first().waitFor();
	await inspect(page);
	await click('link', 'Back');
	await heading(page, 'Log').waitFor();
	const entries = page.locator('.log li');
	expect(await entries.count()).toBe(1);
	await inspect(page);
	await page.getByLabel('Status').selectOption('Failed');
	await page.getByText('Nothing here.').waitFor();
	await inspect(page);
	await page.getByLabel('Status').selectOption('Delivered');
	await entries.waitFor();
	await page.getByLabel('Event').selectOption('order.paid');
	await page.getByText('Nothing here.').waitFor();
	await page.getByLabel('Event').selectOption('All events');
	await entries.waitFor();
	await page.getByLabel('Since').fill('2099-01-01T00:00');
	await page.getByText('Nothing here.').waitFor();
	await click('link', 'Back');
}

/** Recovers the messages from before the endpoint was added: two of its event type. */
async function recoverMissing({ click, page }) {
	await click('link', 'Recover');
	await click('button', 'Preview');
	await page.getByText('0 events would be sent again.').waitFor();
	expect(await page.getByRole('button', { name: 'Send them again' }).count()).toBe(0);
	await page.getByLabel('Which events').selectOption('missing');
	await click('button', 'Preview');
	await page.getByText(/[1-9] events? would be sent again\./).waitFor();
	await inspect(page);
	await click('button', 'Send them again');
	await page.getByText(/[1-9] events? (?:are|is) queued\./).waitFor();
	await click('link', 'Back');
	await click('link', 'Log');
	await page.getByLabel('Status').selectOption('Waiting');
	await page.locator('.log li').first().waitFor();
	await click('link', 'Back');
}

async function changeAndDelete({ click, page }, name) {
	await click('button', 'Pause');
	await page.getByText('This endpoint is paused. Its events wait').waitFor();
	await inspect(page);
	await click('button', 'Resume');
	await page.getByText('The endpoint receives events again.').waitFor();
	await click('link', 'Edit');
	expect(await page.getByLabel('Description').inputValue()).toBe(name);
	await page.getByLabel('Description').fill('Renamed');
	await click('button', 'Save');
	await heading(page, 'Renamed').waitFor();
	await page.getByText('The endpoint was saved.').waitFor();
	const dialog = page.getByRole('dialog');
	await click('button', 'Delete');
	await inspect(page);
	await click('button', 'Cancel', dialog);
	await dialog.waitFor({ state: 'detached' });
	await click('button', 'Delete');
	await click('button', 'Delete', dialog);
	await heading(page, 'Endpoints').waitFor();
	await page.getByText('The endpoint was deleted.').waitFor();
	expect(await page.getByText('Renamed').count()).toBe(0);
}

module.exports = {
	addEndpoint,
	changeAndDelete,
	readCode,
	recoverMissing,
	replaceSecret,
	sendTestEvent,
};
