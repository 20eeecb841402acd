const { createHmac } = require('node:crypto');

const { PLATFORMS, getPlatform } = require('../../../build/core/platforms');
const { hasOpenBoundary } = require('../../../build/core/signing/contentTemplate');
const { buildCustomScheme } = require('../../../build/core/signing/customScheme');
const { isContentScheme } = require('../../../build/core/signing/schemeFacts');
const { signRequest } = require('../../../build/core/signing/sign');
const { verifyRequest } = require('../../../build/core/signing/verify');

const SECRET = 'signing-secret-d0b7';
const NOW_MS = 1_700_000_000_000;
const FORM = 'application/x-www-form-urlencoded';
const hmac = (hash, content, encoding) => createHmac(hash, SECRET).update(content).digest(encoding);

/** Verifies a request in HubSpot's scheme with the signature of other parts. */
const verifyHubSpot = (signedContent, { body, method = 'POST', url }) =>
	verifyRequest(getPlatform('hubspot').scheme, {
		headers: {
			'content-type': 'application/json',
			'x-hubspot-signature-v3': hmac('sha256', signedContent, 'base64'),
			'x-hubspot-request-timestamp': String(NOW_MS),
		},
		body: Buffer.from(body),
		nowMs: NOW_MS,
		secrets: [SECRET],
		request: () => ({ method, url }),
	});

const verifyTwilio = (signedContent, { body, contentType = FORM, method = 'POST', url }) =>
	verifyRequest(getPlatform('twilio').scheme, {
		headers: {
			'content-type': contentType,
			'x-twilio-signature': hmac('sha1', signedContent, 'base64'),
		},
		body: Buffer.from(body),
		nowMs: NOW_MS,
		secrets: [SECRET],
		request: () => ({ method, url }),
	});

const AMBIGUOUS = expect.objectContaining({
	valid: false,
	code: 'CONTENT_AMBIGUOUS',
	details: expect.objectContaining({ field: 'body' }),
});

describe('a signature that covers URL and body without a border', () => {
	test('is in the schemes of HubSpot, Twilio, Mandrill, Square and Trello only', () => {
		const open = PLATFORMS.filter(
			({ scheme }) => scheme && isContentScheme(scheme) && hasOpenBoundary(scheme),
		);
		expect(open.map(({ id }) => id).sort()).toEqual([
			'hubspot',
			'mandrill',
			'square',
			'trello',
			'twilio',
		]);
	});

	test('is rejected if Mandrill’s form was moved into the URL before another body', () => {
		const url = 'https://n8n.example.com/webhook/m?a=1';
		const verify = (signedContent, request, body, contentType) =>
			verifyRequest(getPlatform('mandrill').scheme, {
				headers: {
					'content-type': contentType,
					'x-mandrill-signature': hmac('sha1', signedContent, 'base64'),
				},
				body: Buffer.from(body),
				nowMs: NOW_MS,
				secrets: [SECRET],
				request: () => request,
			});
		const content = `${url}mandrill_events[]`;
		expect(verify(content, { method: 'POST', url }, 'mandrill_events=[]', FORM).valid).toBe(true);
		const moved = { method: 'POST', url: content };
		expect(verify(content, moved, '[{"event":"forged"}]', 'application/json')).toEqual(AMBIGUOUS);
		expect(verify(content, moved, '', 'application/json')).toEqual(AMBIGUOUS);
		expect(verify(content, moved, '', FORM)).toEqual(AMBIGUOUS);
	});

	test('is rejected if HubSpot’s body was moved into the URL', () => {
		const [url, body] = ['https://n8n.example.com/webhook/h?q=1', '[{"eventId":1}]'];
		const content = `POST${url}${body}${NOW_MS}`;
		expect(verifyHubSpot(content, { url, body }).valid).toBe(true);
		expect(verifyHubSpot(content, { url: url + body, body: '' })).toEqual(AMBIGUOUS);
		expect(verifyHubSpot(content, { url: `${url}[`, body: body.slice(1) }).valid).toBe(true);
		// What is left is not JSON: no part of a list or an object is one.
		expect(() => JSON.parse(body.slice(1))).toThrow(SyntaxError);
	});

	test.each([' ', '\n', '12', '"a"', 'true', 'a=b'])(
		'is rejected with the body %j, whose start may have been moved',
		(body) => {
			const url = 'https://n8n.example.com/webhook/h?q=1';
			expect(verifyHubSpot(`POST${url}${body}${NOW_MS}`, { url, body })).toEqual(AMBIGUOUS);
		},
	);

	test('is rejected if Twilio’s fields were moved into the URL', () => {
		const url = 'https://n8n.example.com/webhook/t?q=1';
		const content = `${url}Bodyhello`;
		expect(verifyTwilio(content, { url, body: 'Body=hello' }).valid).toBe(true);
		for (const body of ['', '=', '&', '&&=']) {
			expect(verifyTwilio(content, { url: `${url}Bodyhello`, body })).toEqual(AMBIGUOUS);
		}
		expect(
			verifyTwilio(content, { url: `${url}Bodyhello`, body: '', contentType: 'application/json' }),
		).toEqual(AMBIGUOUS);
	});

	test('is accepted without a body if the method has none', () => {
		const url = 'https://n8n.example.com/webhook/t?q=1';
		expect(verifyTwilio(url, { url, body: '', method: 'GET' }).valid).toBe(true);
		const content = `GET${url}${NOW_MS}`;
		expect(verifyHubSpot(content, { url, body: '', method: 'GET' }).valid).toBe(true);
	});

	test('is not told from a wrong one before it is valid', () => {
		const url = 'https://n8n.example.com/webhook/t?q=1';
		expect(verifyTwilio('other', { url, body: '' })).toMatchObject({ code: 'SIGNATURE_INVALID' });
	});
});

