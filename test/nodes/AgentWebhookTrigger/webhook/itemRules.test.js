const { activate, receive } = require('../../../harness/contexts');

/** A trigger that starts the workflow only if an expression is greater than 3. */
const requireMoreThan3 = (leftValue, more = {}) => ({
	platform: 'custom',
	requestKind: 'event',
	path: 'x',
	authenticationMethods: [],
	responseMode: 'onReceived',
	options: {},
	conditionSource: 'rules',
	rules: {
		options: { caseSensitive: true, leftValue: '', typeValidation: 'loose', version: 2 },
		conditions: [
			{ id: '1', leftValue, rightValue: 3, operator: { type: 'number', operation: 'gt' } },
		],
		combinator: 'and',
	},
	...more,
});

const createRequest = (body) => ({
	headers: { 'content-type': 'application/json', 'x-stars': '5' },
	rawBody: Buffer.from(JSON.stringify(body)),
	// As n8n parsed it, by a charset that is not signed.
	body: { stars: 100 },
});

describe('rules of the trigger', () => {
	test.each([
		['={{ $json.data.stars }}', { stars: 4 }, true],
		['={{ $json.data.stars }}', { stars: 3 }, false],
		['={{ $json.data.stars }}', {}, false],
		['={{ $json.body.stars }}', { stars: 4 }, true],
		['={{ $json.body.stars }}', { stars: 3 }, false],
		['={{ $json.envelope.stars }}', { data: {}, stars: 4 }, true],
		['={{ $json.headers["x-stars"].length + 3 }}', {}, true],
		['={{ $json.data.list.length }}', { list: [1, 2, 3, 4] }, true],
	])('test %s of the whole item, also if it is simplified: %j', async (expression, body, isMet) => {
		const { answer, result } = await receive(
			requireMoreThan3(expression, { simplify: true }),
			createRequest(body),
		);
		expect(result.workflowData?.[0][0].json).toEqual(
			isMet ? expect.objectContaining({ data: body.data ?? body }) : undefined,
		);
		expect(Object.keys(result.workflowData?.[0][0].json ?? {})).not.toContain('headers');
		if (!isMet) expect(answer).toMatchObject({ statusCode: 200, body: { status: 'ignored' } });
	});

	test.each([true, false])('test the same request alike with Simplify %s', async (simplify) => {
		for (const name of ['body', 'data', 'envelope']) {
			const { result } = await receive(
				requireMoreThan3(`={{ $json.${name}.stars }}`, { simplify }),
				createRequest({ stars: 4, data: { stars: 4 } }),
			);
			expect(result.workflowData).toHaveLength(1);
		}
	});

	const listMistakes = () => [
		[requireMoreThan3('', { rules: {} }), '"Rules" has no rule'],
		[requireMoreThan3(''), 'Rule 1 of "Rules" has no first value'],
	];

	test('must compare something before the trigger can be published', async () => {
		for (const [parameters, message] of listMistakes()) {
			for (const mode of ['trigger', 'manual']) {
				await expect(activate(parameters, { mode })).rejects.toThrow(message);
			}
		}
		await activate(requireMoreThan3('={{ $json.data.stars }}'));
	});

	test('that compare nothing let no request in', async () => {
		for (const [parameters] of listMistakes()) {
			const { answer } = await receive(parameters, createRequest({}));
			expect(answer).toMatchObject({ statusCode: 500 });
		}
	});

	test('convert a text to the number that they compare', async () => {
		for (const [stars, isMet] of [
			['4', true],
			['2', false],
		]) {
			const { result } = await receive(
				requireMoreThan3('={{ $json.data.stars }}'),
				createRequest({ stars }),
			);
			expect(result.workflowData?.length).toBe(isMet ? 1 : undefined);
		}
	});

	test.each([
		['={{ $json.data.stars }}', 'data.stars'],
		['={{ $json.data.stars + "!" }}', 'body'],
	])('reject a value of %s that cannot be converted', async (expression, field) => {
		const { answer, result } = await receive(
			requireMoreThan3(expression),
			createRequest({ stars: 'many' }),
		);
		expect(result).toEqual({ noWebhookResponse: true });
		expect(answer).toMatchObject({
			statusCode: 422,
			body: { error: { code: 'VALUE_NOT_COMPARABLE', details: { field, expected: 'a number' } } },
		});
	});

	test('reject a value that an expression cannot convert', async () => {
		const { answer } = await receive(
			requireMoreThan3('={{ $json.data.stars.toNumber() }}'),
			createRequest({ stars: 'many' }),
		);
		expect(answer).toMatchObject({ statusCode: 422 });
	});

	test('show a person who listens the value that cannot be converted', async () => {
		const received = receive(
			requireMoreThan3('={{ $json.data.stars }}'),
			createRequest({ stars: 'many' }),
			{ mode: 'manual' },
		);
		await expect(received).rejects.toMatchObject({
			message: expect.stringContaining('needs a number in data.stars'),
			description: expect.stringContaining('Rules'),
			answer: { statusCode: 422 },
		});
	});

	test('are not tested if the condition is Always', async () => {
		const parameters = requireMoreThan3('={{ $json.data.stars }}', { conditionSource: 'always' });
		const { result } = await receive(parameters, createRequest({ stars: 1 }));
		expect(result.workflowData).toHaveLength(1);
	});
});
