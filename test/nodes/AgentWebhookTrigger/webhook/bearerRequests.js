/** A trigger that asks for a Bearer token, and requests to it. */
const PARAMETERS = {
	platform: 'agenticflow',
	requestKind: 'agentMessage',
	path: 'x',
	authenticationMethods: ['bearer'],
	responseMode: 'onReceived',
	options: {},
};

const createRequest = (authorization, body = '{"message":"hi"}') => ({
	headers: { 'content-type': 'application/json', authorization },
	rawBody: Buffer.from(body),
	body: JSON.parse(body),
});

module.exports = { createRequest, PARAMETERS };
