const fs = require('node:fs');
const path = require('node:path');

const { dest, src } = require('gulp');

const PROFILES = path.join(__dirname, 'core/profiles');
const SECTIONS = ['platforms', 'open', 'providers'];

/**
 * Lists the profile files, so that adding a platform is adding its file. It runs before the compiler,
 * since what ships may not look into folders.
 */
async function profiles() {
	const names = SECTIONS.flatMap((section) =>
		fs
			.readdirSync(path.join(PROFILES, section))
			.filter((file) => file.endsWith('.ts'))
			.sort()
			.map((file) => ({ section, name: path.basename(file, '.ts') })),
	);
	const imports = names.map(
		({ section, name }) => `import { profile as ${name} } from './${section}/${name}';\n`,
	);
	const list = names.map(({ name }) => `\t${name},\n`);
	fs.writeFileSync(
		path.join(PROFILES, 'catalogue.ts'),
		[
			'// Written by `npm run build`, from the files beside this one.\n',
			...imports,
			"import type { PlatformProfile } from './profile';\n",
			'\nexport const CATALOGUE: PlatformProfile[] = [\n',
			...list,
			'];\n',
		].join(''),
	);
}

/** Puts what the compiler leaves behind beside its output: icons and codex files. */
function assets() {
	return src(['nodes/**/*.{svg,png,json}', 'credentials/**/*.svg'], {
		base: '.',
		encoding: false,
		allowEmpty: true,
	}).pipe(dest('dist'));
}

/** Read when they are written: a copy of the sources alone has none. */
const pages = () => [
	'README.md',
	...fs
		.readdirSync(path.join(__dirname, 'docs'))
		.filter((file) => file.endsWith('.md'))
		.sort()
		.map((file) => `docs/${file}`),
];

const code = (text) => `\`${text}\``;
const listed = (texts, last = 'or') =>
	texts.length < 2
		? texts.join('')
		: `${texts.slice(0, -1).join(', ')} ${last} ${texts[texts.length - 1]}`;
const unique = (texts) => [...new Set(texts)];

