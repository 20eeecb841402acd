const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { scratch } = require('./project');

/** Makes a certificate for localhost that nobody vouches for. Returns the paths of it and of its key. */
function makeCertificate() {
	const folder = path.join(scratch, 'certificate');
	const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name));
	fs.mkdirSync(folder, { recursive: true });
	const request = 'req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost';
	execFileSync('openssl', [...request.split(' '), '-keyout', key, '-out', cert], {
		stdio: 'ignore',
	});
	return { cert, key };
}

module.exports = { makeCertificate };
