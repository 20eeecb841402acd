const { createStore } = require('../../../unit/outbox/memoryTables');

const mockTables = createStore().connect();

jest.mock('../../../../build/nodes/shared/outbox/dataTables', () => ({
	openDataTables: () => mockTables,
}));

const { ParameterChecker } = require('../../../../build/nodes/shared/parameters/parameterChecker');
const { CREDENTIALS, execute, NODES, receive } = require('../../../harness/contexts');
const { parseOutboxCredential } = require('../../../../build/nodes/shared/outbox/openOutbox');

const { CASES, fillInDefaults } = require('../../operations');
const { JARGON, listPlaces, WRONG_VALUES } = require('./wrongValues');

const signing = {
	signatureScheme: 'standardWebhooks',
	signingSecret: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
};
const credentials = {
	agentWebhookInboundApi: signing,
	agentWebhookOutboundApi: signing,
	agentWebhookOutboxApi: { outboxName: 'outbox', encryptionSecret: 'k'.repeat(64) },
	agentWebhookPlatformApi: { platform: 'agenticflow', baseUrl: 'http://127.0.0.1:1', apiKey: 'k' },
};

beforeAll(() => {
	// n8n applies this credential by a description instead of a function.
	CREDENTIALS.agentWebhookPlatformApi.authenticate = async (_, request) => request;
});

/** Runs the action node on one item, and returns why it fails; `undefined` if it does not. */
async function fail(parameters, json = { order_id: 7 }) {
	try {
		await execute(parameters, [{ json }], { credentials });
		return undefined;
	} catch (error) {
		return error;
	}
}

/** Lists an operation's parameters, with values of the other parameters for which each is shown. */
const listParameters = ({ resource, value: operation }) =>
	NODES.agentWebhook.description.properties
		.filter(({ displayOptions, type }) => {
			const { show } = displayOptions ?? {};
			return (
				type !== 'notice' &&
				show?.resource?.includes(resource) &&
				show.operation?.includes(operation)
			);
		})
		.map((property) => {
			const { show } = property.displayOptions;
			const shown = Object.entries(show).map(([name, [first]]) => [name, first]);
			return { property, shown: { ...Object.fromEntries(shown), resource, operation } };
		});

test.each(CASES)(
	'%s explains a value of the wrong type in any parameter in plain words',
	async (_, operation) => {
		const jargon = [];
		for (const { property, shown } of listParameters(operation)) {
			for (const [place, put] of listPlaces(property)) {
				for (const [kind, value] of Object.entries(WRONG_VALUES)) {
					// n8n fills in the others' defaults.
					const error = await fail({ url: 'https://[', ...shown, ...put(value) });
					const text = `${error?.message} ${error?.description ?? ''}`;
					if (error && JARGON.test(text)) jargon.push([place, kind, text]);
				}
			}
		}
		expect(jargon).toEqual([]);
	},
	120_000,
);

test('the trigger explains a value of the wrong type in any parameter to its owner only', async () => {
	const parameters = fillInDefaults('agentWebhookTrigger', {
		platform: 'custom',
		authenticationMethods: [],
		path: 'hook',
	});
	const request = {
		headers: {},
		contentType: 'application/json',
		rawBody: Buffer.from('{}'),
		body: {},
	};
	for (const property of NODES.agentWebhookTrigger.description.properties) {
		if (property.type === 'notice') continue;
		for (const [place, put] of listPlaces(property)) {
			for (const [kind, value] of Object.entries(WRONG_VALUES)) {
				const { answer } = await receive({ ...parameters, ...put(value) }, request);
				const text = JSON.stringify(answer);
				expect([place, kind, JARGON.test(text)]).toEqual([place, kind, false]);
			}
		}
	}
}, 60_000);

const sendTo = (more = {}, options = {}) =>
	fillInDefaults('agentWebhook', {
		resource: 'event',
		operation: 'send',
		platform: 'custom',
		url: 'https://example.com/hook',
		useCredential: false,
		customEventType: 'order.created',
		retrySchedule: 'exponential',
		maxRetries: 0,
		options,
		...more,
	});

