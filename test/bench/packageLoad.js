/** Measures how long n8n takes to load this package, and the memory that it then has, in processes of their own. */
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { root } = require('../harness/project');

const { say } = require('./rounds');
const { compare } = require('./statistics');

/** What n8n itself has loaded before it loads a package. */
const BEFORE = ['n8n-workflow', 'zod', 'luxon', 'lodash'];

const PROGRAM = `
const measure = (names) => {
	global.gc();
	const before = process.memoryUsage().rss;
	const began = process.hrtime.bigint();
	for (const name of names) require(name);
	const ms = Number(process.hrtime.bigint() - began) / 1e6;
	global.gc();
	return { ms, megabytes: (process.memoryUsage().rss - before) / 2 ** 20 };
};
const [before, files] = JSON.parse(process.argv[1]);
console.log(JSON.stringify([measure(before), measure(files)]));
`;

const listFiles = () =>
	fs
		.readdirSync(path.join(root, 'dist'), { recursive: true })
		.filter((file) => file.endsWith('.js'))
		.map((file) => path.join(root, 'dist', file));

/** @returns the result rows of the package's load */
function packageLoad({ rounds }) {
	const files = listFiles();
	const samples = { ms: { ours: [], theirs: [] }, megabytes: { ours: [], theirs: [] } };
	for (let round = 0; round <= rounds; round += 1) {
		const input = JSON.stringify([BEFORE, files]);
		const output = execFileSync(process.execPath, ['--expose-gc', '-e', PROGRAM, input], {
			cwd: root,
			encoding: 'utf8',
		});
		if (round === 0) continue;
		const [theirs, ours] = JSON.parse(output);
		for (const [unit, { ours: own, theirs: other }] of Object.entries(samples)) {
			own.push(ours[unit]);
			other.push(theirs[unit]);
		}
	}
	say(`Load: ${files.length} files, ${rounds} processes`);
	const against = `${BEFORE.join(', ')}, which n8n has loaded before`;
	const row = (what, unit, { ours, theirs }) => ({
		part: 'load',
		unit,
		what,
		against,
		...compare(ours, theirs, 'alone'),
	});
	return [
		row(`Time to require all ${files.length} files of dist`, 'ms', samples.ms),
		row(`Resident memory that they add`, 'MB', samples.megabytes),
	];
}

module.exports = { packageLoad };
