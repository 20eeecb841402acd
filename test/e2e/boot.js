const { fork } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { makeAuthority } = require('../harness/certificate');
const { bootN8n } = require('../harness/n8n');
const { root, scratch } = require('../harness/project');
const { startQueueServices } = require('../harness/queue');

/** Puts the compiled modules into the package that calls the outbox's tables: test/harness/tablesContract.js. */
function buildTablesPackage() {
	const folder = path.join(scratch, 'tables-package');
	fs.rmSync(folder, { recursive: true, force: true });
	fs.cpSync(path.join(root, 'test/harness/tablesPackage'), folder, { recursive: true });
	fs.cpSync(path.join(root, 'build'), path.join(folder, 'build'), { recursive: true });
	return folder;
}

/** Boots n8n and the receiver. @param queue the running services for n8n's queue mode */
async function boot(queue) {
	const authority = await makeAuthority();
	const n8n = await bootN8n({
		name: 'test',
		queue: queue?.services,
		beside: [buildTablesPackage()],
		env: {
			// n8n retries a failing activation for 15 seconds. Those retries must not wait for each other.
			N8N_WORKFLOW_PUBLICATION_CONCURRENCY: '10',
			// Trusts one proxy: the tests themselves, when they send X-Forwarded-… headers.
			N8N_PROXY_HOPS: '1',
			// A certificate authority of the tests, so that a certificate can be wrong in one way only.
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
 * Jest's global set-up: boots the one n8n and the one receiver that all end-to-end files share, and
 * passes their addresses to stage.js. With E2E_MODE=queue n8n is several processes, also in the files
 * that boot their own.
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