describe('an error names the field, its value and what to enter', () => {
	test.each([
		[
			{ customEventType: '={{ [1] }}' },
			'"Event Type" must be text, but it is a list. Check its expression: choose one of its fields, or convert it to text with JSON.stringify().',
		],
		[
			{ customEventType: '=order.{{ $json.missing }}' },
			'"Event Type" has a part that is empty: {{ $json.missing }}.',
		],
		[
			{ customEventType: '=order.{{ ({ a: 1 }) }}' },
			'"Event Type" has a part that is an object: {{ ({ a: 1 }) }}.',
		],
		[
			{ url: '={{ $json.missing }}' },
			'"Endpoint URL" must be text, but it is empty. Check its expression. To leave the field empty on purpose, add ?? "" to the expression.',
		],
		[
			{ maxRetries: '={{ "many" }}' },
			'"Max Retries" must be a whole number from 0 to 50, but it is the text "many". Enter a valid number, or check its expression.',
		],
		[{ maxRetries: '={{ 1.5 }}' }, '"Max Retries" must be a whole number from 0 to 50'],
		[{ maxRetries: '={{ 51 }}' }, 'but it is the number 51'],
		[{ options: { allowHttp: '={{ "yes" }}' } }, '"Allow Plain HTTP" must be true or false'],
		[
			{ retrySchedule: '={{ "often" }}' },
			'"Retry Schedule" must be one of: list, exponential, day, hour, threeDays, none, platform, but it is the text "often".',
		],
		[
			{ options: { headers: { header: [{ name: 'X-A', value: '={{ ({ a: 1 }) }}' }] } } },
			'"Custom Headers → Value" must be text, but it is an object.',
		],
		[
			{ dataSource: 'json', data: '={{ new Date(0) }}' },
			'"Data (JSON)" must be JSON, but it is a date.',
		],
		[
			{ conditionSource: 'json', conditions: '={{ $json.missing }}' },
			'"Conditions (JSON)" must be JSON, but it is empty.',
		],
		[{ conditionSource: 'rules', rules: '={{ "x" }}' }, '"Rules" must be a set of rules'],
	])('%j', async (parameters, message) => {
		const error = await fail(sendTo(parameters));
		expect(error.message).toContain(message);
		expect(error.context.itemIndex).toBe(0);
	});

	test('for the item that has it, and the others go on', async () => {
		const { outputs } = await execute(
			{ resource: 'signature', operation: 'generateSecret', format: 'hex' },
			[{ json: {} }],
		);
		expect(outputs[0][0].json.secret).toMatch(/^[0-9a-f]{64}$/);
		const sign = {
			resource: 'signature',
			operation: 'sign',
			platform: 'standardWebhooks',
			bodySource: 'text',
			bodyText: 'x',
			options: { headersField: '={{ $json.field }}' },
		};
		const items = [
			{ json: { field: 'a' } },
			{ json: { field: { no: 1 } } },
			{ json: { field: 'b' } },
		];
		const run = await execute(sign, items, {
			credentials,
			more: { onError: 'continueRegularOutput' },
		});
		const [first, second, third] = run.outputs[0].map(({ json }) => json);
		expect([Object.keys(first), Object.keys(third)]).toEqual([
			['field', 'a'],
			['field', 'b'],
		]);
		expect(second.error).toContain('"Put Headers in Field" must be text, but it is an object');
	});
});

test('an error of JavaScript in n8n’s expression engine is explained, and any other is left as it is', () => {
	const PROPERTY = { displayName: 'Data (JSON)', name: 'data', type: 'json', default: '{}' };
	const read = (error) => {
		const context = {
			getInputData: () => [],
			getNode: () => ({ name: 'Node', parameters: { data: '={{ $json }}' } }),
			getNodeParameter: () => {
				throw error;
			},
		};
		return () => new ParameterChecker([PROPERTY]).check(context).getNodeParameter('data', 3);
	};
	const cloned = new Error(
		'Expression evaluation failed: function Object() { [native code] } could not be cloned.',
	);
	expect(read(cloned)).toThrow(
		expect.objectContaining({
			message: expect.stringContaining('has a field with a name such as constructor or toString'),
			context: expect.objectContaining({ itemIndex: 3 }),
		}),
	);
	const other = new Error('The node "Nope" does not exist');
	expect(read(other)).toThrow(other);
});

describe('a value in another form is read as its field’s type', () => {
	test.each([
		['a number in a text', { timeoutSeconds: '={{ "1" }}' }],
		['a switch in a text', { allowHttp: '={{ "true" }}' }],
		['a number as a header’s value', { headers: { header: [{ name: 'X-A', value: '={{ 7 }}' }] } }],
		['a list of field names', { includeFields: '={{ ["order_id", "Card Number"] }}' }],
	])('%s', async (_, options) => {
		const url = 'http://127.0.0.1:1/';
		const parameters = sendTo({ url }, { allowHttp: true, ...options });
		const { outputs } = await execute(parameters, [{ json: {} }], {
			more: { onError: 'continueRegularOutput' },
		});
		expect(outputs[2][0].json).toMatchObject({ attempts: 1 });
	});
});

