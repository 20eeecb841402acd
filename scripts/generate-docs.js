/**
 * Writes the tables of README.md and docs/ from the platform definitions, the API and the templates. A table
 * goes between `<!-- name: … -->` and `<!-- /name -->`, where the name is a key of TABLES.
 */
const fs = require('node:fs');
const path = require('node:path');

const countBy = require('lodash/countBy');

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

/** Writes a text so that it stays in its cell: a signed content may have bars and line breaks. */
const toCell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', '\\n');

/** Writes a Markdown table. */
const toTable = (head, rows) =>
	[head, head.map(() => '---'), ...rows]
		.map((cells) => `| ${cells.map(toCell).join(' | ')} |\n`)
		.join('');

/** The groups of the tables, in their order. */
const CATEGORIES = {
	agents: 'Agent platforms',
	standard: 'Open schemes',
	ai: 'AI',
	voice: 'Voice and meetings',
	comms: 'Communication',
	payments: 'Payments',
	finance: 'Finance and accounting',
	commerce: 'Commerce',
	crm: 'CRM and support',
	marketing: 'Marketing',
	forms: 'Forms and scheduling',
	docs: 'Documents and content',
	social: 'Social media',
	dev: 'Development and operations',
	cloud: 'Cloud',
};

const sortByName = (platforms) => [...platforms].sort((a, b) => a.name.localeCompare(b.name, 'en'));

/** Groups platforms by category; each group is by name. */
const groupByCategory = (platforms) =>
	Object.entries(CATEGORIES)
		.map(([id, name]) => ({
			name,
			members: sortByName(platforms.filter(({ category }) => category === id)),
		}))
		.filter(({ members }) => members.length > 0);

/** Writes a table for each category of platforms, below its name. @param toCells returns one row */
const toGroupedTables = (head, platforms, toCells) =>
	groupByCategory(platforms)
		.map(({ members, name }) => `**${name}**\n\n${toTable(head, members.map(toCells))}`)
		.join('\n');

const isProvider = ({ section }) => section === 'provider';

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
	'hmac-sha384': 'HMAC-SHA384',
	'hmac-sha512': 'HMAC-SHA512',
	'ecdsa-p256': 'ECDSA P-256',
	'rsa-sha256': 'RSA-SHA256',
	ed25519: 'Ed25519',
};

const SECRETS = {
	text: 'text',
	standardWebhooks: 'base64 after `whsec_`, `whsk_` or `whpk_`',
	keyFile: 'content of a private key file',
	base64: 'base64',
	hex: 'hex',
	publicKey: 'public key',
	messageKey: 'text, base64 after `whsec_`, or a key as PEM or JSON Web Key',
};

/** Lists the ways in which a scheme encodes a signature, e.g. `sha256=` hex. */
const formatEncodings = ({ forms }) =>
	joinWords(
		unique(forms.map(({ encoding, prefix }) => `${prefix && `${code(prefix)} `}${encoding}`)),
	);

function formatTimestamp({ separator, timestamp }) {
	if (timestamp === undefined) return '–';
	const { bodyField, header, parameter, signaturePart, signaturePosition } = timestamp;
	const part = signaturePart ? `${code(signaturePart)} in` : `part ${signaturePosition} of`;
	const place =
		(bodyField && `${code(bodyField)} in the body`) ??
		(header && code(header)) ??
		(parameter && `URL parameter ${code(parameter)}`) ??
		`${part} the signature header (${code(separator)} between its parts)`;
	const unit = timestamp.unit === 'iso' ? 'ISO 8601' : timestamp.unit;
	return `${place}, in ${unit}, ± ${timestamp.toleranceSeconds} s`;
}

/** Names the places of a scheme's signatures. */
function formatPlace(scheme) {
	const { getProofPlace } = require('../build/core/signing/schemeFacts');
	const { kind, names } = getProofPlace(scheme);
	if (names.length === 0) return `the ${kind}`;
	const list = names.map(code).join(', ');
	return kind === 'header' ? list : `${kind} ${list}`;
}

/** Describes what the claims of a token are bound to. */
function formatClaims({ bodyHash, payloadClaim, place, urlHash }) {
	const bound = [
		...(bodyHash ? [`claim ${code(bodyHash.claim)}: ${bodyHash.digest} of the body`] : []),
		...(urlHash ? [`claim ${code(urlHash.claim)}: ${urlHash.digest} of the URL`] : []),
		...(place.body ? [payloadClaim ? `claim ${code(payloadClaim)}: the event` : 'the event'] : []),
	];
	return bound.length > 0 ? bound.join(', ') : 'not the body';
}

