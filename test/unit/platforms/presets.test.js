/**
 * Receives the vectors of every preset with the trigger's own rules, and forgeries of them. A preset's checks run alone
 * with `-t "preset <id> "`.
 */
const fs = require('node:fs');
const path = require('node:path');

const { EVENT_KIND, PLATFORMS, getRequestKind } = require('../../../build/core/platforms');
const { checkInboundSecrets } = require('../../../build/core/credentials/inboundChecks');
const { parseInboundCredential } = require('../../../build/core/credentials/inbound');
const { placeTokens } = require('../../../build/nodes/AgentWebhookTrigger/webhook/rules');

const {
	coversWholeBody,
	findToken,
	forgeBody,
	listForgeries,
	listTokenForgeries,
} = require('./forgeries');
const { fillInCredential, getOtherSecret, receive, toRequest } = require('./presetRequests');
const { readVectors } = require('./presetVectors');
const { verifyVector } = require('./verifyVector');

const FOLDER = path.join(__dirname, 'vectors');
const hasVectors = (id) => fs.existsSync(path.join(FOLDER, `${id}.json`));
const PRESETS = PLATFORMS.filter(({ id }) => hasVectors(id));

const EVIDENCE = ['official page', 'official library', 'official vector'];

/** The evidence that a vector gives, by the beginning of its `madeBy`. */
const MADE_BY = {
	'official vector': /^official vector$/,
	'official library': /^library: \S+@\d\S*/,
	'official page': /^page: \S/,
};

const findEvidence = ({ madeBy }) => EVIDENCE.find((evidence) => MADE_BY[evidence].test(madeBy));

const VECTOR_FIELDS = [
	...['body', 'event', 'handshake', 'headers', 'isText', 'madeBy', 'method', 'name', 'nowMs'],
	...['provider', 'secret', 'source', 'url'],
];

/** What every check needs of a vector. */
function prepare(platform, vector) {
	const { formBodies, id, scheme } = platform;
	const { authentication } = getRequestKind(platform, EVENT_KIND);
	const request = toRequest(vector);
	const { secret } = vector;
	const isHandshake = vector.handshake !== undefined;
	// A handshake may come before the provider has a secret.
	const token = isHandshake
		? undefined
		: findToken(platform, authentication.methods, request, secret);
	const [asked] = authentication.methods;
	const method = token?.method ?? (isHandshake ? asked : 'signature');
	const receiveWith = (credentialSecret, changed = request, { fields, parameters } = {}) =>
		receive(id, fillInCredential(method, credentialSecret, fields), changed, parameters);
	const forge = () =>
		token === undefined
			? listForgeries(scheme, request, formBodies?.jsonField)
			: listTokenForgeries(token, request, secret);
	return {
		authentication,
		forgeries: isHandshake ? [] : forge(),
		isSigned: token === undefined,
		method,
		receiveVector: (changed, options) => receiveWith(secret, changed, options),
		receiveWith,
		request,
	};
}

/** Expects that a caller was not let in, and that the reply has no secret. */
function expectUnauthenticated(name, outcome, { secret }) {
	expect({ name, ...outcome }).toMatchObject({ name, result: 'rejected', status: 401 });
	if (secret !== '') expect(JSON.stringify(outcome)).not.toContain(secret);
}

const DIGEST = /^[0-9a-f]{64}$/;

/** The event that a vector is expected to be; `digest` is any digest. */
const expectEvent = ({ duplicateKey, timeMs, type, types }) => ({
	result: 'accepted',
	event: expect.objectContaining({ type, timeMs, ...(types && { types }) }),
	duplicateKey: duplicateKey === 'digest' ? expect.stringMatching(DIGEST) : duplicateKey,
});

