module.exports = async () => {
	const { n8n, receiver } = globalThis.__E2E__;
	receiver.kill();
	await n8n.stop();
};
