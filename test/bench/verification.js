/** Measures what verifying costs with the schemes that are no HMAC over the body, in addition to the unavoidable. */
const { createHash, createHmac, generateKeyPairSync, sign, verify } = require('node:crypto');

const { getPlatform } = require('../../build/core/platforms');
const { buildTokenScheme } = require('../../build/core/signing/jwt/tokenScheme');
const { verifyRequest } = require('../../build/core/signing/verify');
const { newSecret } = require('../e2e/workflows');

const URL = 'https://n8n.example/webhook/1';
const BODY_BYTES = 1024;

const body = Buffer.from(JSON.stringify({ text: 'x'.repeat(BODY_BYTES - 11) }));
const nowMs = Date.now();
const seconds = Math.floor(nowMs / 1000);

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const toPem = (key) => key.export({ type: 'spki', format: 'pem' });

/** How each algorithm of a token signs, and what verifies the same bytes without anything else. */
const ALGORITHMS = {
	HS256: () => {
		const secret = newSecret();
		const hmac = (content) => createHmac('sha256', secret).update(content).digest();
		return { secret, sign: hmac, verify: (content, mac) => hmac(content).equals(mac) };
	},
	RS256: () => ({
		secret: toPem(rsa.publicKey),
		sign: (content) => sign('sha256', content, rsa.privateKey),
		verify: (content, signature) => verify('sha256', content, rsa.publicKey, signature),
	}),
	ES256: () => {
		const [own, other] = [ec.privateKey, ec.publicKey].map((key) => ({
			key,
			dsaEncoding: 'ieee-p1363',
		}));
		return {
			secret: toPem(ec.publicKey),
			sign: (content) => sign('sha256', content, own),
			verify: (content, signature) => verify('sha256', content, other, signature),
		};
	},
};

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

function buildToken(alg) {
	const { secret, sign: signContent, verify: verifyContent } = ALGORITHMS[alg]();
	const claims = { iss: 'bench', iat: seconds, exp: seconds + 3600, sub: 'order_7' };
	const content = Buffer.from(`${encode({ alg, typ: 'JWT' })}.${encode(claims)}`);
	const signature = signContent(content);
	const scheme = buildTokenScheme({
		place: 'header',
		name: 'Authorization',
		algorithms: [alg],
		secretFormat: 'text',
		issuer: 'bench',
		audience: '',
		requiredClaims: [],
		bodyHashClaim: '',
		bodyHashFormat: '',
		maxAgeSeconds: 3600,
		toleranceSeconds: 60,
	});
	const headers = { authorization: `Bearer ${content}.${signature.toString('base64url')}` };
	return {
		what: `Verify a JSON Web Token, ${alg}`,
		against: 'Node’s crypto over the same bytes',
		ours: () => verifyRequest(scheme, createInput(headers, secret)).valid,
		theirs: () => verifyContent(content, signature),
	};
}

const createInput = (headers, secret) => ({
	headers: { 'content-type': 'application/json', ...headers },
	body,
	nowMs,
	secrets: [secret],
	request: () => ({ method: 'POST', url: URL }),
});

/** A signature over time and body, as SendGrid makes it. */
function buildEcdsa() {
	const { scheme } = getPlatform('sendgrid');
	const content = Buffer.concat([Buffer.from(String(seconds)), body]);
	const signature = sign('sha256', content, ec.privateKey);
	const headers = {
		[scheme.signatureHeader.toLowerCase()]: signature.toString('base64'),
		[scheme.timestamp.header.toLowerCase()]: String(seconds),
	};
	const secret = ec.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
	return {
		what: 'Verify a signature with ECDSA on P-256, 1 KB',
		against: 'Node’s crypto over the same bytes',
		ours: () => verifyRequest(scheme, createInput(headers, secret)).valid,
		theirs: () => verify('sha256', content, ec.publicKey, signature),
	};
}

function buildMessageSignature() {
	const { scheme } = getPlatform('httpMessageSignatures');
	const secret = newSecret();
	const digest = () => createHash('sha256').update(body).digest('base64');
	const parameters = `("@method" "@target-uri" "content-digest" "content-type");created=${seconds};keyid="k";alg="hmac-sha256"`;
	const base = [
		'"@method": POST',
		`"@target-uri": ${URL}`,
		`"content-digest": sha-256=:${digest()}:`,
		'"content-type": application/json',
		`"@signature-params": ${parameters}`,
	].join('\n');
	const hmac = () => createHmac('sha256', secret).update(base).digest('base64');
	const expected = hmac();
	const headers = {
		'content-digest': `sha-256=:${digest()}:`,
		'signature-input': `sig1=${parameters}`,
		signature: `sig1=:${expected}:`,
	};
	return {
		what: 'Verify an HTTP Message Signature, hmac-sha256, 1 KB',
		against: 'SHA-256 over the body and createHmac over the signature base',
		ours: () => verifyRequest(scheme, createInput(headers, secret)).valid,
		theirs: () => digest() !== '' && hmac() === expected,
	};
}

/** Returns what is measured: our verification, and the least that it takes. */
const buildVerifications = () => [
	...Object.keys(ALGORITHMS).map(buildToken),
	buildEcdsa(),
	buildMessageSignature(),
];

module.exports = { buildVerifications };
