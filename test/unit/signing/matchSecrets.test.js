const { createHmac, generateKeyPairSync, sign } = require('node:crypto');

const { getPlatform } = require('../../../build/core/platforms');
const { HashBudget } = require('../../../build/core/signing/matchSecrets');
const { verifyRequest } = require('../../../build/core/signing/verify');
const { measureCpuMs } = require('../../harness/cpuTime');

const MEGABYTE = 1024 * 1024;
const NOW_MS = 1_700_000_000_000;

const countSpendings = (algorithm, bytes) => {
	const budget = new HashBudget();
	let count = 0;
	while (count < 10_000 && budget.spend(algorithm, bytes)) count += 1;
	return count;
};

describe('HashBudget', () => {
	test.each([
		['hmac-sha1', 4],
		['hmac-sha256', 4],
		['hmac-sha512', 1],
		['ed25519', 1],
	])('allows a few passes of %s over 10 MB', (algorithm, count) => {
		expect(countSpendings(algorithm, 10 * MEGABYTE)).toBe(count);
	});

	test('allows one pass over a body of any size', () => {
		expect(countSpendings('ed25519', 1000 * MEGABYTE)).toBe(1);
	});

	test('allows all signatures and secrets that a rotation has over the body of a usual event', () => {
		expect(countSpendings('hmac-sha256', 20_000)).toBeGreaterThan(500);
		expect(countSpendings('ed25519', 20_000)).toBeGreaterThan(100);
	});
});

const keyPairs = Array.from({ length: 4 }, () => generateKeyPairSync('ed25519'));
const publicKeys = keyPairs.map(
	({ publicKey }) =>
		`whpk_${publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64')}`,
);

/** Verifies a Standard Webhooks request with the signatures of some of the keys. */
function verifyStandard(body, secrets, makeSignatures) {
	const signedAt = String(NOW_MS / 1000);
	const content = Buffer.concat([Buffer.from(`msg_1.${signedAt}.`), body]);
	return verifyRequest(getPlatform('standardWebhooks').scheme, {
		body,
		headers: {
			'webhook-id': 'msg_1',
			'webhook-timestamp': signedAt,
			'webhook-signature': makeSignatures(content).join(' '),
		},
		nowMs: NOW_MS,
		secrets,
	});
}

const signWith = (content, { privateKey }) =>
	`v1a,${sign(null, content, privateKey).toString('base64')}`;

describe('verifyRequest with several signatures and secrets', () => {
	test('accepts each pair of a signature and a secret', () => {
		const body = Buffer.from('{}');
		for (const signer of keyPairs) {
			for (const place of [0, 5, 19]) {
				const result = verifyStandard(body, publicKeys, (content) => {
					const other = signWith(Buffer.from('other'), keyPairs[0]);
					return Array.from({ length: 20 }, (_, index) =>
						index === place ? signWith(content, signer) : other,
					);
				});
				expect(result.valid).toBe(true);
			}
		}
	});

	test('checks one of 20 forged Ed25519 signatures over 10 MB', () => {
		const body = Buffer.alloc(10 * MEGABYTE, 'a');
		const measure = (signatures, secrets) =>
			measureCpuMs(() => expect(verifyStandard(body, secrets, () => signatures).valid).toBe(false));
		const forged = Array.from({ length: 20 }, (_, index) =>
			signWith(Buffer.from(String(index)), keyPairs[0]),
		);
		measure(forged.slice(0, 1), publicKeys.slice(0, 1));
		const oneMs = measure(forged.slice(0, 1), publicKeys.slice(0, 1));
		// 80 checks would take 80 times as long.
		expect(measure(forged, publicKeys)).toBeLessThan(10 * oneMs);
	});

	test('accepts the first signature of the current key over 10 MB', () => {
		const body = Buffer.alloc(10 * MEGABYTE, 'a');
		const result = verifyStandard(body, publicKeys, (content) => [
			signWith(content, keyPairs[0]),
			signWith(content, keyPairs[1]),
		]);
		expect(result.valid).toBe(true);
	});

	test('computes only the hash that a signature has the length of', () => {
		const { scheme } = getPlatform('convoySimple');
		const body = Buffer.alloc(10 * MEGABYTE, 'a');
		const verifyWith = (hash, encoding, secrets) =>
			verifyRequest(scheme, {
				body,
				headers: {
					'x-convoy-signature': createHmac(hash, 'current').update(body).digest(encoding),
				},
				nowMs: NOW_MS,
				secrets,
			}).valid;
		for (const encoding of ['hex', 'base64']) {
			// Four passes of SHA-256 fit the budget, but not if SHA-512 was computed too.
			expect(verifyWith('sha256', encoding, ['a', 'b', 'c', 'current'])).toBe(true);
			expect(verifyWith('sha512', encoding, ['current'])).toBe(true);
		}
	});

	test('ignores secrets that are not in the format if another one is', () => {
		const body = Buffer.from('{}');
		const makeSignatures = (content) => [signWith(content, keyPairs[0])];
		const [right, other] = publicKeys;
		expect(verifyStandard(body, ['whsec_?', right], makeSignatures).valid).toBe(true);
		expect(verifyStandard(body, [right, 'whpk_AAAA'], makeSignatures).valid).toBe(true);
		expect(verifyStandard(body, [other, 'whsec_?'], makeSignatures)).toMatchObject({
			valid: false,
			code: 'SIGNATURE_INVALID',
		});
		expect(() => verifyStandard(body, ['whsec_?', 'whpk_AAAA'], makeSignatures)).toThrow(
			'The signing secret after whsec_ is not base64',
		);
	});
});
