/** What a newcomer to the editor has: no credentials, and an endpoint as those on the internet are. */
const { fork } = require('node:child_process');
const https = require('node:https');
const path = require('node:path');

const axios = require('axios');

const { makeSigned } = require('../harness/certificate');

const { authority, n8n } = require('./stage');

const CREDENTIAL_TYPES = /^agentWebhook/;

/** A receiver with a certificate that n8n trusts. */
class TrustedReceiver {
	#agent = new https.Agent({ rejectUnauthorized: false });

	/** @param name of the certificate's files */
	async start(name) {
		const { cert, key } = await makeSigned(authority, { name });
		this.process = fork(path.join(__dirname, '../harness/receiver.mjs'), [cert, key]);
		const { port } = await new Promise((resolve) => this.process.once('message', resolve));
		this.url = `https://localhost:${port}`;
	}

	/** Requests a path. Returns the data of the answer. @param body sent with POST if there is one */
	async ask(route, body) {
		const { data } = await axios({
			method: body === undefined ? 'GET' : 'POST',
			url: `${this.url}/${route}`,
			httpsAgent: this.#agent,
			data: body,
		});
		return data;
	}

	stop() {
		this.process.kill();
	}
}

/** Deletes all credentials of this package. */
async function deleteCredentials() {
	const credentials = await n8n.rest('GET', '/credentials');
	const ours = credentials.filter(({ type }) => CREDENTIAL_TYPES.test(type));
	for (const { id } of ours) await n8n.rest('DELETE', `/credentials/${id}`);
}

module.exports = { deleteCredentials, TrustedReceiver };