describe('a text that identifies an event', () => {
	const identify = async (idempotencyKey, json) => {
		const parameters = fillInDefaults('agentWebhook', {
			...{ resource: 'event', operation: 'send', sendTo: 'subscribers' },
			customEventType: 'order.created',
			options: { idempotencyKey },
		});
		const { outputs } = await execute(parameters, [{ json }], {
			credentials,
			more: { onError: 'continueRegularOutput' },
		});
		const [item] = outputs.flat();
		return item.json.event_id ?? item.json.error_message;
	};

	test('is the same for equal values and different for others', async () => {
		const expression = '={{ $json.key }}';
		const ids = [];
		for (const key of [{ a: 1, b: 2 }, { b: 2, a: 1 }, { a: 1, b: 3 }, [1, 2], [2, 1], '7', 7]) {
			ids.push(await identify(expression, { key }));
		}
		expect(ids[1]).toBe(ids[0]);
		expect(ids[6]).toBe(ids[5]);
		expect(new Set(ids).size).toBe(5);
		expect(ids.every((id) => /^evt_/.test(id))).toBe(true);
	});

	test('counts each part of a text with expressions', async () => {
		const text = '=order-{{ $json.shop }}-{{ $json.id }}';
		const first = await identify(text, { shop: 'a', id: { n: 1 } });
		const second = await identify(text, { shop: 'a', id: { n: 2 } });
		expect([first, second].every((id) => /^evt_/.test(id))).toBe(true);
		expect(first).not.toBe(second);
		expect(await identify(text, { shop: 'a', id: { n: 1 } })).toBe(first);
		for (const json of [{ shop: 'a' }, { shop: 'a', id: null }, { shop: '', id: 7 }, { id: [] }]) {
			expect(await identify(text, json)).toBe(
				'"Idempotency Key" cannot identify the event: it is empty. Use a value that is different for each event, e.g. {{ $json.order_id }}.',
			);
		}
	});

	test('may be empty only if the field is', async () => {
		expect(await identify('', {})).toMatch(/^evt_/);
		expect(await identify('={{ "" }}', {})).toContain('it is empty');
		expect(await identify('={{ "order-" + $json.id }}', {})).toContain('contains "undefined"');
	});
});

describe('an endpoint', () => {
	const act = async (operation, more) => {
		const parameters = fillInDefaults('agentWebhook', { resource: 'endpoint', operation });
		const run = await execute({ ...parameters, ...more }, [{ json: {} }], { credentials });
		return run.outputs[0][0].json;
	};
	const create = async () =>
		await act('create', {
			endpointName: 'Headers',
			url: 'https://example.com/hook',
			platform: 'custom',
			options: {
				headers: { header: ['X-A', 'X-B', 'X-C'].map((name) => ({ name, value: '1' })) },
			},
		});

	test.each([
		['a list', '={{ ["X-A", "x-c"] }}', ['X-B']],
		['a text', 'X-A, X-C', ['X-B']],
		['a list with *', '={{ ["*"] }}', []],
	])('loses the custom headers that %s names', async (_, removeHeaders, kept) => {
		const { id } = await create();
		const updated = await act('update', {
			endpoint: { __rl: true, mode: 'id', value: id },
			simplify: false,
			updateFields: { removeHeaders },
		});
		expect(Object.keys(updated.custom_headers)).toEqual(kept);
	});

	test.each(['webhook.batch', 'Webhook.Batch'])(
		'is not tested with the batch type %s',
		async (eventType) => {
			const { id } = await create();
			const parameters = { endpoint: { __rl: true, mode: 'id', value: id }, eventType };
			await expect(act('test', parameters)).rejects.toThrow('the type of a batch');
		},
	);
});

test.each([
	[{ a: 1 }, '"Outbox Name" is an object. Use lowercase letters'],
	[['a'], '"Outbox Name" is a list. Use lowercase letters'],
	[NaN, '"Outbox Name" is a number that is not finite. Use lowercase letters'],
	['', '"Outbox Name" is empty. Use lowercase letters'],
	['Not a Name', '"Not a Name" is not an outbox name. Use lowercase letters'],
])('an outbox named %j is explained', (outboxName, message) => {
	expect(() => parseOutboxCredential({ outboxName })).toThrow(message);
});
