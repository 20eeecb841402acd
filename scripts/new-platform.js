/**
 * `npm run new-platform -- <id> ["Name"]`: writes the two files of a new provider, core/platforms/definitions/<id>.ts
 * and test/unit/platforms/vectors/<id>.json, to fill in. Fill in what is in angle brackets.
 */
const fs = require('node:fs');
const path = require('node:path');

const startCase = require('lodash/startCase');

const ROOT = path.join(__dirname, '..');

const ID = /^[a-z][a-zA-Z0-9]*(?:-[a-z0-9]+)*$/;

const buildDefinition = (id, name) => `import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: '${id}',
	name: '${name}',
	description: 'X-Signature: a hex HMAC of the body',
	searchWords: ['<words that people type after its name>'],
	category: 'dev',
	// The best of its vectors: 'official vector', then 'official library', then 'official page'.
	evidence: 'official page',
	source: 'https://<the page that describes the signature>',
	scheme: {
		name: '${id}',
		signatureHeader: 'X-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: '<event type>' },
		type: [{ body: '<path of the event type>' }],
		duplicateKey: [{ body: '<path of the ID that a retry keeps>' }],
	},
	setup: {
		menu: '<Settings → Webhooks>',
		page: 'https://<the page that describes these settings>',
		secret: { name: '<the secret’s name>', place: '<which …, to follow a comma>' },
	},
	usualTypes: ['<event type>'],
});
`;

const buildVectors = () => [
	{
		name: 'docs',
		source: 'https://<the page, or the file in the repository, with this request>',
		madeBy: 'page: <command that signed it, e.g. python3 hmac over the body>',
		secret: '<secret>',
		headers: { 'x-signature': '<signature>' },
		body: '<the body as text>',
		event: { type: '<event type>', duplicateKey: '<value>' },
	},
];

/**
 * Lists the files of a new provider.
 * @param root the repository's folder
 * @throws if the ID cannot be a file's name, or is taken
 */
function buildFiles(root, id, name = startCase(id)) {
	if (!ID.test(id ?? '')) {
		throw new Error(
			`"${id ?? ''}" is no ID. Use lower-case words with hyphens between them, e.g. npm run new-platform -- acme-forms "Acme Forms".`,
		);
	}
	const files = {
		[path.join(root, 'core/platforms/definitions', `${id}.ts`)]: buildDefinition(
			id,
			name.replace(/['\\]/g, '\\$&'),
		),
		[path.join(root, 'test/unit/platforms/vectors', `${id}.json`)]:
			`${JSON.stringify(buildVectors(), undefined, '\t')}\n`,
	};
	const taken = Object.keys(files).find((file) => fs.existsSync(file));
	if (taken !== undefined) throw new Error(`${taken} already exists. Choose another ID.`);
	return files;
}

function writeNewPlatform([id, name], root = ROOT) {
	const files = buildFiles(root, id, name);
	for (const [file, text] of Object.entries(files)) {
		fs.writeFileSync(file, text);
		console.log(`Wrote ${path.relative(root, file)}`);
	}
	console.log(
		`Fill in what is in angle brackets, then run: npm run test:fast -- platforms/presets`,
	);
}

if (require.main === module) {
	try {
		writeNewPlatform(process.argv.slice(2));
	} catch (error) {
		console.error(error.message);
		process.exitCode = 1;
	}
}

module.exports = { writeNewPlatform };
