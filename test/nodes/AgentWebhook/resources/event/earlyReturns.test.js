/** The loop Retry → this node, with and without a Wait node. */
const { createEmptyRunExecutionData } = require('n8n-workflow');

const { execute } = require('../../../../harness/contexts');
const { useRecordingServer } = require('../../../recordingServer');

const receiver = useRecordingServer();

const [RETRY, FAILED] = [1, 2];

const send = (options) => ({
	resource: 'event',
	operation: 'send',
	platform: 'standardWebhooks',
	url: receiver.url,
	useCredential: false,
	customEventType: 'order.created',
	dataSource: 'item',
	conditionSource: 'always',
	retrySchedule: 'list',
	retryDelays: '1 h, 1 h',
	options: { allowHttp: true, ...options },
});

/** Runs the node with what it put on Retry, until it puts nothing there or has run `runs` times. */
async function loop(runs, options, select = (items) => items) {
	const runData = { ...createEmptyRunExecutionData(), executionData: { contextData: {} } };
	const connected = [true, true, true, true];
	let items = [{ json: { a: 1 } }, { json: { a: 2 } }];
	let outputs = [];
	for (let run = 0; run < runs && items.length > 0; run += 1) {
		({ outputs } = await execute(send(options), items, { connected, runData }));
		items = select(outputs[RETRY], run);
	}
	return outputs;
}

beforeEach(() => {
	receiver.answer = (response) => response.writeHead(503).end();
});

test('a loop from Retry without a Wait node ends, and the error says what to connect', async () => {
	const outputs = await loop(150);
	expect(outputs[RETRY]).toEqual([]);
	expect(outputs[FAILED].map(({ json }) => json.status)).toEqual(['failed', 'failed']);
	expect(outputs[FAILED][0].json.error_message).toMatch(
		/status 503\. The next attempt is due at .* came back from Retry at once, 100 times\. Put a Wait node/,
	);
	expect(receiver.requests).toHaveLength(2);
});

test('an item that comes back at once a few times goes to Retry again', async () => {
	const outputs = await loop(50);
	expect(outputs[RETRY]).toHaveLength(2);
	expect(outputs[FAILED]).toEqual([]);
});

test('the events of a batch that come back one by one are not taken for a loop', async () => {
	let waiting = [];
	const outputs = await loop(120, { maxEvents: 10 }, (items, run) => {
		if (run === 0) waiting = items;
		// Only the second event of the batch goes on.
		return [waiting[1]];
	});
	expect(outputs[FAILED]).toEqual([]);
});
