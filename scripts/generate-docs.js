/**
 * Writes the tables of README.md and docs/ from the platform definitions and the templates. A table
 * goes between `<!-- name: … -->` and `<!-- /name -->`, where the name is a key of TABLES.
 */
const fs = require('node:fs');
const path = require('node:path');

const ROOT = path.join(__dirname, '..');

/** Lists the pages that may have tables, as paths below the repository's root. */
const listPages = () => [
	'README.md',
	...fs
		.readdirSync(path.join(ROOT, 'docs'))
		.filter((file) => file.endsWith('.md'))
		.sort()
		.map((file) => `docs/${file}`),
];

const code = (text) => `\`${text}\``;
const joinWords = (texts, last = 'or') =>
	texts.length < 2
		? texts.join('')
		: `${texts.slice(0, -1).join(', ')} ${last} ${texts[texts.length - 1]}`;
const unique = (texts) => [...new Set(texts)];

/** Writes a Markdown table. */
const toTable = (head, rows) =>
	[head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');

/** Links a platform's name to its source: the provider's own page, or a section of these docs. */
function linkName({ name, source }, page) {
	if (source.startsWith('http')) return `[${name}](${source})`;
	if (!source.startsWith('docs/')) return name;
	const [file, anchor] = source.split('#');
	const target = file === page ? '' : path.posix.relative(path.posix.dirname(page), file);
	return `[${name}](${target}#${anchor})`;
}

/** Writes a duration in the largest unit that divides it, e.g. `5 min`. */
const formatDuration = (ms) => {
	for (const [unit, length] of [
		['h', 3600],
		['min', 60],
	]) {
		if (ms >= length * 1000 && ms % (length * 1000) === 0) return `${ms / (length * 1000)} ${unit}`;
	}
	return `${ms / 1000} s`;
};

function formatRetries({ schedule }) {
	if (schedule.kind === 'list') return schedule.delaysMs.map(formatDuration).join(', ');
	const { backoffMultiplier, firstDelayMs, maxRetries } = schedule;
	return `${formatDuration(firstDelayMs)}, then ${backoffMultiplier} times longer each time (${maxRetries} retries)`;
}

const ALGORITHMS = {
	'hmac-sha1': 'HMAC-SHA1',
	'hmac-sha256': 'HMAC-SHA256',
	'hmac-sha512': 'HMAC-SHA512',
	ed25519: 'Ed25519',
};

const SECRETS = {
	text: 'text',
	standardWebhooks: 'base64 after `whsec_`, `whsk_` or `whpk_`',
	keyFile: 'content of a private key file',
	publicKeyHex: 'public key in hex',
};

/** Lists the ways in which a scheme encodes a signature, e.g. `sha256=` hex. */
const formatEncodings = ({ forms }) =>
	joinWords(
		unique(forms.map(({ encoding, prefix }) => `${prefix && `${code(prefix)} `}${encoding}`)),
	);

function formatTimestamp({ timestamp }) {
	if (timestamp === undefined) return '–';
	const { bodyField, header, signaturePart, toleranceSeconds, unit } = timestamp;
	const place = bodyField
		? `${code(bodyField)} in the body`
		: header
			? code(header)
			: `${code(signaturePart)} in the signature header`;
	return `${place}, in ${unit}, ± ${toleranceSeconds} s`;
}

function formatScheme({ scheme }) {
	if (scheme === undefined) return ['set in the credential', ...Array(6).fill('')];
	const headers = [scheme.signatureHeader, ...(scheme.additionalSignatureHeaders ?? [])];
	return [
		headers.map(code).join(', '),
		code(scheme.content),
		joinWords(unique(scheme.forms.map(({ algorithm }) => ALGORITHMS[algorithm]))),
		formatEncodings(scheme),
		formatTimestamp(scheme),
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

/** Lists the methods that authenticate a request kind. */
function formatAuthentication({ filledInOnly, methods, require }) {
	const names = methods.map((method) => METHODS[method]);
	return filledInOnly && require === 'all'
		? `${joinWords(names, 'and')}, if set in the credential`
		: joinWords(names, require === 'all' ? 'and' : 'or');
}

/** Names the part of a request that a value is read from. */
const formatSource = ({ body, header }) => {
	if (header) return `header ${code(header)}`;
	return body ? code(body) : 'the whole body';
};

const DISABLED = { exhausted: 'after every attempt of a delivery failed' };

/** Each table's writer, by the name in its markers. */
const TABLES = {
	platforms: ({ PLATFORMS, listRequestKinds, listSendableKinds }, page) =>
		toTable(
			['Platform', 'Trigger receives', 'Send sends', 'Signature'],
			PLATFORMS.filter(({ section }) => section !== 'provider').map((platform) => {
				const [received, sent] = [listRequestKinds, listSendableKinds].map((listKinds) =>
					listKinds(platform)
						.map((kind) => kind.name.toLowerCase())
						.join(', '),
				);
				return [linkName(platform, page), received, sent, platform.description];
			}),
		),
	providers: ({ PLATFORMS }, page) =>
		toTable(
			['Provider', 'Signature'],
			PLATFORMS.filter(({ section }) => section === 'provider').map((platform) => [
				linkName(platform, page),
				platform.description,
			]),
		),
	schemes: ({ PLATFORMS }, page) =>
		toTable(
			[
				'Platform or provider',
				'Signature header',
				'Signed content',
				'Algorithm',
				'Encoding',
				'Timestamp',
				'ID header',
				'Secret',
			],
			PLATFORMS.map((platform) => [linkName(platform, page), ...formatScheme(platform)]),
		),
	kinds: ({ PLATFORMS, listRequestKinds }) =>
		toTable(
			['Platform', 'Request kind', 'Description', 'Required authentication'],
			PLATFORMS.filter(({ section }) => section !== 'provider').flatMap((platform) =>
				listRequestKinds(platform).map(({ authentication, description, name }) => [
					platform.name,
					name,
					description,
					formatAuthentication({
						...authentication,
						filledInOnly: authentication.methods.length > 1,
					}),
				]),
			),
		),
	events: ({ PLATFORMS }) =>
		toTable(
			['Platform or provider', 'Event type is read from', 'Duplicates have the same'],
			PLATFORMS.filter(({ events }) => events).map(({ events, name }) => [
				name,
				joinWords(events.type.map(formatSource)),
				joinWords(events.duplicateKey.map(formatSource), 'and') || 'value you choose',
			]),
		),
	catalogs: ({ PLATFORMS }) =>
		toTable(
			['Platform', 'Listed event types'],
			PLATFORMS.filter(({ events }) => events?.types.length > 0).map(({ events, name }) => [
				name,
				events.types.map(({ value }) => code(value)).join(', '),
			]),
		),
	sending: ({ PLATFORMS, listSendableKinds }) =>
		toTable(
			[
				'Platform',
				'Timeout',
				'Retries after',
				'Retried statuses',
				'Longest Retry-After',
				'HTTPS only',
				'Endpoint is disabled',
			],
			PLATFORMS.filter((platform) => listSendableKinds(platform).length > 0).map((platform) => [
				platform.name,
				formatDuration(platform.timeoutMs),
				formatRetries(platform.retry),
				platform.retryStatuses.join(', '),
				formatDuration(platform.retry.maxRetryAfterMs),
				platform.httpsOnly ? 'yes' : 'no',
				platform.disableRule ? DISABLED[platform.disableRule.rule] : '–',
			]),
		),
	addresses: ({ PLATFORMS }) =>
		toTable(
			['Platform', 'IP addresses'],
			PLATFORMS.filter(({ sourceAddresses }) => sourceAddresses.length > 0).map(
				({ name, sourceAddresses }) => [name, sourceAddresses.join(', ')],
			),
		),
	templates: () =>
		toTable(
			['Template', 'Use case'],
			fs
				.readdirSync(path.join(ROOT, 'templates'))
				.sort()
				.map((file) => {
					const { nodes } = JSON.parse(fs.readFileSync(path.join(ROOT, 'templates', file), 'utf8'));
					const [note] = nodes.filter(({ type }) => type.endsWith('.stickyNote'));
					const [heading] = note.parameters.content.split('\n');
					return [`[${file}](templates/${file})`, heading.replace(/^#+ /, '')];
				}),
		),
};

/**
 * Rewrites every table in place. Reads the compiled platforms in dist/.
 * @throws if a page has markers for a table that is not in TABLES
 */
function writeTables() {
	const platforms = require('../dist/core/platforms');
	for (const page of listPages()) {
		const file = path.join(ROOT, page);
		const text = fs
			.readFileSync(file, 'utf8')
			.replace(
				/(<!-- (\w+): .*? -->\n)[^]*?(<!-- \/\2 -->)/g,
				(_, begin, name, end) => `${begin}\n${TABLES[name](platforms, page)}\n${end}`,
			);
		fs.writeFileSync(file, text);
	}
}

module.exports = { writeTables };
