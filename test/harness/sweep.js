/**
 * After the tests: searches what their n8ns wrote, every table of the databases and the logs, for each
 * secret that stood in a credential, plain, in hex and in base64. None may be there.
 */
const fs = require('node:fs');
const path = require('node:path');
const { DatabaseSync } = require('node:sqlite');

const { scratch } = require('./project');

/** How a secret may be written: base64 depends on where in the encoded text it begins. */
function formsOf(secret) {
	const bytes = Buffer.from(secret, 'utf8');
	const shifted = [0, 1, 2].map((before) => {
		const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
		// Characters that hold a neighbour's bits as well say nothing.
		const begin = Math.ceil((before * 8) / 6);
		return whole.slice(begin, Math.floor(((before + bytes.length) * 8) / 6));
	});
	const inBase64 = shifted.flatMap((text) => [text, text.replace(/\+/g, '-').replace(/\//g, '_')]);
	return [...new Set([secret, bytes.toString('hex'), ...inBase64])];
}

/** Where n8n itself keeps secrets: credentials, encrypted, and its own API keys. */
const OWN_PLACES = ['credentials_entity.data', 'user_api_keys.apiKey'];

/** Every text that an n8n keeps, with where it stands. */
function* textsOf(folder) {
	const home = path.join(folder, '.n8n');
	const database = new DatabaseSync(path.join(home, 'database.sqlite'), { readOnly: true });
	const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
	for (const { name } of tables) {
		for (const row of database.prepare(`SELECT * FROM "${name}"`).iterate()) {
			for (const [column, value] of Object.entries(row)) {
				const place = `${name}.${column}`;
				if (typeof value === 'string' && !OWN_PLACES.includes(place)) {
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

/** @returns where the secrets of one n8n were found, and how many secrets and texts were looked at */
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
		formsOf(secret).map((form) => ({ form, field })),
	);
	const found = [];
	let texts = 0;
	for (const [place, text] of textsOf(folder)) {
		texts += 1;
		for (const { field, form } of forms)
			if (text.includes(form)) found.push(`${field} in ${place}`);
	}
	return { found, texts, secrets: secrets.size };
}

let leaks = 0;
let swept = 0;
for (const name of fs.readdirSync(scratch)) {
	const folder = path.join(scratch, name);
	if (!fs.existsSync(path.join(folder, 'secrets.jsonl'))) continue;
	const { found, secrets, texts } = sweep(folder);
	console.log(`  ${name}: ${secrets} secrets in ${texts} texts, found ${found.length} times`);
	for (const place of new Set(found.slice(0, 20))) console.log(`    ✗ ${place}`);
	swept += secrets;
	leaks += found.length;
}
process.exit(leaks === 0 && swept > 0 ? 0 : 1);