describe('a custom scheme', () => {
	const verifyCustom = (signedContent, id, body) => {
		const scheme = buildCustomScheme({
			signatureHeader: 'X-Signature',
			algorithm: 'hmac-sha256',
			encoding: 'hex',
			prefix: '',
			signedContent,
			idHeader: 'X-ID',
			timestampHeader: '',
			timestampUnit: 's',
			toleranceSeconds: 300,
		});
		return verifyRequest(scheme, {
			headers: { 'x-signature': hmac('sha256', 'evt_1{"a":1}', 'hex'), 'x-id': id },
			body: Buffer.from(body),
			nowMs: NOW_MS,
			secrets: [SECRET],
		});
	};

	test('rejects a body that was moved into the ID if nothing separates them', () => {
		expect(verifyCustom('{id}{body}', 'evt_1', '{"a":1}').valid).toBe(true);
		expect(verifyCustom('{id}{body}', 'evt_1{"a":1}', '')).toEqual(AMBIGUOUS);
		expect(verifyCustom('{id}{body}', 'evt_', '1{"a":1}')).toEqual(AMBIGUOUS);
	});

	test('accepts an empty body if a separator shows where it begins', () => {
		const { scheme } = getPlatform('standardWebhooks');
		expect(hasOpenBoundary(scheme)).toBe(false);
		expect(hasOpenBoundary({ ...scheme, content: '{body}{id}' })).toBe(true);
		expect(hasOpenBoundary({ ...scheme, content: '{timestamp}{body}' })).toBe(false);
	});
});

