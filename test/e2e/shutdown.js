module.exports = async () => {
	const { n8n, queue, receiver } = globalThis.__E2E__;
	receiver.kill();
	await n8n.stop();
	await queue?.stop();
};
