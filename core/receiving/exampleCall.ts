import get from 'lodash/get';
import set from 'lodash/set';

import type { Platform, PlatformEvents, RequestKind, ValueSource } from '../platforms';
import {
	getContentTemplate,
	type ContentField,
	type Placeholder,
} from '../signing/contentTemplate';
import type {
	Scheme,
	SecretFormat,
	SignatureAlgorithm,
	SignatureEncoding,
	SignatureScheme,
	TimestampUnit,
} from '../signing/scheme';
import { isContentScheme, signsField, signsUrl } from '../signing/schemeFacts';

/** Texts of a body that the shell replaces while it builds the body. */
const NOW = '@now@';
const NOW_ISO = '@now-iso@';
const NOW_MS = '@now-ms@';

type Fields = Record<string, unknown>;
type HeaderToken = NonNullable<Platform['headerToken']>;

const hasBody = (source: ValueSource): source is { body: string } => 'body' in source;

/** Fills a platform's envelope with an example event. */
function fillEnvelope(envelope: unknown, values: Fields): Fields {
	return JSON.parse(
		JSON.stringify(envelope, (_, value: unknown) =>
			typeof value === 'string' ? (values[value] ?? value) : value,
		),
	) as Fields;
}

/** Builds an event's body with an example type, and values that differ from call to call. */
function buildEventBody({ data, duplicateKey, envelope, example, type, types }: PlatformEvents) {
	const eventType = example?.type ?? types[0]?.value ?? 'order.created';
	const body = fillEnvelope(envelope ?? {}, {
		'{event}': eventType,
		'{timestamp}': NOW_ISO,
		'{webhook_id}': 'wh_test',
		'{webhook_name}': 'Test',
		'{id}': NOW,
		'{data}': example?.data ?? {},
	});
	const [source] = type;
	if (source !== undefined && hasBody(source)) set(body, source.body, eventType);
	for (const key of duplicateKey.filter(hasBody)) {
		if (get(body, key.body) === undefined) set(body, key.body, NOW);
	}
	if (data !== undefined && get(body, data) === undefined) set(body, data, example?.data ?? {});
	return { body, eventType };
}

/** Builds the body of a request from the examples of its required fields. */
function buildRequestBody({ request }: RequestKind): Fields {
	const required = (request?.fields ?? []).filter((field) => field.required);
	return Object.fromEntries(
		required.map(({ name, placeholder, type }) => {
			const example = placeholder.replace(/^e\.g\. /, '');
			return [name, type === 'json' ? (JSON.parse(example) as unknown) : example];
		}),
	);
}

/** Writes JSON on one line, with spaces at which a narrow panel can wrap it. */
const toJsonLine = (body: Fields): string =>
	JSON.stringify(body, undefined, 1)
		.replace(/\n */g, ' ')
		.replace(/([{[]) | (?=[}\]])/g, '$1');

/** Writes text in single quotes, with the shell's variables between them. */
const quote = (text: string): string =>
	`'${text.replace(/'/g, "'\\''")}'`
		.replaceAll(`"${NOW_MS}"`, "'$now'000")
		.replaceAll(NOW_ISO, "'$(date -u +%Y-%m-%dT%H:%M:%SZ)'")
		.replaceAll(NOW, "'$now'")
		.replace(/''$/, '');

const toForm = (body: Fields): Array<[string, string]> =>
	Object.entries(body)
		.map(([name, value]): [string, string] => [name, String(value)])
		.sort(([a], [b]) => (a < b ? -1 : 1));

const HASHES: Partial<Record<SignatureAlgorithm, string>> = {
	'hmac-sha1': 'sha1',
	'hmac-sha256': 'sha256',
	'hmac-sha384': 'sha384',
	'hmac-sha512': 'sha512',
};

const TO_HEX = "od -An -v -tx1 | tr -d ' \\n'";

/** Writes the options that give openssl the key, by the secret's format; absent if a shell cannot read it. */
const KEY_OPTIONS: Partial<Record<SecretFormat, string>> = {
	text: '-hmac "$secret"',
	keyFile: '-hmac "$secret"',
	hex: '-mac HMAC -macopt hexkey:$secret',
	base64: `-mac HMAC -macopt hexkey:$(printf %s "$secret" | openssl base64 -d -A | ${TO_HEX})`,
	standardWebhooks: `-mac HMAC -macopt hexkey:$(printf %s "\${secret#whsec_}" | openssl base64 -d -A | ${TO_HEX})`,
};

