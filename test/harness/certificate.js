const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { promisify } = require('node:util');

const { scratch } = require('./project');

const run = promisify(execFile);

const folder = path.join(scratch, 'certificate');
const getFile = (name) => path.join(folder, name);

const NEW_KEY = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes';

async function openssl(command, options) {
	fs.mkdirSync(folder, { recursive: true });
	await run('openssl', [...command.split(' '), ...options]);
}

/**
 * Makes a self-signed certificate for localhost.
 * @param name name of the files
 * @returns the paths of the certificate and its key
 */
async function makeCertificate(name = 'own') {
	const [key, cert] = ['key.pem', 'cert.pem'].map((file) => getFile(`${name}-${file}`));
	await openssl(`req -x509 ${NEW_KEY} -days 2 -subj /CN=localhost`, [
		...['-keyout', key],
		...['-out', cert],
	]);
	return { cert, key };
}

/** Makes a certificate authority. Returns the paths of its certificate and key. */
const makeAuthority = async () => await makeCertificate('authority');

/**
 * Makes a certificate that an authority signs.
 * @param days how long it is valid; -1 for an expired one
 * @returns the paths of the certificate and its key
 */
async function makeSigned(authority, { name, host = 'localhost', days = 2 }) {
	const [key, cert, request, extensions] = ['key.pem', 'cert.pem', 'request.pem', 'extensions'].map(
		(file) => getFile(`${name}-${file}`),
	);
	await openssl(`req ${NEW_KEY}`, [
		...['-subj', `/CN=${host}`],
		...['-keyout', key],
		...['-out', request],
	]);
	fs.writeFileSync(extensions, `subjectAltName=DNS:${host}`);
	await openssl(`x509 -req -days ${days}`, [
		...['-in', request],
		...['-CA', authority.cert],
		...['-CAkey', authority.key],
		...['-set_serial', String(Date.now())],
		...['-extfile', extensions],
		...['-out', cert],
	]);
	return { cert, key };
}

module.exports = { makeAuthority, makeCertificate, makeSigned };
