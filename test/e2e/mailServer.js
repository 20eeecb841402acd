/** An SMTP server that accepts every message, for nodes that send email. */
const net = require('node:net');

/** Decodes the body of a message that was sent as quoted-printable. */
const decodeQuotedPrintable = (text) =>
	Buffer.from(
		text
			.replace(/=\r\n/g, '')
			.replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))),
		'latin1',
	).toString('utf8');

/** Starts the server. Returns its port and the messages. */
async function startMailServer() {
	const messages = [];
	const server = net.createServer((socket) => {
		let isData = false;
		let text = '';
		const say = (line) => socket.write(`${line}\r\n`);
		say('220 test');
		socket.on('error', () => undefined);
		socket.on('data', (chunk) => {
			text += chunk;
			if (isData && text.includes('\r\n.\r\n')) {
				messages.push(text);
				[isData, text] = [false, ''];
				say('250 accepted');
			}
			while (!isData && text.includes('\r\n')) {
				const [command] = text.split('\r\n', 1);
				text = text.slice(command.length + 2);
				isData = command === 'DATA';
				say(isData ? '354 go on' : command === 'QUIT' ? '221 bye' : '250 fine');
			}
		});
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	return { messages, port: server.address().port, stop: () => server.close() };
}

/** Creates the credential by which an n8n sends to the server. */
const createMailCredential = async (n8n, { port }) =>
	await n8n.createCredential('smtp', 'Mail', {
		user: '',
		password: '',
		host: '127.0.0.1',
		port,
		secure: false,
		disableStartTls: true,
	});

module.exports = { createMailCredential, decodeQuotedPrintable, startMailServer };