/** Writes the cells of a scheme of JSON Web Tokens. */
const formatTokenScheme = (scheme) => [
	formatPlace(scheme),
	formatClaims(scheme),
	`JSON Web Token, ${joinWords(scheme.algorithms)}`,
	'–',
	scheme.maxAgeSeconds === undefined
		? `${code('exp')} if there is one, ± ${scheme.toleranceSeconds} s`
		: `${code('exp')}, or ${code('iat')} and ${scheme.maxAgeSeconds} s, ± ${scheme.toleranceSeconds} s`,
	'–',
	SECRETS[scheme.secretFormat],
];

/** Writes the cells of a scheme of HTTP Message Signatures. */
const formatMessageScheme = (scheme) => [
	formatPlace(scheme),
	scheme.components.map(code).join(', '),
	joinWords(scheme.algorithms),
	'base64',
	`${code('created')} in Signature-Input, in s, ± ${scheme.toleranceSeconds} s`,
	'–',
	SECRETS[scheme.secretFormat],
];

function formatScheme({ scheme }) {
	if (scheme === undefined) return ['set in the credential', ...Array(6).fill('')];
	if (scheme.kind === 'jwt') return formatTokenScheme(scheme);
	if (scheme.kind === 'messageSignature') return formatMessageScheme(scheme);
	return [
		formatPlace(scheme),
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
	headerToken: 'header token',
	basic: 'Basic',
	signature: 'signature',
	bodyToken: 'body token',
};

/** Lists the methods that authenticate a request kind. A kind without any is an API, whose keys carry their own proof. */
function formatAuthentication({ methods, require }) {
	if (methods.length === 0) return 'API key';
	if (methods.length > 1 && require === 'all') return 'every method that is on in the credential';
	return joinWords(
		methods.map((method) => METHODS[method]),
		'or',
	);
}

/** Names the part of a request that a value is read from. */
const formatSource = (source) => {
	const { body, fieldName, header, joined, query, signature } = source;
	if (signature) return `${code(signature)} of the signature`;
	if (header) return `header ${code(header)}`;
	if (query) return `URL parameter ${code(query)}`;
	if (joined) return `${joined.map(formatSource).join(' and ')}, joined by ${code(source.with)}`;
	if (fieldName === '') return 'the name of the body’s field';
	if (fieldName) return `the name of the field in ${code(fieldName)}`;
	return body ? code(body) : 'the whole body';
};

/** Names the part of a request that a duplicate key is read from, and whether a header of it is signed. */
function formatKeySource(source, scheme) {
	const {
		isContentScheme,
		signsField,
		signsNamedValue,
	} = require('../build/core/signing/schemeFacts');
	const name = formatSource(source);
	if (source.header === undefined || scheme === undefined) return name;
	const isId =
		isContentScheme(scheme) && scheme.idHeader?.toLowerCase() === source.header.toLowerCase();
	const isSigned =
		(isId && signsField(scheme, 'id')) || signsNamedValue(scheme, 'header', source.header);
	return isSigned ? `signed ${name}` : name;
}

const DISABLED = { exhausted: 'after every attempt of a delivery failed' };

/** Each table's writer, by the name in its markers. */
const TABLES = {
	platforms: ({ PLATFORMS, listRequestKinds, listSendableKinds }, page) =>
		toTable(
			['Platform', 'Trigger receives', 'Send sends', 'Signature'],
			PLATFORMS.filter((platform) => !isProvider(platform)).map((platform) => {
				const [received, sent] = [listRequestKinds, listSendableKinds].map((listKinds) =>
					listKinds(platform)
						.map(({ name }) => name.replace(/\b[A-Z](?=[a-z])/g, (first) => first.toLowerCase()))
						.join(', '),
				);
				return [linkName(platform, page), received, sent, platform.description];
			}),
		),
	providers: ({ PLATFORMS }) => {
		const providers = PLATFORMS.filter(isProvider);
		const rows = groupByCategory(providers).map(({ members, name }) => [
			name,
			members.map((provider) => provider.name).join(', '),
		]);
		const lead = `The trigger also receives from [these ${providers.length} providers](docs/platforms.md#providers):`;
		return `${lead}\n\n${toTable(['Category', 'Providers'], rows)}`;
	},
	known: ({ PLATFORMS }, page) => {
		const providers = PLATFORMS.filter(isProvider);
		const counts = Object.entries(countBy(providers, 'evidence')).sort();
		const listed = counts.map(([evidence, count]) => `${count} from an ${evidence}`);
		const lead = `Of these ${providers.length} providers, the tests know ${joinWords(listed, 'and')}.`;
		const tables = toGroupedTables(
			['Provider', 'Signature or token', 'Known from'],
			providers,
			(platform) => [linkName(platform, page), platform.description, platform.evidence],
		);
		return `${lead}\n\n${tables}`;
	},
	setup: ({ PLATFORMS, describeSigningSecret }) =>
		toGroupedTables(
			['Platform or provider', 'Webhook settings', 'Secret', 'To know', 'To test'],
			PLATFORMS.filter(({ setup }) => setup),
			(platform) => {
				const { name, setup } = platform;
				const menu = setup.menu ?? '–';
				const way = setup.page ? `[${menu}](${setup.page})` : menu;
				const secret = describeSigningSecret(platform) || '–';
				return [name, way, secret, setup.also ?? '–', setup.test ?? '–'];
			},
		),
	schemes: ({ PLATFORMS }, page) =>
		toGroupedTables(
			[
				'Platform or provider',
				'Signature or token',
				'Signed content',
				'Algorithm',
				'Encoding',
				'Timestamp',
				'ID header',
				'Secret',
				'Known from',
			],
			PLATFORMS.filter((platform) => platform.scheme ?? !isProvider(platform)),
			(platform) => [linkName(platform, page), ...formatScheme(platform), platform.evidence ?? '–'],
		),
	kinds: ({ PLATFORMS, listRequestKinds }) =>
		toTable(
			['Platform', 'Request kind', 'Description', 'Required authentication'],
			PLATFORMS.filter((platform) => !isProvider(platform)).flatMap((platform) =>
				listRequestKinds(platform).map(({ authentication, description, name }) => [
					platform.name,
					name,
					description,
					formatAuthentication(authentication),
				]),
			),
		),
	events: ({ PLATFORMS }) =>
		toGroupedTables(
			['Platform or provider', 'Event type is read from', 'Duplicates have the same'],
			PLATFORMS.filter(({ events }) => events),
			({ events, name, scheme }) => [
				name,
				joinWords(events.type.map(formatSource)) || '–',
				joinWords(
					events.duplicateKey.map((source) => formatKeySource(source, scheme)),
					'and',
				) || 'value you choose',
			],
		),
	catalogs: ({ PLATFORMS }) =>
		toGroupedTables(
			['Platform or provider', 'Listed event types'],
			PLATFORMS.filter(({ events }) => events?.types.length > 0),
			({ events, name }) => [name, events.types.map(({ value }) => code(value)).join(', ')],
		),
	sending: ({ PLATFORMS, listSendableKinds }) =>
		toTable(
			[
				'Platform',
				'Timeout',
				'Retries after',
				'Jitter',
				'Retried statuses',
				'Longest Retry-After',
				'HTTPS only',
				'Endpoint is disabled',
			],
			PLATFORMS.filter((platform) => listSendableKinds(platform).length > 0).map((platform) => [
				platform.name,
				formatDuration(platform.timeoutMs),
				formatRetries(platform.retry),
				platform.retry.jitter === 0 ? '–' : `${platform.retry.jitter * 100}%`,
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
	api: () => {
		const { OPERATIONS } = require('../build/core/svixApi/svixRoutes');
		return toTable(
			['Request', 'Purpose', 'Right', 'Answer'],
			Object.values(OPERATIONS).map(({ isForAll, method, path: url, replies, right, summary }) => [
				code(`${method} /${url}`),
				summary,
				[...(right === null ? [] : [code(right)]), ...(isForAll ? ['all tenants'] : [])].join(
					', ',
				) || '–',
				Object.keys(replies).join(', '),
			]),
		);
	},
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
 * Rewrites every table in place. Reads the compiled platforms in build/.
 * @throws if a page has markers for a table that is not in TABLES
 */
function writeTables() {
	const platforms = require('../build/core/platforms');
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
