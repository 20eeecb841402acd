/**
 * Searches everything that n8n wrote during the tests, every table and log, for every secret of their
 * credentials: as plain text, in hex and in base64. Fails if it finds one.
 */
const fs = require('node:fs');
const path = require('node:path');

const { openSqlite } = require('./sqlite');
const { lanesFolder, scratch } = require('./project');

/** Encodes a secret in every way it could leak. Base64 depends on the position in the encoded text. */
function encodeSecret(secret) {
	const bytes = Buffer.from(secret, 'utf8');
	const shifted = [0, 1, 2].map((before) => {
		const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
		// Skips characters that also contain bits of a neighbor.
		const begin = Math.ceil((before * 8) / 6);
		return whole.slice(begin, Math.floor(((before + bytes.length) * 8) / 6));
	});
	const inBase64 = shifted.flatMap((text) => [text, text.replace(/\+/g, '-').replace(/\//g, '_')]);
	return [...new Set([secret, bytes.toString('hex'), ...inBase64])];
}

/** Columns in which n8n stores secrets by design: encrypted credentials and its own API keys. */
const EXPECTED_PLACES = ['credentials_entity.data', 'user_api_keys.apiKey'];

/** Yields every text that an n8n stored, as `[place, text]`. */
function* readTexts(folder) {
	const home = path.join(folder, '.n8n');
	const database = openSqlite(folder, { readOnly: true });
	const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
	for (const { name } of tables) {
		for (const row of database.prepare(`SELECT * FROM "${name}"`).iterate()) {
			for (const [column, value] of Object.entries(row)) {
				const place = `${name}.${column}`;
				if (typeof value === 'string' && !EXPECTED_PLACES.includes(place)) {
					yield [row.id === undefined ? place : `${place} of ${row.id}`, value];
				}
			}
		}
	}
	database.close();
	for (const log of [path.join(folder, 'n8n.log'), path.join(home, 'n8nEventLog.log')]) {
		if (fs.existsSync(log)) yield [path.basename(log), fs.readFileSync(log, 'utf8')];
	}
}

/** @returns the places where secrets of one n8n were found, and the numbers of secrets and texts */
function sweep(folder) {
	const secrets = new Map(
		fs
			.readFileSync(path.join(folder, 'secrets.jsonl'), 'utf8')
			.split('\n')
			.filter(Boolean)
			.map((line) => JSON.parse(line))
			.map(({ field, secret }) => [secret, field]),
	);
	const forms = [...secrets].flatMap(([secret, field]) =>
		encodeSecret(secret).map((form) => ({ form, field })),
	);
	const found = [];
	let texts = 0;
	for (const [place, text] of readTexts(folder)) {
		texts += 1;
		for (const { field, form } of forms)
			if (text.includes(form)) found.push(`${field} in ${place}`);
	}
	return { found, texts, secrets: secrets.size };
}

let leaks = 0;
let swept = 0;
const listEntries = (parent) =>
	fs.existsSync(parent) ? fs.readdirSync(parent).map((name) => path.join(parent, name)) : [];
const folders = [scratch, ...listEntries(lanesFolder)].flatMap(listEntries);
for (const folder of folders) {
	if (!fs.existsSync(path.join(folder, 'secrets.jsonl'))) continue;
	const { found, secrets, texts } = sweep(folder);
	console.log(
		`  ${path.relative(scratch, folder)}: ${secrets} secrets in ${texts} texts, found ${found.length} times`,
	);
	for (const place of new Set(found.slice(0, 20))) console.log(`    ✗ ${place}`);
	swept += secrets;
	leaks += found.length;
}
process.exit(leaks === 0 && swept > 0 ? 0 : 1);