const table = (head, rows) =>
	[head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');

/** A platform's name, with its page where that has an address. */
const named = ({ name, source }) => (source.startsWith('http') ? `[${name}](${source})` : name);

const time = (ms) => {
	for (const [unit, length] of [
		['h', 3600],
		['min', 60],
	]) {
		if (ms >= length * 1000 && ms % (length * 1000) === 0) return `${ms / (length * 1000)} ${unit}`;
	}
	return `${ms / 1000} s`;
};

function retries({ schedule }) {
	if (schedule.kind === 'list') return schedule.delaysMs.map(time).join(', ');
	const { backoffMultiplier, firstDelayMs, maxRetries } = schedule;
	return `${maxRetries} times, from ${time(firstDelayMs)}, each ${backoffMultiplier} times longer`;
}

const ALGORITHMS = {
	'hmac-sha1': 'HMAC-SHA1',
	'hmac-sha256': 'HMAC-SHA256',
	'hmac-sha512': 'HMAC-SHA512',
	ed25519: 'Ed25519',
};

const SECRETS = {
	text: 'text',
	standardWebhooks: '`whsec_`, `whsk_` or `whpk_` and base64',
	keyFile: 'a private key file’s content',
	publicKeyHex: 'a public key in hex',
};

/** Every way in which a scheme writes a signature, e.g. `sha256=` and hex. */
const written = ({ forms }) =>
	listed(unique(forms.map(({ encoding, prefix }) => `${prefix && `${code(prefix)} `}${encoding}`)));

function timestampOf({ timestamp }) {
	if (timestamp === undefined) return '–';
	const { bodyField, header, signaturePart, toleranceSeconds, unit } = timestamp;
	const place = bodyField
		? `${code(bodyField)} in the body`
		: header
			? code(header)
			: `${code(signaturePart)} in the signature header`;
	return `${place}, in ${unit}, ± ${toleranceSeconds} s`;
}

function schemeCells({ scheme }) {
	if (scheme === undefined) return ['the credential’s', ...Array(6).fill('')];
	const headers = [scheme.signatureHeader, ...(scheme.furtherSignatureHeaders ?? [])];
	return [
		headers.map(code).join(', '),
		code(scheme.content),
		listed(unique(scheme.forms.map(({ algorithm }) => ALGORITHMS[algorithm]))),
		written(scheme),
		timestampOf(scheme),
		scheme.idHeader ? code(scheme.idHeader) : '–',
		SECRETS[scheme.secretFormat],
	];
}

const METHODS = {
	urlToken: 'URL token',
	bearer: 'Bearer token',
	basic: 'Basic',
	signature: 'signature',
};

function asked({ filledInOnly, methods, require }) {
	const names = methods.map((method) => METHODS[method]);
	return filledInOnly && require === 'all'
		? `what the credential holds of ${listed(names, 'and')}`
		: listed(names, require === 'all' ? 'and' : 'or');
}

const placeOf = ({ body, header }) => {
	if (header) return `the header ${code(header)}`;
	return body ? code(body) : 'the body’s bytes';
};

const DISABLED = { exhausted: 'after a delivery failed in all its attempts' };

/** The documents' tables, by the name that stands between their markers. */
const TABLES = {
	platforms: ({ PROFILES, requestKinds, sendableKinds }) =>
		table(
			['Platform', 'Trigger receives', 'Send sends', 'Signature'],
			PROFILES.filter(({ section }) => section !== 'provider').map((profile) => {
				const [received, sent] = [requestKinds, sendableKinds].map((kindsOf) =>
					kindsOf(profile)
						.map((kind) => kind.name.toLowerCase())
						.join(', '),
				);
				return [named(profile), received, sent, profile.description];
			}),
		),
	providers: ({ PROFILES }) =>
		table(
			['Provider', 'Signature'],
			PROFILES.filter(({ section }) => section === 'provider').map((profile) => [
				named(profile),
				profile.description,
			]),
		),
	schemes: ({ PROFILES }) =>
		table(
			[
				'Platform or provider',
				'Signature header',
				'Signed content',
				'Algorithm',
				'Written as',
				'Timestamp',
				'ID header',
				'Secret',
			],
			PROFILES.map((profile) => [named(profile), ...schemeCells(profile)]),
		),
	kinds: ({ PROFILES, requestKinds }) =>
		table(
			['Platform', 'Request kind', 'What it is', 'As the platform asks'],
			PROFILES.filter(({ section }) => section !== 'provider').flatMap((profile) =>
				requestKinds(profile).map(({ authentication, description, name }) => [
					profile.name,
					name,
					description,
					asked({ ...authentication, filledInOnly: authentication.methods.length > 1 }),
				]),
			),
		),
	events: ({ PROFILES }) =>
		table(
			['Platform or provider', 'The event’s type stands in', 'A repeat has the same'],
			PROFILES.filter(({ events }) => events).map(({ events, name }) => [
				name,
				listed(events.type.map(placeOf)),
				listed(events.duplicateKey.map(placeOf), 'and') || 'what you choose',
			]),
		),
	catalogues: ({ PROFILES }) =>
		table(
			['Platform', 'Event types on the list'],
			PROFILES.filter(({ events }) => events?.types.length > 0).map(({ events, name }) => [
				name,
				events.types.map(({ value }) => code(value)).join(', '),
			]),
		),
	sending: ({ PROFILES, sendableKinds }) =>
		table(
			[
				'Platform',
				'Timeout',
				'Retries after',
				'Statuses retried',
				'Retry-After up to',
				'HTTPS only',
				'Disables an endpoint',
			],
			PROFILES.filter((profile) => sendableKinds(profile).length > 0).map((profile) => [
				profile.name,
				time(profile.timeoutMs),
				retries(profile.retry),
				profile.retryStatuses.join(', '),
				time(profile.retry.maxRetryAfterMs),
				profile.httpsOnly ? 'yes' : 'no',
				profile.disableRule ? DISABLED[profile.disableRule.rule] : '–',
			]),
		),
	addresses: ({ PROFILES }) =>
		table(
			['Platform', 'Calls from'],
			PROFILES.filter(({ sourceAddresses }) => sourceAddresses.length > 0).map(
				({ name, sourceAddresses }) => [name, sourceAddresses.join(', ')],
			),
		),
	templates: () =>
		table(
			['Template', 'What it shows'],
			fs
				.readdirSync(path.join(__dirname, 'templates'))
				.sort()
				.map((file) => {
					const { nodes } = JSON.parse(
						fs.readFileSync(path.join(__dirname, 'templates', file), 'utf8'),
					);
					const [note] = nodes.filter(({ type }) => type.endsWith('.stickyNote'));
					const [heading] = note.parameters.content.split('\n');
					return [`[${file}](templates/${file})`, heading.replace(/^#+ /, '')];
				}),
		),
};

/** Writes the documents' tables from the profiles and the templates. It needs what the compiler wrote. */
async function docs() {
	const profiles = require('./dist/core/profiles');
	for (const name of pages()) {
		const file = path.join(__dirname, name);
		const text = fs
			.readFileSync(file, 'utf8')
			.replace(
				/(<!-- (\w+): .*? -->\n)[^]*?(<!-- \/\2 -->)/g,
				(_, begin, list, end) => `${begin}\n${TABLES[list](profiles)}\n${end}`,
			);
		fs.writeFileSync(file, text);
	}
}

exports.profiles = profiles;
exports.docs = docs;
exports.default = assets;