describe.each(PRESETS.map((platform) => [platform.id, platform]))('preset %s ', (id, platform) => {
	const vectors = readVectors(id);
	const { evidence, scheme } = platform;

	test('has a category, and evidence that its vectors give', () => {
		expect(platform.category).toEqual(expect.any(String));
		const given = vectors.map((vector) => EVIDENCE.indexOf(findEvidence(vector)));
		expect(given).not.toContain(-1);
		expect(evidence).toBe(EVIDENCE[Math.max(...given)]);
	});

	test('has vectors with different names, known fields, a source and an expected event', () => {
		for (const vector of vectors) {
			expect(Object.keys(vector).filter((field) => !VECTOR_FIELDS.includes(field))).toEqual([]);
			expect(vector).toMatchObject({
				body: expect.any(String),
				name: expect.stringMatching(/\S/),
				secret: expect.any(String),
				source: expect.stringMatching(/\S/),
			});
		}
		expect(new Set(vectors.map(({ name }) => name)).size).toBe(vectors.length);
		expect(vectors.some(({ event }) => event !== undefined)).toBe(true);
	});

	test('has a scheme of its name, whose time is signed', () => {
		if (scheme === undefined || scheme.kind !== undefined) return;
		expect(scheme.name).toBe(id);
		const { bodyField, header } = scheme.timestamp ?? {};
		if (scheme.timestamp === undefined || (bodyField && coversWholeBody(scheme))) return;
		const placeholders = ['{timestamp}', `{header:${header}}`, `{body:${bodyField}}`];
		expect(placeholders.some((placeholder) => scheme.content.includes(placeholder))).toBe(true);
	});

	describe.each(vectors.map((vector) => [vector.name, vector]))('vector %s', (_, vector) => {
		if (vector.isText) {
			// A provider publishes signatures of texts that are no events.
			test('has a valid signature, which another text has not', () => {
				expect(verifyVector(vector)).toMatchObject({ valid: true });
				const changed = verifyVector(vector, { body: `${vector.body} ` });
				expect(changed).toMatchObject({ valid: false, code: 'SIGNATURE_INVALID' });
			});
			return;
		}
		const { event, handshake, secret } = vector;
		const { authentication, forgeries, isSigned, method, receiveVector, receiveWith, request } =
			prepare(platform, vector);

		test('is accepted', async () => {
			const outcome = await receiveVector();
			if (handshake !== undefined) {
				expect(outcome).toMatchObject({ result: 'handshake', ...handshake });
				return;
			}
			expect(outcome).toMatchObject({ result: 'accepted', authentication: [method] });
			if (event !== undefined) expect(outcome).toMatchObject(expectEvent(event));
		});

		if (handshake !== undefined) return;

		test('has a secret that the credential accepts', () => {
			const credential = placeTokens(parseInboundCredential(fillInCredential(method, secret)), {
				methods: ['platform'],
				platform: id,
			});
			expect(checkInboundSecrets(credential, [method], id)).toEqual([]);
		});

		test('is accepted by its event type, and ignored by another one', async () => {
			const types = event?.types ?? [event?.type];
			for (const type of types.filter(Boolean)) {
				const outcome = await receiveVector(request, { parameters: { events: [type] } });
				expect(outcome).toMatchObject({ result: 'accepted' });
			}
			const outcome = await receiveVector(request, { parameters: { events: ['none.such'] } });
			expect(outcome).toMatchObject({ result: 'ignored' });
		});

		test('is rejected if it is forged', async () => {
			expect(forgeries.length).toBeGreaterThan(0);
			for (const [name, forged] of forgeries) {
				expectUnauthenticated(name, await receiveVector(forged), vector);
			}
		});

		if (!isSigned) {
			test('is rejected by a credential with another token', async () => {
				const outcome = await receiveWith(method === 'basic' ? 'other:token' : 'another-token');
				expectUnauthenticated('another token', outcome, vector);
			});
			return;
		}

		if (secret !== '') {
			test('is rejected by a credential with another secret, and accepted while it rotates', async () => {
				const other = getOtherSecret(id, secret);
				expectUnauthenticated('another secret', await receiveWith(other), vector);
				if (/\s/.test(secret)) return;
				const fields = { furtherSigningSecrets: secret };
				const rotating = await receiveWith(other, request, { fields });
				expect(rotating).toMatchObject({ result: 'accepted' });
			});
		}

		if (scheme.kind === undefined && !coversWholeBody(scheme)) {
			test('is accepted with another body if that has the signed values', async () => {
				const [[, longer]] = forgeBody(request);
				expect(await receiveVector(longer)).toMatchObject({ result: 'accepted' });
			});
		}

		if (scheme.timestamp !== undefined) {
			test('is accepted within the tolerance of its time, and rejected outside it', async () => {
				const { signature } = await receiveVector();
				const toleranceMs = scheme.timestamp.toleranceSeconds * 1000;
				for (const direction of [1, -1]) {
					const nowMs = signature.timestampMs + direction * toleranceMs;
					const receiveAt = (time) => receiveVector({ ...request, nowMs: time });
					expect(await receiveAt(nowMs)).toMatchObject({ result: 'accepted' });
					const stale = await receiveAt(nowMs + direction * 1000);
					expectUnauthenticated('stale', stale, vector);
					expect(stale.code).toBe('TIMESTAMP_OUT_OF_TOLERANCE');
				}
			});
		}

		if (authentication.require === 'all' && scheme.publishedKeys === undefined) {
			test('is answered with an error of the receiver if its credential has no secret', async () => {
				await expect(receiveWith('')).rejects.toThrow(/"Signing Secret"/);
			});
		}
	});
});
