const {
	parseInboundCredential,
	replaceTokenPlaces,
} = require('../../../../build/core/credentials/inbound');
const { PLATFORMS } = require('../../../../build/core/platforms');
const {
	buildReceiveRules,
	getDuplicateWindowMs,
	placeTokens,
} = require('../../../../build/nodes/AgentWebhookTrigger/webhook/rules');

const build = ({ methods, require, ...parameters }) =>
	buildReceiveRules(
		{
			platform: 'agenticflow',
			requestKind: 'event',
			events: [],
			methods,
			options: { ...(require && { require }) },
			...parameters,
		},
		async () => ({}),
	);

describe('buildReceiveRules', () => {
	const agentMessage = { requestKind: 'agentMessage' };
	const openEvent = { platform: 'custom' };
	const anyOfThree = ['urlToken', 'bearer', 'basic'];

	test.each([
		['all chosen methods', { methods: ['bearer', 'basic'] }, ['bearer', 'basic'], 'all'],
		[
			'any chosen method',
			{ methods: ['bearer', 'basic'], require: 'any' },
			['bearer', 'basic'],
			'any',
		],
		['the only method of a platform', { methods: ['platform'] }, ['signature'], 'all'],
		[
			'any method with a secret of a platform that accepts any',
			{ ...agentMessage, methods: ['platform'] },
			anyOfThree,
			'anyConfigured',
		],
		[
			'every method with a secret if the owner wants all of them',
			{ ...agentMessage, methods: ['platform'], require: 'all' },
			anyOfThree,
			'allConfigured',
		],
		[
			'every method with a secret of a platform that leaves them open',
			{ ...openEvent, methods: ['platform'] },
			['urlToken', 'bearer', 'headerToken', 'basic', 'signature', 'bodyToken'],
			'allConfigured',
		],
		[
			'every method with a secret if the owner adds a method to the platform’s',
			{ ...agentMessage, methods: ['signature', 'platform'] },
			['signature', ...anyOfThree],
			'allConfigured',
		],
		[
			'the platform’s only method in addition to the chosen ones',
			{ methods: ['bearer', 'platform'] },
			['bearer', 'signature'],
			'all',
		],
		['nothing if no method is chosen', { methods: [] }, [], 'all'],
		[
			'what a platform with one kind asks, whatever kind another platform left',
			{ platform: 'stripe', ...agentMessage, methods: ['platform'] },
			['signature'],
			'all',
		],
	])('requires %s', (_, parameters, methods, mode) => {
		expect(build(parameters)).toMatchObject({ methods, mode });
	});

	test('lets an owner’s duplicate key replace the platform’s', () => {
		const { duplicateKey } = build({ methods: [] });
		expect(duplicateKey.length).toBeGreaterThan(0);
		const owned = build({ methods: [], options: { duplicateKey: 'header.X-Request-ID, digest' } });
		expect(owned.duplicateKey).toEqual([{ header: 'X-Request-ID' }, { digest: 'body' }]);
	});
});

