const { receive } = require('../../../harness/contexts');
const { createRequest, PARAMETERS } = require('./bearerRequests');

const TOKEN = 'wh_s3cr3t_9a2e';
const credentials = { agentWebhookInboundApi: { bearerTokens: TOKEN } };
const listening = { credentials, mode: 'manual' };

const openEvents = (more) => ({
	platform: 'agentPlatform',
	requestKind: 'event',
	events: [],
	path: 'x',
	authenticationMethods: [],
	responseMode: 'onReceived',
	...more,
	options: { httpsOnly: false, validateEvents: false, ...more?.options },
});

const createEvent = (type, body = {}) => ({
	headers: { 'content-type': 'application/json' },
	rawBody: Buffer.from(JSON.stringify({ event: type, data: body })),
	body,
});

/** Returns the error that n8n's editor shows at the trigger. */
const shown = async (parameters, request, stage = listening) =>
	await receive(parameters, request, stage).then(
		() => undefined,
		({ answer, description, message, name }) => ({
			name,
			message,
			description,
			statusCode: answer.statusCode,
		}),
	);

describe('while a person listens on the test URL', () => {
	test('a rejected request fails the trigger, with its code and how to mend it', async () => {
		expect(await shown(PARAMETERS, createRequest('Bearer wrong'))).toEqual({
			name: 'NodeOperationError',
			message: 'Rejected with 401 TOKEN_INVALID: The Bearer token is not valid',
			description:
				'Expected Authorization: Bearer and a valid token<br>Received: another token<br><br>Let the sender use a token or password of the Receiving credential, or change &quot;Authentication&quot;.',
			statusCode: 401,
		});
	});

	test('an error shows no token of the request, and no HTML of it', async () => {
		const request = {
			...createRequest(`Bearer ${TOKEN}`),
			headers: {
				authorization: `Bearer ${TOKEN}`,
				'content-type': `text/<b>${TOKEN}</b>`,
			},
		};
		const error = await shown(PARAMETERS, request);
		expect(error.message).toMatch(/^Rejected with 415 UNSUPPORTED_MEDIA_TYPE/);
		expect(JSON.stringify(error)).not.toContain(TOKEN);
		expect(error.description).not.toMatch(/<(?!br>)/);
	});

	test('a rejected request goes to its output if there is one', async () => {
		const parameters = { ...PARAMETERS, options: { outputRefused: true } };
		const { result } = await receive(parameters, createRequest('Bearer wrong'), listening);
		expect(result.workflowData[1][0].json).toMatchObject({
			code: 'TOKEN_INVALID',
			hint: expect.stringContaining('Receiving credential'),
		});
	});

	test.each([{ onError: 'continueRegularOutput' }, { continueOnFail: true }])(
		'a trigger that continues on errors (%j) starts no next node',
		async (more) => {
			const request = createRequest('Bearer wrong');
			const { result } = await receive(PARAMETERS, request, { ...listening, more });
			const [accepted, [{ json }]] = result.workflowData;
			expect(accepted).toEqual([]);
			expect(json.message).toContain('TOKEN_INVALID');
		},
	);

	test('a trigger without its secret says so, although its sender only gets a 500', async () => {
		const stage = { ...listening, credentials: { agentWebhookInboundApi: {} } };
		const error = await shown(PARAMETERS, createRequest('Bearer x'), stage);
		expect(error.message).toBe('The trigger cannot check requests');
		expect(error.description).toContain('Receiving credential has none');
	});

	test('the production URL answers only', async () => {
		const { result } = await receive(PARAMETERS, createRequest('Bearer wrong'), { credentials });
		expect(result).toEqual({ noWebhookResponse: true });
	});

	describe('an ignored event', () => {
		beforeEach(() => {
			jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
		});

		afterEach(() => {
			jest.useRealTimers();
		});

		const oneStar = {
			conditionSource: 'rules',
			rules: {
				options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 },
				conditions: [
					{
						id: '1',
						leftValue: '={{ $json.data.stars }}',
						rightValue: 3,
						operator: { type: 'number', operation: 'gt' },
					},
				],
				combinator: 'and',
			},
		};

		/** Starts requests one second after another. Returns what the editor shows for each. */
		async function shownInTurn(parameters, requests) {
			const stage = { mode: 'manual', id: 'same', more: { id: 'same' } };
			const results = [];
			for (const request of requests) {
				results.push(shown(parameters, request, stage));
				await jest.advanceTimersByTimeAsync(1000);
			}
			await jest.advanceTimersByTimeAsync(3000);
			return await Promise.all(results);
		}

		test('shows its type after three seconds', async () => {
			const [error] = await shownInTurn(openEvents({ events: ['agent.message'] }), [
				createEvent('ping'),
			]);
			expect(error.message).toBe('Ignored: the event type ping is not chosen');
			expect(error.description).toContain('Event Types');
			expect(error.statusCode).toBe(200);
		});

		test('shows the condition that it does not meet', async () => {
			const conditions = { conditionSource: 'json', conditions: '{"stars": {"gt": 3}}' };
			const [error] = await shownInTurn(openEvents(conditions), [
				createEvent('star', { stars: 1 }),
			]);
			expect(error.message).toBe('Ignored: the conditions are not met');
			expect(error.description).toContain('stars gt 3');
		});

		test('shows the rule that it does not meet', async () => {
			const [error] = await shownInTurn(openEvents(oneStar), [createEvent('star', { stars: 1 })]);
			expect(error.description).toContain('1 gt 3');
		});

		test('does not end the listening before a chosen event that follows', async () => {
			const requests = [createEvent('ping'), createEvent('agent.message')];
			expect(await shownInTurn(openEvents({ events: ['agent.message'] }), requests)).toEqual([
				undefined,
				undefined,
			]);
		});

		test('shows once, for the last of several', async () => {
			const requests = [createEvent('ping'), createEvent('star')];
			const [first, last] = await shownInTurn(openEvents({ events: ['agent.message'] }), requests);
			expect(first).toBeUndefined();
			expect(last.message).toContain('star');
		});
	});
});
