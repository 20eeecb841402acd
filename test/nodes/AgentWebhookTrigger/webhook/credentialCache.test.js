const { setTimeout: pause } = require('node:timers/promises');

const { receive } = require('../../../harness/contexts');
const { createRequest, PARAMETERS } = require('./bearerRequests');

describe('the Receiving credential', () => {
	test('is read once for the requests of five seconds, and an edited one takes effect after them', async () => {
		let tokens = 'one';
		let readings = 0;
		const counted = {
			credentials: {
				get agentWebhookInboundApi() {
					readings += 1;
					return { bearerTokens: tokens };
				},
			},
			id: 'shared',
		};
		const statusFor = async (token) => {
			const { answer } = await receive(PARAMETERS, createRequest(`Bearer ${token}`), counted);
			return answer.statusCode;
		};
		const accepted = undefined;
		expect(await Promise.all(['one', 'two', 'one'].map(statusFor))).toEqual([
			accepted,
			401,
			accepted,
		]);
		expect(readings).toBe(1);
		tokens = 'two';
		await pause(5100);
		expect([await statusFor('one'), await statusFor('two')]).toEqual([401, accepted]);
		expect(readings).toBe(2);
	});

	test('is read again by the next request if reading it failed', async () => {
		let isReadable = false;
		const credentials = {
			get agentWebhookInboundApi() {
				if (!isReadable) throw new Error('The database is locked');
				return { bearerTokens: 'one' };
			},
		};
		const stage = { credentials, id: 'fixed' };
		const first = await receive(PARAMETERS, createRequest('Bearer one'), stage);
		expect(first.answer.statusCode).toBe(500);
		isReadable = true;
		const second = await receive(PARAMETERS, createRequest('Bearer one'), stage);
		expect(second.answer).toEqual({});
	});

	test('is not read for a request whose method is wrong, unless rejected requests are output', async () => {
		let readings = 0;
		const counted = (id) => ({
			credentials: {
				get agentWebhookInboundApi() {
					readings += 1;
					return { bearerTokens: 'one' };
				},
			},
			id,
		});
		const request = { ...createRequest('Bearer one'), method: 'GET' };
		const { answer } = await receive(PARAMETERS, request, counted('silent'));
		expect([answer.statusCode, readings]).toEqual([405, 0]);
		const loud = { ...PARAMETERS, options: { ...PARAMETERS.options, outputRefused: true } };
		await receive(loud, request, counted('loud'));
		expect(readings).toBe(1);
	});
});
