const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { chromium } = require('playwright-core');

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Returns the path of Playwright's own Chromium; `undefined` if Playwright has none for this system. */
function findPlaywrightChromium() {
	try {
		return [chromium.executablePath()];
	} catch {
		return [];
	}
}

/** Returns whether a program runs: on some systems "chromium" only prints how to install it. */
const isRunnable = (program) =>
	fs.existsSync(program) &&
	/Chrom/.test(spawnSync(program, ['--version'], { timeout: 30_000 }).stdout);

/**
 * Finds a Chromium to run tests in: the one that the variable CHROMIUM names, the machine's, or
 * Playwright's own.
 * @returns its path; `undefined` if there is none
 * @throws if CHROMIUM names a program that does not run
 */
function findChromium() {
	const { CHROMIUM, PATH } = process.env;
	if (CHROMIUM) {
		if (!isRunnable(CHROMIUM)) throw new Error(`CHROMIUM is ${CHROMIUM}, but it does not run.`);
		return CHROMIUM;
	}
	const folders = (PATH ?? '').split(path.delimiter);
	return [
		'/usr/bin/chromium',
		...NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))),
		...findPlaywrightChromium(),
	].find(isRunnable);
}

module.exports = { findChromium };
