const { execute } = require('../../../../harness/contexts');

test('Webhook → Respond hands the response to n8n and passes its input items on', async () => {
	const { outputs, responses } = await execute(
		{
			resource: 'webhook',
			operation: 'respond',
			respondWith: 'success',
			message: 'Done',
			options: {},
		},
		[{ json: { a: 1 } }, { json: { a: 2 } }],
	);
	expect(responses).toEqual([
		{
			statusCode: 200,
			headers: {},
			body: { success: true, message: 'Done', execution_id: 'execution', status: 'completed' },
		},
	]);
	expect(outputs[0].map(({ json, pairedItem }) => [json.a, pairedItem.item])).toEqual([
		[1, 0],
		[2, 1],
	]);
});

test.each([
	[undefined, { a: 1 }],
	['firstIncomingItem', { a: 1 }],
	['allIncomingItems', [{ a: 1 }, { a: 2 }]],
])('Webhook → Respond answers with what the workflow made (%s)', async (respondWith, body) => {
	const { responses } = await execute(
		{ resource: 'webhook', operation: 'respond', ...(respondWith && { respondWith }) },
		[{ json: { a: 1 } }, { json: { a: 2 } }],
	);
	expect(responses).toEqual([{ statusCode: 200, headers: {}, body }]);
});
