import { isObject } from '../lib/fieldPath';
import { parseJson } from '../lib/json';

import type { SecretFormat } from './scheme';

/**
 * The kinds of what is entered as a secret.
 * - `signingSecret`: also the content of a key file
 * - `publicKey`: also in PEM format, on one line or several
 * - `token`: sent as it is; also the key of an API
 * - `encryptionKey`: never leaves the outbox
 * - `password`: with its user, chosen by a person, so it may be short and contain anything that is visible
 */
export type SecretKind = 'signingSecret' | 'publicKey' | 'token' | 'encryptionKey' | 'password';

/**
 * Groups of mistakes.
 * - `text`: no secret or password looks like that
 * - `copy`: no generated secret looks like that
 * - `foreign`: something else than a secret of this kind, which would work if both sides agreed on it
 * - `apiKey`: the key of an API, which some kinds are
 */
type MistakeGroup = 'text' | 'copy' | 'foreign' | 'apiKey';

/** A way in which a copied secret differs from the secret itself. */
interface Mistake {
	group: MistakeGroup;
	pattern: RegExp;
	/** What is wrong, and what to do; follows the field's name. */
	fault: string;
}

/** What people copy with a secret, or in its place. The first one that matches is reported. */
const MISTAKES: Mistake[] = [
	{
		group: 'text',
		pattern: /\{\{.*\}\}/s,
		fault:
			'is an expression that n8n does not evaluate here. Switch the field from Fixed to Expression, or enter the secret itself.',
	},
	{
		group: 'copy',
		pattern: /^(?:\$\{?[A-Za-z_]\w*\}?|%\w+%|process\.env\.\w+|os\.environ.*)$/,
		fault: 'is the name of a variable. Enter its value.',
	},
	{
		group: 'text',
		pattern: /[\u2022\u25cf\u00b7\u2219]{2,}|\*{3,}/,
		fault:
			'is masked with dots or asterisks. Click Reveal or Show where you copied it, and copy it again.',
	},
	{
		group: 'copy',
		pattern:
			/\u2026|\.{3,}|^<[^<>]+>$|^\[[^[\]]+\]$|\bx{6,}\b|your[-_ ]?(?:\w+[-_ ])?(?:secret|key|token)|change[-_ ]?me/i,
		fault: 'is a placeholder, or only a part of the secret. Copy all of the secret itself.',
	},
	{
		group: 'copy',
		pattern: /^(?:export\s+|set\s+)?[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\s*[=:]\s*[^\s=]/,
		fault: 'begins with the name of a variable. Enter only what comes after the = sign.',
	},
	{
		group: 'copy',
		pattern: /^["'\s]*[\w -]*(?:secret|token|key|password)["'\s]*[=:]\s*[^\s=]/i,
		fault: 'begins with its name. Enter only the secret itself.',
	},
	{
		group: 'copy',
		pattern: /^Authorization:|^Bearer\s/i,
		fault: 'begins with parts of an Authorization header. Enter only the secret itself.',
	},
	{
		group: 'copy',
		pattern: /^["'`\u201c\u201d\u2018\u2019\u201e\u00ab]|["'`\u201c\u201d\u2018\u2019\u00bb]$/,
		fault: 'has a quotation mark at its start or end. Remove it.',
	},
	{
		group: 'text',
		pattern: /\\[nrt]/,
		fault: 'contains \\n, \\r or \\t as text, which stands for white space. Remove it.',
	},
	{
		group: 'foreign',
		pattern: /^-----BEGIN /,
		fault:
			'is a key or certificate in PEM format, which this signature scheme does not use. Copy the webhook’s signing secret.',
	},
	{
		group: 'foreign',
		pattern: /^https?:\/\//i,
		fault: 'is a URL. Copy the secret, which is usually beside it.',
	},
	{
		group: 'apiKey',
		pattern: /^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]*$/,
		fault: 'is a JSON Web Token, as APIs use it',
	},
	{ group: 'apiKey', pattern: /^(?:n8n_api_|sk-)/, fault: 'is an API key' },
];

/** The mistakes that are looked for in each kind. This is the one place that decides it. */
const CHECKED_GROUPS: Record<SecretKind, MistakeGroup[]> = {
	signingSecret: ['text', 'copy', 'foreign', 'apiKey'],
	publicKey: ['text', 'copy', 'apiKey'],
	encryptionKey: ['text', 'copy', 'foreign', 'apiKey'],
	token: ['text', 'copy', 'foreign'],
	password: ['text'],
};

/** The groups that are mistakes whatever the other side has. */
const CERTAIN_GROUPS: MistakeGroup[] = ['text', 'copy'];

/** Follows the fault of an API key. */
const NO_API_KEY: Record<SecretKind, string> = {
	signingSecret: ', and no signing secret. Copy the webhook’s signing secret.',
	publicKey: ', and no public key. Copy the webhook’s public key.',
	encryptionKey: ', and no encryption key. Generate one: openssl rand -hex 32',
	token: '.',
	password: '.',
};

/** Matches characters that nobody sees: formatting characters, and spaces other than the usual one. */
const INVISIBLE = /[\p{Cf}\p{Zl}\p{Zp}\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u115f\u3164]/u;

const LINE_BREAK = /[\r\n]/;

const isKeyFile = (secret: string): boolean => isObject(parseJson(secret)?.value);

const isPem = (secret: string): boolean => secret.trimStart().startsWith('-----BEGIN ');

/** Returns the kind of what is entered as the secret of a signature scheme. */
export const getSigningSecretKind = (format: SecretFormat): SecretKind =>
	format === 'publicKey' || format === 'messageKey' ? 'publicKey' : 'signingSecret';

function findCharacterFault(secret: string): string | undefined {
	const invisible = INVISIBLE.exec(secret);
	if (invisible !== null) {
		const position = [...secret.slice(0, invisible.index)].length + 1;
		return `has an invisible character at position ${position}. Type it again, or copy it as plain text.`;
	}
	if (secret !== secret.trim()) return 'begins or ends with a space or a line break. Remove it.';
	return LINE_BREAK.test(secret)
		? 'has a line break in it. Copy all of it again, as one line.'
		: undefined;
}

function findMistake(text: string, kind: SecretKind, groups: MistakeGroup[]): string | undefined {
	const mistake = MISTAKES.find(
		({ group, pattern }) => groups.includes(group) && pattern.test(text),
	);
	if (mistake === undefined) return undefined;
	return mistake.group === 'apiKey' ? `${mistake.fault}${NO_API_KEY[kind]}` : mistake.fault;
}

const findInList = (list: string, kind: SecretKind, groups: MistakeGroup[]): string | undefined =>
	kind === 'publicKey' && isPem(list)
		? undefined
		: findMistake(
				list.trim(),
				kind,
				groups.filter((group) => group !== 'apiKey'),
			);

/** Finds what was copied in place of a list of secrets, which are separated by white space. */
export const findListMistake = (list: string, kind: SecretKind): string | undefined =>
	findInList(list, kind, CHECKED_GROUPS[kind]);

// The content of a key file has quotation marks and line breaks, and PEM has line breaks. An expression is neither.
const findIn = (secret: string, kind: SecretKind, groups: MistakeGroup[]): string | undefined =>
	(kind === 'signingSecret' && isKeyFile(secret)) || (kind === 'publicKey' && isPem(secret))
		? undefined
		: (findMistake(secret.trim(), kind, groups) ?? findCharacterFault(secret));

/**
 * Finds what was copied with a secret, or in its place. A secret may look like that and be right, so this is for the
 * moment in which a person enters it.
 * @returns what is wrong and what to do, to follow the field's name; `undefined` if nothing is
 * @example
 * findCopyMistake('STRIPE_SECRET=whsec_…', 'signingSecret'); // 'begins with the name of a variable. Enter …'
 */
export const findCopyMistake = (secret: string, kind: SecretKind): string | undefined =>
	findIn(secret, kind, CHECKED_GROUPS[kind]);

const listCertainGroups = (kind: SecretKind): MistakeGroup[] =>
	CHECKED_GROUPS[kind].filter((group) => CERTAIN_GROUPS.includes(group));

/** Finds what {@link findCopyMistake} does, without what works if the other side has it too. */
export const findCertainMistake = (secret: string, kind: SecretKind): string | undefined =>
	findIn(secret, kind, listCertainGroups(kind));

/** Finds what {@link findListMistake} does, without what works if the other side has it too. */
export const findCertainListMistake = (list: string, kind: SecretKind): string | undefined =>
	findInList(list, kind, listCertainGroups(kind));

/** A secret of fewer characters can be guessed. */
const MIN_CHARACTERS = 16;

/** Matches the part of a secret that every secret of its kind has. */
const SECRET_PREFIX = /^(?:v1,)?whsec_|^wh_/;

const COMMANDS: Record<SecretFormat, string | undefined> = {
	text: 'openssl rand -hex 32',
	base64: 'openssl rand -base64 32',
	hex: 'openssl rand -hex 32',
	standardWebhooks: 'echo "whsec_$(openssl rand -base64 32)"',
	keyFile: 'openssl rand -hex 32',
	publicKey: undefined,
	messageKey: 'openssl rand -hex 32',
};

/** Returns the command that generates a secret in a format; `undefined` if only the platform has one. */
export const getSecretCommand = (format: SecretFormat): string | undefined => COMMANDS[format];

/** Returns the advice to generate a secret, to continue a sentence; empty if only the platform can. */
export function adviseCommand(format: SecretFormat): string {
	const command = getSecretCommand(format);
	return command === undefined ? '' : `, or generate one: ${command}`;
}

/** Describes that there is no signing secret, and what to do. */
export const describeMissingSecret = (format: SecretFormat): string => {
	const advice = adviseCommand(format);
	return `There is no signing secret. Fill in "Signing Secret" in the credential${advice === '' ? '.' : advice}`;
};

/**
 * Finds out whether a secret is so short that it can be guessed. Some platforms give out short ones, so they work.
 * @param command generates a longer one; `undefined` if only the platform can
 * @returns what is wrong and what to do, to follow the field's name; `undefined` if nothing is
 */
export function findShortSecret(secret: string, command: string | undefined): string | undefined {
	const content = isKeyFile(secret) ? secret : secret.replace(SECRET_PREFIX, '');
	const { length } = [...content];
	if (length >= MIN_CHARACTERS) return undefined;
	const [prefix = ''] = content === secret ? [] : (SECRET_PREFIX.exec(secret) ?? []);
	const counted = length === 1 ? '1 character' : `${length} characters`;
	const characters = prefix === '' ? counted : `${counted} after ${prefix}`;
	const advice = command === undefined ? '' : ` If it is, generate a longer one: ${command}`;
	return `has only ${characters}, so it can be guessed. Check that it is complete.${advice}`;
}
