/**
 * Signs requests as a stranger who knows only the tables of signatures and events in docs/platforms.md, and receives them
 * as the trigger does.
 */
const { createHmac, randomBytes } = require('node:crypto');

const { PLATFORMS } = require('../../../build/core/platforms');
const { listCode, listTables, readSection, toLine } = require('../../harness/documents');
const { fillInCredential, receive } = require('../platforms/presetRequests');

const BODY = '{"type":"order.created","event":"order.created","id":"id_1","data":{}}';
const NOW_MS = Date.parse('2026-01-31T09:00:00Z');
const ID = 'id_1';

/** Secrets and their key bytes, by what the table calls their format. */
const SECRETS = {
	text: () => {
		const secret = randomBytes(16).toString('hex');
		return [secret, secret];
	},
	hex: () => {
		const key = randomBytes(32);
		return [key.toString('hex'), key];
	},
	base64: () => {
		const key = randomBytes(32);
		return [key.toString('base64'), key];
	},
	'base64 after `whsec_`, `whsk_` or `whpk_`': () => {
		const key = randomBytes(32);
		return [`whsec_${key.toString('base64')}`, key];
	},
};

const TIMES = {
	s: String(NOW_MS / 1000),
	ms: String(NOW_MS),
	'ISO 8601': new Date(NOW_MS).toISOString(),
};

/** Reads the place of a time: a header, or a part of the signature's header. */
function readTimePlace(timestamp) {
	const [, header, unit] = /^`([^`]+)`, in (s|ms|ISO 8601),/.exec(timestamp) ?? [];
	if (header !== undefined) return { header, unit };
	const part =
		/^(?:`([^`]+)` in|part 1 of) the signature header \(`(.)` between its parts\), in (s|ms),/;
	const [match, start = '', separator, partUnit] = part.exec(timestamp) ?? [];
	return match === undefined ? undefined : { start, separator, unit: partUnit };
}

/** Reads a row; `undefined` if it needs more than HMAC over the body, the ID and a time, all in headers. */
function readRow([name, place, content, algorithm, encoding, timestamp, idHeader, secret]) {
	const [, hash] = /^HMAC-SHA(\d+)/.exec(algorithm) ?? [];
	const timePlace = readTimePlace(timestamp);
	const placeholders = content.match(/\{[^}]+\}/g) ?? [];
	const isSimple =
		hash !== undefined &&
		place.startsWith('`') &&
		(timestamp === '–' || timePlace !== undefined) &&
		placeholders.every((placeholder) => ['{body}', '{timestamp}', '{id}'].includes(placeholder)) &&
		SECRETS[secret] !== undefined;
	if (!isSimple) return undefined;
	const [, prefix = '', form] = /^(?:`([^`]+)` )?(hex|base64url|base64)/.exec(encoding);
	return {
		name: /^\[([^\]]+)\]/.exec(name)?.[1] ?? name,
		header: listCode(place)[0],
		content: listCode(content)[0],
		hash: `sha${hash}`,
		prefix,
		form,
		timePlace,
		time: TIMES[timePlace?.unit],
		idHeader: listCode(idHeader)[0],
		secret,
	};
}

const COLUMNS = 9;

const ROWS = listTables(readSection('docs/platforms.md', 'Signatures'))
	.flat()
	.filter((cells) => cells.length === COLUMNS)
	.map(readRow)
	.filter((row) => row !== undefined);

test('most rows of the table are simple', () => {
	expect(ROWS.length).toBeGreaterThan(110);
});

/** Signs a request with the values of a row. @param more other headers */
function signRow(row, key, { more = {}, requestId = ID } = {}) {
	const { content, form, hash, header, idHeader, prefix, time, timePlace = {} } = row;
	const signed = content
		.replace('{timestamp}', time)
		.replace('{id}', requestId)
		.replace('{body}', () => BODY);
	const signature = prefix + createHmac(hash, key).update(signed).digest(form);
	const headers = {
		'content-type': 'application/json',
		[header.toLowerCase()]:
			timePlace.separator === undefined
				? signature
				: `${timePlace.start}${time}${timePlace.separator}${signature}`,
		...(timePlace.header && { [timePlace.header.toLowerCase()]: time }),
		...more,
		...(idHeader && { [idHeader.toLowerCase()]: requestId }),
	};
	return { body: BODY, headers, nowMs: NOW_MS };
}

async function receiveRow({ name }, secret, request) {
	const { id } = PLATFORMS.find((platform) => platform.name === name);
	const parameters = { options: { validateEvents: false } };
	return await receive(id, fillInCredential('signature', secret), request, parameters);
}

test.each(ROWS.map((row) => [row.name, row]))('a request of %s is signed', async (_, row) => {
	const [secret, key] = SECRETS[row.secret]();
	const [other] = SECRETS[row.secret]();
	const request = signRow(row, key);
	expect(await receiveRow(row, secret, request)).toMatchObject({ result: 'accepted' });
	expect(await receiveRow(row, other, request)).toMatchObject({ code: 'SIGNATURE_INVALID' });
});

describe('the table of events', () => {
	const section = readSection('docs/platforms.md', 'Events');
	const [, list] = /without the header or the field\. ([^.]+) are exceptions\./.exec(
		toLine(section),
	);
	const exceptions = list.split(/, | and /);
	const rows = listTables(section)
		.flat()
		.map(([name, , key]) => {
			const [, signed, header] = /^(signed )?header `([^`]+)`$/.exec(key ?? '') ?? [];
			return { row: ROWS.find((row) => row.name === name), header, isSigned: signed !== undefined };
		})
		.filter(({ header, row }) => header !== undefined && row !== undefined)
		.map((entry) => [entry.row.name, entry]);

	test.each(rows)(
		'says of %s whether another ID with the same body is a duplicate',
		async (name, entry) => {
			const { header, isSigned, row } = entry;
			const [secret, key] = SECRETS[row.secret]();
			const listKeys = async (requestId) => {
				const more = { [header.toLowerCase()]: requestId };
				const { keys } = await receiveRow(row, secret, signRow(row, key, { more, requestId }));
				return keys;
			};
			const [first, second] = [await listKeys('id_1'), await listKeys('id_2')];
			expect(first.length).toBeGreaterThan(0);
			expect(first.some((one) => second.includes(one))).toBe(
				!isSigned && !exceptions.includes(name),
			);
		},
	);

	test('has rows of both kinds', () => {
		const kinds = rows.map(([, { isSigned }]) => isSigned);
		expect(kinds.filter(Boolean).length).toBeGreaterThan(10);
		expect(kinds.length - kinds.filter(Boolean).length).toBeGreaterThan(10);
	});
});
