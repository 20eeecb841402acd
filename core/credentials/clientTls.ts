import { createPrivateKey, X509Certificate, type KeyObject } from 'crypto';
import attempt from 'lodash/attempt';
import isError from 'lodash/isError';

import { toIsoTime } from '../lib/time';

import { IncompleteCredentialError, readText, type CredentialFields } from './credentialFields';

/** The part of a connection's TLS settings that is not n8n's own, as Node names it. */
export interface ClientTls {
	/** The client's certificate, then any intermediate certificates. */
	cert?: string;
	/** The private key of the certificate, decrypted. */
	key?: string;
	/** The only authorities whose certificates are accepted. */
	ca?: string;
}

/** The fields of a client certificate and a private authority, as the Sending credential and the outbox store them. */
export const CLIENT_TLS_FIELDS = [
	'clientCertificate',
	'clientKey',
	'clientKeyPassphrase',
	'caCertificate',
];

/** The field that turns the others on. An endpoint of the outbox has no such field. */
export const CLIENT_TLS_SWITCH = 'useClientTls';

/** A long chain of certificates has fewer characters. */
const MAX_CHARACTERS = 64 * 1024;

const PEM_BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----/gs;

const PEM_BEGINNING = /-----BEGIN [A-Z0-9 ]+-----/g;

/**
 * Lists the blocks of a PEM text. Fields of n8n lose line breaks, so they are added again, unless the block has
 * headers.
 */
function listPemBlocks(text: string): Array<{ label: string; pem: string }> {
	return [...text.matchAll(PEM_BLOCK)].map(([block, label, content]) => {
		if (content.includes(':')) return { label, pem: `${block}\n` };
		const base64 = content.replace(/\s|\\[nrt]/g, '');
		const lines = base64.match(/.{1,64}/g) ?? [];
		const pem = [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
		return { label, pem };
	});
}

/** @throws IncompleteCredentialError */
function requireReadableLength(text: string, label: string): void {
	if (text.length > MAX_CHARACTERS) {
		throw new IncompleteCredentialError(
			`The field "${label}" has ${text.length} characters. Enter at most ${MAX_CHARACTERS}, with only the certificates that are needed.`,
		);
	}
}

/** Runs one of Node's parsers, and replaces its message. @throws IncompleteCredentialError with the message */
function parseWith<T>(message: string, parse: () => T): T {
	const parsed = attempt(parse);
	if (isError(parsed)) throw new IncompleteCredentialError(message);
	return parsed;
}

/** @throws IncompleteCredentialError */
function parseCertificates(text: string, label: string): { pem: string; first: X509Certificate } {
	const advice =
		'Paste the whole PEM file, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.';
	const message = `The field "${label}" has no readable certificate. ${advice}`;
	requireReadableLength(text, label);
	const blocks = listPemBlocks(text).map(({ pem }) => pem);
	if (blocks.length === 0) throw new IncompleteCredentialError(message);
	// One without its end is no block. If it was left out, only a connection that fails would show that.
	if (blocks.length < (text.match(PEM_BEGINNING) ?? []).length) {
		throw new IncompleteCredentialError(
			`The field "${label}" has a certificate without its end. ${advice}`,
		);
	}
	const [first] = parseWith(message, () => blocks.map((block) => new X509Certificate(block)));
	return { pem: blocks.join(''), first };
}

/** @throws IncompleteCredentialError */
function parseKey(text: string, passphrase: string): KeyObject {
	requireReadableLength(text, 'Client Key');
	// OpenSSL writes the parameters of an elliptic curve before the key, and files may have the certificate first.
	const block = listPemBlocks(text).find(({ label }) => label.endsWith('PRIVATE KEY'))?.pem;
	if (block === undefined) {
		throw new IncompleteCredentialError(
			'The field "Client Key" has no private key. Paste the whole PEM file, from -----BEGIN PRIVATE KEY----- to -----END PRIVATE KEY-----.',
		);
	}
	return parseWith(
		'The private key in "Client Key" cannot be read. Check that it is complete, and that "Client Key Passphrase" is its passphrase.',
		() => createPrivateKey({ key: block, passphrase }),
	);
}

/**
 * Parses the client certificate and the private authority of a Sending credential.
 * @returns `undefined` if it has neither
 * @throws IncompleteCredentialError naming the field that is wrong
 */
export function parseClientTls(fields: CredentialFields): ClientTls | undefined {
	if (fields[CLIENT_TLS_SWITCH] === false) return undefined;
	const [certificate, key, passphrase, ca] = CLIENT_TLS_FIELDS.map((name) =>
		readText(fields, name),
	);
	if (certificate === '' && key === '' && ca === '') return undefined;
	if ((certificate === '') !== (key === '')) {
		throw new IncompleteCredentialError(
			`"${certificate === '' ? 'Client Certificate' : 'Client Key'}" is empty. Enter the client’s certificate and its private key, or neither.`,
		);
	}
	const tls: ClientTls = {};
	if (ca !== '') tls.ca = parseCertificates(ca, 'CA Certificate').pem;
	if (certificate === '') return tls;
	const { first, pem } = parseCertificates(certificate, 'Client Certificate');
	const privateKey = parseKey(key, passphrase);
	if (!first.checkPrivateKey(privateKey)) {
		throw new IncompleteCredentialError(
			'"Client Key" does not match the first certificate in "Client Certificate". Enter the private key of that certificate.',
		);
	}
	return { ...tls, cert: pem, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/**
 * Requires that a client certificate that a person enters has not expired: an endpoint would close the connection, and
 * not say why.
 * @throws IncompleteCredentialError
 */
export function requireUnexpiredCertificate(fields: CredentialFields, nowMs: number): void {
	const cert = parseClientTls(fields)?.cert;
	if (cert === undefined) return;
	const expiresAtMs = Date.parse(new X509Certificate(cert).validTo);
	if (!(expiresAtMs <= nowMs)) return;
	throw new IncompleteCredentialError(
		`The certificate in "Client Certificate" expired at ${toIsoTime(expiresAtMs)}. Enter its successor, with its private key.`,
	);
}

/** Describes the first certificate of a PEM text for people: none of it is secret. */
export function describeCertificate(text: string): Record<string, string> {
	const [block] = listPemBlocks(text);
	const first = new X509Certificate(block.pem);
	return {
		subject: first.subject.split('\n').join(', '),
		expires_at: new Date(first.validTo).toISOString(),
		fingerprint: first.fingerprint256,
	};
}
