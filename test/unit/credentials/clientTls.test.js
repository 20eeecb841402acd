const { createPrivateKey, X509Certificate } = require('node:crypto');
const fs = require('node:fs');

const {
	describeCertificate,
	parseClientTls,
	requireUnexpiredCertificate,
} = require('../../../build/core/credentials/clientTls');
const { makeCertificate, makeSigned } = require('../../harness/certificate');

let ca;
let clientCertificate;
let clientKey;
let otherKey;

beforeAll(async () => {
	const authority = await makeCertificate('tls-authority');
	const client = await makeSigned(authority, { name: 'tls-client', host: 'n8n.example' });
	const other = await makeSigned(authority, { name: 'tls-other', host: 'n8n.example' });
	const read = (file) => fs.readFileSync(file, 'utf8');
	ca = read(authority.cert);
	clientCertificate = read(client.cert);
	clientKey = read(client.key);
	otherKey = read(other.key);
});

/** Encrypts a private key with a passphrase. */
const encrypt = (passphrase) =>
	createPrivateKey(clientKey).export({
		type: 'pkcs8',
		format: 'pem',
		cipher: 'aes-256-cbc',
		passphrase,
	});

const isSameCertificate = (a, b) =>
	new X509Certificate(a).fingerprint256 === new X509Certificate(b).fingerprint256;

test('needs neither certificate nor authority', () => {
	expect(parseClientTls({})).toBeUndefined();
	expect(
		parseClientTls({ clientCertificate: '', clientKey: '', caCertificate: '' }),
	).toBeUndefined();
});

test('uses nothing of a credential in which it is turned off', () => {
	expect(parseClientTls({ useClientTls: false, clientCertificate, clientKey })).toBeUndefined();
});

test.each([
	['as they are in their files', (text) => text],
	[
		'with spaces for line breaks, as a field on one line keeps them',
		(text) => text.replaceAll('\n', ' '),
	],
	['without line breaks', (text) => text.replaceAll('\n', '')],
	['with escaped line breaks, as in JSON', (text) => text.replaceAll('\n', '\\n')],
	['with line breaks of Windows', (text) => text.replaceAll('\n', '\r\n')],
	['with text around them', (text) => `Bag Attributes: <none>\n${text}\nthe end`],
])('reads a certificate, its key and an authority %s', (_name, edit) => {
	const tls = parseClientTls({
		useClientTls: true,
		clientCertificate: edit(clientCertificate),
		clientKey: edit(clientKey),
		caCertificate: edit(ca),
	});
	expect(isSameCertificate(tls.cert, clientCertificate)).toBe(true);
	expect(isSameCertificate(tls.ca, ca)).toBe(true);
	expect(new X509Certificate(tls.cert).checkPrivateKey(createPrivateKey(tls.key))).toBe(true);
});

test('keeps all certificates of a chain, in their order', () => {
	const { ca: authorities, cert } = parseClientTls({
		clientCertificate: clientCertificate + ca,
		clientKey,
		caCertificate: ca + ca,
	});
	expect(cert.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
	expect(isSameCertificate(cert, clientCertificate)).toBe(true);
	expect(authorities.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
});

test('decrypts a private key once, with its passphrase', () => {
	const { key } = parseClientTls({
		clientCertificate,
		clientKey: encrypt('open sesame').replaceAll('\n', ' '),
		clientKeyPassphrase: 'open sesame',
	});
	expect(createPrivateKey(key).equals(createPrivateKey(clientKey))).toBe(true);
});

test.each([
	[
		'the parameters of its curve',
		() => '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n',
	],
	['its certificate', () => clientCertificate],
])('reads a private key that follows %s in its file', (_name, getFirst) => {
	const { key } = parseClientTls({ clientCertificate, clientKey: getFirst() + clientKey });
	expect(createPrivateKey(key).equals(createPrivateKey(clientKey))).toBe(true);
});

test.each([
	['a certificate without its key', () => ({ clientCertificate }), '"Client Key" is empty.'],
	['a key without its certificate', () => ({ clientKey }), '"Client Certificate" is empty.'],
	[
		'the key of another certificate',
		() => ({ clientCertificate, clientKey: otherKey }),
		'"Client Key" does not match the first certificate in "Client Certificate"',
	],
	[
		'a wrong passphrase',
		() => ({ clientCertificate, clientKey: encrypt('a'), clientKeyPassphrase: 'b' }),
		'The private key in "Client Key" cannot be read.',
	],
	[
		'a missing passphrase',
		() => ({ clientCertificate, clientKey: encrypt('a') }),
		'The private key in "Client Key" cannot be read.',
	],
	[
		'a key that is none',
		() => ({ clientCertificate, clientKey: 'key' }),
		'"Client Key" has no private key.',
	],
	[
		'a certificate in place of the key',
		() => ({ clientCertificate, clientKey: clientCertificate }),
		'"Client Key" has no private key.',
	],
	[
		'a cut certificate',
		() => ({ clientCertificate: clientCertificate.slice(0, 200), clientKey }),
		'"Client Certificate" has no readable certificate.',
	],
	[
		'a list of authorities of which the last one is cut',
		() => ({ caCertificate: ca + ca.slice(0, -30) }),
		'"CA Certificate" has a certificate without its end.',
	],
	[
		'more authorities than are read',
		() => ({ caCertificate: ca.repeat(200) }),
		'Enter at most 65536, with only the certificates that are needed.',
	],
	[
		'a key in place of an authority',
		() => ({ caCertificate: clientKey }),
		'"CA Certificate" has no readable certificate.',
	],
])('rejects %s, and repeats none of it', (_name, fields, message) => {
	let error;
	try {
		parseClientTls(fields());
	} catch (thrown) {
		error = thrown;
	}
	expect(error).toMatchObject({ name: 'IncompleteCredentialError' });
	expect(error.message).toContain(message);
	expect(error.message).not.toContain(clientKey.split('\n')[1]);
});

test('describes a certificate for people', () => {
	const { fingerprint256, validTo } = new X509Certificate(clientCertificate);
	expect(describeCertificate(clientCertificate)).toEqual({
		subject: 'CN=n8n.example',
		expires_at: new Date(validTo).toISOString(),
		fingerprint: fingerprint256,
	});
});

test('rejects a certificate from the moment at which it expires', () => {
	const { validTo } = new X509Certificate(clientCertificate);
	const endMs = Date.parse(validTo);
	const check = (nowMs, more = {}) =>
		requireUnexpiredCertificate({ clientCertificate, clientKey, ...more }, nowMs);
	expect(() => check(endMs - 1)).not.toThrow();
	expect(() => check(endMs)).toThrow(
		`"Client Certificate" expired at ${new Date(endMs).toISOString()}.`,
	);
	expect(() => check(endMs, { useClientTls: false })).not.toThrow();
});
