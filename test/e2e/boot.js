const { fork } = require('node:child_process');
const path = require('node:path');

const { makeAuthority } = require('../harness/certificate');
const { bootN8n } = require('../harness/n8n');
const { startQueueServices } = require('../harness/queue');

async function boot(queue) {
	const authority = await makeAuthority();
	const n8n = await bootN8n({
		name: 'test',
		queue: queue?.services,
		env: {
			// n8n tries for 15 seconds what cannot be switched on: those tries shall not wait for each other.
			N8N_WORKFLOW_PUBLICATION_CONCURRENCY: '10',
			// One trusted proxy: the tests themselves, in the requests that carry X-Forwarded-…
			N8N_PROXY_HOPS: '1',
			// An authority of the tests' own, so that a certificate can be wrong in one respect alone.
			NODE_EXTRA_CA_CERTS: authority.cert,
		},
	});
	const receiver = fork(path.join(__dirname, '../harness/receiver.mjs'));
	const { port } = await new Promise((resolve, reject) => {
		receiver.once('message', resolve);
		receiver.once('exit', (code) => reject(new Error(`The receiver ended with ${code}.`)));
	});
	globalThis.__E2E__ = { n8n, queue, receiver };
	process.env.E2E = JSON.stringify({
		authority,
		pids: n8n.pids,
		queue: queue?.services,
		receiver: `http://127.0.0.1:${port}`,
		session: n8n.session,
	});
}

/**
 * Boots the one n8n and the one receiver that all end-to-end files share. With E2E_MODE=queue n8n is
 * several processes, here and in the files that boot their own.
 */
module.exports = async () => {
	const queue = process.env.E2E_MODE === 'queue' ? await startQueueServices() : undefined;
	try {
		await boot(queue);
	} catch (error) {
		await queue?.stop();
		throw error;
	}
};
