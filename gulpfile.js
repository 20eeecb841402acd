const { dest, series, src } = require('gulp');

const { writeCodex } = require('./scripts/generate-codex');
const { writeTables } = require('./scripts/generate-docs');
const { writePortal } = require('./scripts/generate-portal');
const { writeRegistry } = require('./scripts/generate-registry');

/** Copies what the compiler leaves out, icons and codex files, next to its output. */
function assets() {
	return src(['nodes/**/*.{svg,png,json}', 'credentials/**/*.svg'], {
		base: '.',
		encoding: false,
		allowEmpty: true,
	}).pipe(dest('dist'));
}

/** Lists the platform definitions in core/platforms/registry.ts. Runs before the compiler. */
async function registry() {
	writeRegistry();
}

/** Writes the portal's page in one file, core/portal/pageSource.ts. Runs before the compiler. */
async function portal() {
	writePortal();
}

/** Writes the nodes' codex files, which `assets` copies. Runs after the compiler, because it reads build/. */
async function codex() {
	writeCodex();
}

/** Writes the tables of README.md and docs/. Runs after the compiler, because it reads build/. */
async function docs() {
	writeTables();
}

exports.assets = assets;
exports.codex = codex;
exports.docs = docs;
exports.portal = portal;
exports.registry = registry;
exports.default = series(assets);