const ENCODERS: Record<SignatureEncoding, string> = {
	hex: "-hex | sed 's/.* //'",
	base64: '-binary | openssl base64 -A',
	base64url: "-binary | openssl base64 -A | tr '+/' '-_' | tr -d '='",
};

const NOW_TEXTS: Record<TimestampUnit, string> = {
	s: '$now',
	ms: '${now}000',
	iso: '$time',
};

/** Writes the time of a call as its scheme signs it. */
const formatNow = ({ timestamp }: SignatureScheme): string => NOW_TEXTS[timestamp?.unit ?? 's'];

const escapeLiteral = (text: string): string => text.replace(/[\\"$`]/g, '\\$&');

/** Writes a value that is signed as the shell expands it; `undefined` if the shell does not know it. */
function formatValue(
	{ field, name }: Placeholder,
	scheme: SignatureScheme,
	form: string,
): string | undefined {
	const { idHeader, timestamp } = scheme;
	const headers: Fields = {
		...(idHeader !== undefined && { [idHeader.toLowerCase()]: 'msg_$now' }),
		...(timestamp &&
			'header' in timestamp && { [timestamp.header.toLowerCase()]: formatNow(scheme) }),
	};
	const values: Partial<Record<ContentField, unknown>> = {
		body: '$body',
		form,
		id: 'msg_$now',
		method: 'POST',
		timestamp: formatNow(scheme),
		url: '${url}',
		path: '$(printf %s "$url" | sed \'s|^[a-z]*://[^/]*||\')',
		header: headers[name.toLowerCase()],
	};
	const value = values[field];
	return value === undefined ? undefined : String(value);
}

/** Writes the signed content as the shell expands it; `undefined` if the shell does not know all of it. */
function formatContent(scheme: SignatureScheme, form: string): string | undefined {
	const parts = getContentTemplate(scheme).parts.map((part) => {
		// Each command is one line.
		if (typeof part === 'string') return part.includes('\n') ? undefined : escapeLiteral(part);
		const value = formatValue(part, scheme, form);
		return value === undefined || part.digest === undefined
			? value
			: `$(printf %s "${value}" | openssl dgst -${part.digest.hash} ${ENCODERS[part.digest.encoding]})`;
	});
	return parts.includes(undefined) ? undefined : parts.join('');
}

/** Returns whether a shell can put the signature and the time in their places. */
function hasPlainPlaces(scheme: SignatureScheme): boolean {
	const { forms, signatureField, signatureParameter, timestamp } = scheme;
	const isTimeInUrl = timestamp !== undefined && 'parameter' in timestamp;
	return (
		signatureField === undefined &&
		(signatureParameter === undefined || forms[0].encoding === 'hex') &&
		!(isTimeInUrl && signsUrl(scheme))
	);
}

/** Writes the command that signs content in the scheme's first form. */
function formatSigning(scheme: SignatureScheme, form: string): string | undefined {
	const [{ algorithm, encoding }] = scheme.forms;
	const hash = HASHES[algorithm];
	const key = KEY_OPTIONS[scheme.secretFormat];
	const content = formatContent(scheme, form);
	return hash === undefined || key === undefined || content === undefined || !hasPlainPlaces(scheme)
		? undefined
		: `signature=$(printf %s "${content}" | openssl dgst -${hash} ${key} ${ENCODERS[encoding]})`;
}

/** Writes the signature as its place has it, with the time beside it if it belongs there. */
function formatSignatureText(scheme: SignatureScheme): string {
	const { forms, separator = '', timestamp } = scheme;
	const signature = `${forms[0].prefix}$signature`;
	const now = formatNow(scheme);
	if (timestamp && 'signaturePart' in timestamp) {
		return `${timestamp.signaturePart}${now}${separator}${signature}`;
	}
	if (timestamp === undefined || !('signaturePosition' in timestamp)) return signature;
	return timestamp.signaturePosition === 1
		? `${now}${separator}${signature}`
		: `${signature}${separator}${now}`;
}

/** Lists the headers that a scheme signs or adds, with the shell's variables in them. */
function listAddedHeaders(scheme: SignatureScheme): string[] {
	const { idHeader, signatureHeader, timestamp } = scheme;
	return [
		...(idHeader === undefined ? [] : [`${idHeader}: msg_$now`]),
		...(timestamp && 'header' in timestamp ? [`${timestamp.header}: ${formatNow(scheme)}`] : []),
		...(signatureHeader === undefined
			? []
			: [`${signatureHeader}: ${formatSignatureText(scheme)}`]),
	];
}

/** Writes the URL with the parameters that a scheme adds. */
function formatUrl(scheme: SignatureScheme | undefined): string {
	const { signatureParameter, timestamp } = scheme ?? {};
	const parameters = [
		...(scheme && timestamp && 'parameter' in timestamp
			? [`${timestamp.parameter}=${formatNow(scheme)}`]
			: []),
		...(scheme && signatureParameter !== undefined
			? [`${signatureParameter}=${formatSignatureText(scheme)}`]
			: []),
	];
	return parameters.length === 0 ? '$url' : `$url?${parameters.join('&')}`;
}

const BODY_TIMES: Record<TimestampUnit, string> = { s: NOW, ms: NOW_MS, iso: NOW_ISO };

/** Builds the body of a call, and the headers that name what is in it. */
function buildContent(kind: RequestKind, scheme: SignatureScheme | undefined) {
	const event = kind.events && buildEventBody(kind.events);
	const body = event?.body ?? buildRequestBody(kind);
	const timestamp = scheme?.timestamp;
	if (timestamp && 'bodyField' in timestamp) {
		set(body, timestamp.bodyField, BODY_TIMES[timestamp.unit]);
	}
	// Otherwise a second call would be a duplicate of the first one.
	if (kind.events && !JSON.stringify(body).includes('@now')) set(body, 'test_id', NOW);
	const form = scheme && signsField(scheme, 'form') ? toForm(body) : undefined;
	const [source] = kind.events?.type ?? [];
	return {
		body: quote(form?.map((pair) => pair.join('=')).join('&') ?? toJsonLine(body)),
		form: (form ?? []).flat().join('').replaceAll(NOW, '$now'),
		headers: [
			...(form ? [] : ['Content-Type: application/json']),
			...(event && source && 'header' in source ? [`${source.header}: ${event.eventType}`] : []),
		],
	};
}

/** Returns whether a scheme signs the fields of forms that contain JSON, which needs escapes that no short command makes. */
const signsJsonForm = (scheme: SignatureScheme, formBodies: Platform['formBodies']): boolean =>
	signsField(scheme, 'form') && formBodies?.isJsonFieldRequired === true;

/** The header of a token that callers choose themselves. */
const BEARER: HeaderToken = { names: ['Authorization'], prefix: 'Bearer' };

/** Writes the header that has the token. */
function formatTokenHeader({ names, prefix }: HeaderToken): string {
	return `${names[0]}: ${prefix === undefined ? '' : `${prefix.trim()} `}$token`;
}

/**
 * Writes commands for a POSIX shell with curl and openssl that call a trigger as a platform does. The person
 * fills in `THE_URL`, and `YOUR_SECRET` or `YOUR_TOKEN`.
 * @param scheme the scheme to sign in; absent for a token
 * @param tokenHeader the place of the token
 * @returns one command a line; `undefined` if only the platform has the key to sign with, or if no short command
 * signs as it does
 */
export function buildExampleCall(
	kind: RequestKind,
	scheme: Scheme | undefined,
	formBodies?: Platform['formBodies'],
	tokenHeader: HeaderToken = BEARER,
): string[] | undefined {
	if (scheme !== undefined && !isContentScheme(scheme)) return undefined;
	if (scheme !== undefined && signsJsonForm(scheme, formBodies)) return undefined;
	const { body, form, headers } = buildContent(kind, scheme);
	const signing = scheme && formatSigning(scheme, form);
	if (scheme !== undefined && signing === undefined) return undefined;
	const authentication = scheme ? listAddedHeaders(scheme) : [formatTokenHeader(tokenHeader)];
	const options = [...headers, ...authentication].map((header) => ` -H "${header}"`).join('');
	const commands = [
		`body=${body}`,
		...(signing === undefined ? [] : [signing]),
		`curl "${formatUrl(scheme)}" -d "$body"${options}`,
	];
	return [
		"url='THE_URL'",
		scheme ? "secret='YOUR_SECRET'" : "token='YOUR_TOKEN'",
		...(/\$\{?now\b/.test(commands.join('')) ? ['now=$(date +%s)'] : []),
		...(commands.join('').includes('$time') ? ['time=$(date -u +%Y-%m-%dT%H:%M:%SZ)'] : []),
		...commands,
	];
}
