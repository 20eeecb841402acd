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
	await page.getByLabel('Status').selectOption('Failed or on hold');
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

/** Lets the endpoint get its events in order, with a circuit breaker. */
async function setDelivery({ click, page }) {
	await click('link', 'Delivery');
	await inspect(page);
	await page.getByLabel('Order').selectOption('In order for each key');
	await page.getByLabel('Circuit breaker').selectOption('On: make single attempts');
	await page.getByLabel('Failures in a row').fill('0');
	await click('button', 'Save');
	await page.getByText('Enter the field with the key.').waitFor();
	await page.getByLabel('Field with the key').fill('order');
	await click('button', 'Save');
	await page.getByText(/^Failures in a row: /).waitFor();
	await inspect(page);
	await page.getByLabel('Failures in a row').fill('3');
	await click('button', 'Save');
	await page.getByText('The delivery settings were saved.').waitFor();
	await page.getByText('In order for each order').waitFor();
	await page.getByText('After 3 failures in a row, one attempt every 5 min').waitFor();
	await inspect(page);
}

/** Lets requests have a token, after a look at the fields of each type. */
async function setAuthentication({ click, page }, token) {
	await click('link', 'Authentication');
	await inspect(page);
	for (const type of ['User and password', 'OAuth2 client credentials', 'AWS Signature V4']) {
		await page.getByLabel('Type').selectOption(type);
		await inspect(page);
	}
	await click('button', 'Save');
	await page.getByText('Access key ID: is required').waitFor();
	await inspect(page);
	await page.getByLabel('Type').selectOption('Bearer token');
	await page.getByLabel('Token').fill(token);
	await click('button', 'Save');
	await page.getByText('The authentication was saved.').waitFor();
	await click('link', 'Authentication');
	await page.getByText('Leave empty to keep the current one.').waitFor();
	expect(await page.getByLabel('Token').inputValue()).toBe('');
	await click('link', 'Back');
}

/** Pauses the endpoint, sends two test events, and resumes it. @param deliver makes the attempts that are due */
async function pauseAndResume({ click, page }, deliver) {
	await click('button', 'Pause');
	await page.getByText('This endpoint is paused. Its events wait').waitFor();
	await inspect(page);
	for (const type of ['order.paid', 'order.created']) {
		await click('link', 'Test event');
		await page.getByLabel('Event').selectOption(type);
		await click('button', 'Send test event');
		await heading(page, type).waitFor();
		await page.getByText('Waits until the endpoint is resumed.').waitFor();
		await inspect(page);
		await click('link', 'Back');
		await page.getByText('Waits until the endpoint is resumed.').first().waitFor();
		await inspect(page);
		await click('link', 'Back');
	}
	await deliver();
	await click('button', 'Resume');
	await page.getByText('The endpoint was resumed.').waitFor();
	await deliver();
}

async function changeAndDelete({ click, page }, name) {
	await click('button', 'Disable');
	await page.getByText('This endpoint is disabled. Its events are on hold').waitFor();
	await inspect(page);
	expect(await page.getByRole('button', { name: 'Pause' }).count()).toBe(0);
	await click('button', 'Enable');
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
	pauseAndResume,
	readCode,
	recoverMissing,
	replaceSecret,
	sendTestEvent,
	setAuthentication,
	setDelivery,
};
