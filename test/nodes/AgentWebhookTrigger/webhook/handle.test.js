const { receive } = require('../../../harness/contexts');
const { createRequest, PARAMETERS } = require('./bearerRequests');

const credentials = { agentWebhookInboundApi: { bearerTokens: 'one two' } };

describe('a request to the trigger', () => {
	test('starts an execution with its item if it is accepted', async () => {
		const { answer, result } = await receive(PARAMETERS, createRequest('Bearer two'), {
			credentials,
		});
		expect(answer).toEqual({});
		expect(result.workflowData[0][0].json).toMatchObject({ body: { message: 'hi' } });
		expect(result.workflowData[0][0].json.headers).not.toHaveProperty('authorization');
	});

	test('is answered and starts no execution if it is rejected', async () => {
		const { answer, result } = await receive(PARAMETERS, createRequest('Bearer three'), {
			credentials,
		});
		expect(result).toEqual({ noWebhookResponse: true });
		expect(answer).toMatchObject({ statusCode: 401, body: { error: { code: 'TOKEN_INVALID' } } });
	});

	test('is answered in the shape that AgenticFlow documents if it is rejected', async () => {
		const { answer } = await receive(PARAMETERS, createRequest('Bearer three'), { credentials });
		expect(answer.headers).toMatchObject({ 'WWW-Authenticate': 'Bearer' });
		expect(answer.body).toEqual({
			success: false,
			error: {
				code: 'TOKEN_INVALID',
				message: 'The Bearer token is not valid',
				details: {
					field: 'Authorization',
					expected: 'Bearer and a valid token',
					received: 'another token',
				},
			},
		});
	});

	test('is output with its reason on the second output if the owner wants rejected requests', async () => {
		const { answer, result } = await receive(
			{ ...PARAMETERS, options: { outputRefused: true } },
			createRequest('Bearer three'),
			{ credentials },
		);
		expect(answer.statusCode).toBe(401);
		const [accepted, [{ json }]] = result.workflowData;
		expect(accepted).toEqual([]);
		expect(json).toEqual({
			refused: true,
			code: 'TOKEN_INVALID',
			message: 'The Bearer token is not valid',
			details: {
				field: 'Authorization',
				expected: 'Bearer and a valid token',
				received: 'another token',
			},
			status_code: 401,
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			query: {},
			source_address: '127.0.0.1',
			received_at: expect.any(String),
			request_id: expect.any(String),
		});
	});

	test('is rejected without a reason if the receiver has lost its secrets', async () => {
		const { answer, result } = await receive(PARAMETERS, createRequest('Bearer x'), {
			credentials: { agentWebhookInboundApi: {} },
		});
		expect(result).toEqual({ noWebhookResponse: true });
		expect(answer).toMatchObject({
			statusCode: 500,
			body: { error: { code: 'RECEIVER_NOT_SET_UP' } },
		});
		expect(JSON.stringify(answer)).not.toContain('Bearer');
	});

	test('is answered 413 if n8n finds its body too large while reading it', async () => {
		const { answer } = await receive(
			{ ...PARAMETERS, authenticationMethods: [] },
			{
				headers: { 'content-type': 'application/cloudevents+json' },
				readRawBody: async () => {
					throw Object.assign(new Error('request entity too large'), { statusCode: 413 });
				},
			},
		);
		expect(answer).toMatchObject({
			statusCode: 413,
			body: { error: { code: 'PAYLOAD_TOO_LARGE' } },
		});
	});

	test('is answered 400 if its body cannot be read', async () => {
		const { answer } = await receive(
			{ ...PARAMETERS, authenticationMethods: [] },
			{
				headers: { 'content-type': 'application/cloudevents+json' },
				readRawBody: async () => {
					throw new Error('incorrect header check');
				},
			},
		);
		expect(answer).toMatchObject({
			statusCode: 400,
			body: { error: { code: 'BODY_UNREADABLE' } },
		});
	});
});