describe('a separator between signed values', () => {
	const settings = {
		signatureHeader: 'X-Signature',
		algorithm: 'hmac-sha256',
		encoding: 'hex',
		prefix: '',
		idHeader: '',
		timestampHeader: '',
		timestampUnit: 's',
		toleranceSeconds: 300,
	};

	/** Verifies a request that has the signature of its own content. */
	const verify = (content, signed, { body = '', headers = {}, query = '', ...changes } = {}) =>
		verifyRequest(buildCustomScheme({ ...settings, signedContent: content, ...changes }), {
			headers: { 'x-signature': hmac('sha256', signed, 'hex'), ...headers },
			body: Buffer.from(body),
			nowMs: NOW_MS,
			secrets: [SECRET],
			request: () => ({ method: 'POST', url: `https://n8n.example.com/webhook/s${query}` }),
		});

	const rejectedFor = (field) =>
		expect.objectContaining({
			valid: false,
			code: 'CONTENT_AMBIGUOUS',
			details: expect.objectContaining({ field }),
		});

	test('divides fields of the body in one way only', () => {
		const verifyFields = (body) =>
			verify('{body:a}.{body:b}', '1.2.3', { body: JSON.stringify(body) });
		expect(verifyFields({ a: 1, b: '2.3' }).valid).toBe(true);
		expect(verifyFields({ a: '1.2', b: 3 })).toEqual(rejectedFor('a'));
		expect(verifyFields({ a: 1.2, b: 3 })).toEqual(rejectedFor('a'));
	});

	test('does not let text move between a value and a body that is not JSON', () => {
		const verifyForm = (query, body) =>
			verify('{query:a}.{body}', '1.x=1.2&to=b', {
				query,
				body,
				headers: { 'content-type': FORM },
			});
		expect(verifyForm('?a=1', 'x=1.2&to=b').valid).toBe(true);
		expect(verifyForm('?a=1.x%3D1', '2&to=b')).toEqual(rejectedFor('a'));
		const verifyId = (id, body) =>
			verify('{id}.{body}', '1.x.y', { body, idHeader: 'X-ID', headers: { 'x-id': id } });
		expect(verifyId('1', 'x.y').valid).toBe(true);
		expect(verifyId('1.x', 'y')).toEqual(rejectedFor('id'));
		expect(verifyId('1.x', '"y"').valid).toBe(false);
	});

	test('is looked for from the end in values after the body', () => {
		const verifyId = (id, body) =>
			verify('{body}.{id}', 'x.y.z', { body, idHeader: 'X-ID', headers: { 'x-id': id } });
		expect(verifyId('z', 'x.y').valid).toBe(true);
		expect(verifyId('y.z', 'x')).toEqual(rejectedFor('id'));
	});

	test('may be in a value next to a JSON object, but not next to text that only begins like one', () => {
		const verifyUrl = (body) =>
			verify('{url}.{body}', `https://n8n.example.com/webhook/s.${body}`, { body });
		expect(verifyUrl('{"a":1}').valid).toBe(true);
		expect(verifyUrl('[1]"}')).toEqual(rejectedFor('url'));
	});

	test('that begins like the end of a value is rejected', () => {
		const verifyQuery = (query, body) => verify('{query:a}--{body}', '1---x', { query, body });
		expect(verifyQuery('?a=1', '-x').valid).toBe(true);
		expect(verifyQuery('?a=1-', 'x')).toEqual(rejectedFor('a'));
	});

	test('may be in an ID before a timestamp, and in a time that is checked', () => {
		const time = new Date(NOW_MS).toISOString();
		const headers = { 'x-id': 'a.b', 'x-time': time };
		const changes = { idHeader: 'X-ID', timestampHeader: 'X-Time', timestampUnit: 'iso', headers };
		const signed = `a.b.${time}.text`;
		expect(verify('{id}.{timestamp}.{body}', signed, { body: 'text', ...changes }).valid).toBe(
			true,
		);
		expect(
			verify('{header:X-Time}:{body}', `${time}:text`, { body: 'text', ...changes }).valid,
		).toBe(true);
	});

	test('may be in the merchant’s reference of Adyen, which no other field can take text from', () => {
		const { scheme } = getPlatform('adyen');
		const secret = 'ab'.repeat(32);
		const verifyAdyen = (merchantReference, value) => {
			const fields = [
				'psp',
				'',
				'account',
				merchantReference,
				value,
				'EUR',
				'AUTHORISATION',
				'true',
			];
			const signature = createHmac('sha256', Buffer.from(secret, 'hex'))
				.update(fields.join(':'))
				.digest('base64');
			const item = {
				pspReference: 'psp',
				merchantAccountCode: 'account',
				merchantReference,
				amount: { value, currency: 'EUR' },
				eventCode: 'AUTHORISATION',
				success: 'true',
				additionalData: { hmacSignature: signature },
			};
			return verifyRequest(scheme, {
				headers: { 'content-type': 'application/json' },
				body: Buffer.from(
					JSON.stringify({ notificationItems: [{ NotificationRequestItem: item }] }),
				),
				nowMs: NOW_MS,
				secrets: [secret],
			});
		};
		expect(verifyAdyen('order:7', '1000').valid).toBe(true);
		expect(verifyAdyen('order', '7:1000')).toMatchObject({ code: 'CONTENT_AMBIGUOUS' });
	});

	test('in a value that is sent keeps the request from being signed', () => {
		const scheme = buildCustomScheme({
			...settings,
			idHeader: 'X-ID',
			signedContent: '{id}.{body}',
		});
		const sign = (id, body) =>
			signRequest(scheme, { id, body: Buffer.from(body), nowMs: NOW_MS, secrets: [SECRET] });
		expect(sign('a.b', '{}')).toHaveProperty('X-Signature');
		expect(sign('a', 'text')).toHaveProperty('X-Signature');
		expect(() => sign('a.b', 'text')).toThrow(/cannot be signed.*\{id\}.*separator "\."/);
	});
});
