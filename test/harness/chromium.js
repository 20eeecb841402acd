const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { chromium } = require('playwright-core');

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Where Playwright installs its own; it names none on a system that it has none for. */
function playwrightsOwn() {
	try {
		return [chromium.executablePath()];
	} catch {
		return [];
	}
}

/** Whether a program is there and runs: what some systems call Chromium only says how to install it. */
const runs = (program) =>
	fs.existsSync(program) &&
	/Chrom/.test(spawnSync(program, ['--version'], { timeout: 30_000 }).stdout);

/**
 * A Chromium to run tests in: the one that CHROMIUM names, the machine's, or Playwright's own.
 * @returns `undefined` where there is none
 * @throws where CHROMIUM names what does not run
 */
function findChromium() {
	const { CHROMIUM, PATH } = process.env;
	if (CHROMIUM) {
		if (!runs(CHROMIUM))
			throw new Error(`CHROMIUM is ${CHROMIUM}, which is no Chromium that runs.`);
		return CHROMIUM;
	}
	const folders = (PATH ?? '').split(path.delimiter);
	return [
		'/usr/bin/chromium',
		...NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))),
		...playwrightsOwn(),
	].find(runs);
}

module.exports = { findChromium };