describe('the options of a platform that its user describes', () => {
	const buildCustom = (options, platform = 'custom') => build({ platform, methods: [], options });

	test('name the places of an event’s values', () => {
		const options = {
			eventTypeFrom: 'header.X-Event, query.event',
			eventTimeFrom: ' body.at ',
			eventDataFrom: 'body.payload',
		};
		expect(buildCustom(options).kind.events).toMatchObject({
			type: [{ header: 'X-Event' }, { query: 'event' }],
			time: { body: 'at' },
			data: 'payload',
		});
		expect(buildCustom(options, 'github').kind.events.type).not.toContainEqual({
			query: 'event',
		});
	});

	test('choose the formats of bodies', () => {
		expect(buildCustom({})).toMatchObject({ formBodies: undefined });
		expect(buildCustom({ bodyFormats: [] })).not.toHaveProperty('textBodies');
		expect(buildCustom({ bodyFormats: ['form', 'text'] })).toMatchObject({
			formBodies: {},
			textBodies: 'any',
			xmlBodies: false,
			noJsonBodies: true,
		});
		expect(buildCustom({ bodyFormats: ['json', 'xml'] })).toMatchObject({
			formBodies: undefined,
			xmlBodies: true,
			noJsonBodies: false,
		});
		expect(buildCustom({ bodyFormats: ['text'] }, 'github')).not.toHaveProperty('textBodies');
	});

	test('have schemas for the data of events', () => {
		const entry = [
			{ eventTypes: 'order.created, invoice.*', schema: '{"required": ["id"]}' },
			{ eventTypes: '', schema: { type: 'object' } },
		];
		const { dataSchemas } = buildCustom({ dataSchemas: { entry } });
		expect(dataSchemas.map(({ eventTypes }) => eventTypes)).toEqual([
			['order.created', 'invoice.*'],
			[],
		]);
		expect(dataSchemas[0].findProblems({})).toMatchObject([{ path: 'id' }]);
		expect(buildCustom({ dataSchemas: { entry } }, 'github').dataSchemas).toEqual([]);
		const mistake = { entry: [{ schema: '{"type": "text"}' }] };
		expect(() => buildCustom({ dataSchemas: mistake })).toThrow('"type" must be one of string');
	});

	test('with a place that is none are a mistake of the owner', () => {
		expect(() => buildCustom({ eventDataFrom: 'payload' })).toThrow(
			'"payload" does not name a value',
		);
	});
});

describe('getDuplicateWindowMs', () => {
	const HOUR_MS = 3_600_000;
	const [platform] = PLATFORMS;
	const getHours = (retriedForHours, options = {}) => {
		const before = platform.retriedForHours;
		platform.retriedForHours = retriedForHours;
		const windowMs = getDuplicateWindowMs({ options, platform: platform.id });
		platform.retriedForHours = before;
		return windowMs / HOUR_MS;
	};

	test.each([
		[undefined, {}, 24],
		[8, {}, 24],
		[72, {}, 72],
		[24 * 30, {}, 24 * 7],
		[72, { duplicateWindowMinutes: 30 }, 0.5],
		[72, { duplicateWindowMinutes: 0 }, 0],
	])(
		'for a platform that retries for %s hours, with %j, is %s hours',
		(hours, options, expected) => {
			expect(getHours(hours, options)).toBe(expected);
		},
	);
});

test.each([
	['sendgrid', {}, 25, 25],
	['sendgrid', {}, -1, 24],
	['custom', {}, 24 * 30, 24 * 7],
	['custom', { duplicateWindowMinutes: 30 }, 100, 0.5],
])(
	'getDuplicateWindowMs for %s with %j, if a replay is in time for %s hours, is %s hours',
	(platform, options, replayHours, expected) => {
		const windowMs = getDuplicateWindowMs({ options, platform }, replayHours * 3_600_000);
		expect(windowMs / 3_600_000).toBe(expected);
	},
);

describe('the places of tokens', () => {
	const credential = parseInboundCredential({
		headerToken: true,
		headerNames: 'X-API-Key',
		headerPrefix: 'Token',
		headerTokens: 'wh_1',
		bodyToken: true,
		bodyField: 'token',
		bodyTokens: 'wh_2',
	});
	const platform = {
		name: 'Made Up',
		headerToken: { names: ['X-Made-Up-Token', 'X-Old'] },
		bodyToken: { field: 'passcode' },
	};

	test('are the platform’s if callers authenticate as it asks', () => {
		expect(replaceTokenPlaces(credential, platform)).toMatchObject({
			header: {
				names: ['x-made-up-token', 'x-old'],
				prefix: '',
				tokens: ['wh_1'],
				sender: { name: 'Made Up', place: 'X-Made-Up-Token or X-Old' },
			},
			body: { field: 'passcode', tokens: ['wh_2'], sender: { place: 'passcode' } },
		});
	});

	test('are the credential’s if the platform has none, or if a person chose the methods', () => {
		for (const methods of [['headerToken', 'bodyToken'], ['platform']]) {
			expect(placeTokens(credential, { methods, platform: 'custom' })).toEqual(credential);
		}
	});
});
