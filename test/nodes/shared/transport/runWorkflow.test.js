/** The call of another workflow, with a context that answers as n8n's does. */
const { runWorkflow } = require('../../../../build/nodes/shared/transport/runWorkflow');

const CALL = { workflowId: 'flow', items: [{ n: 1 }], timeoutMs: 5000 };

/** Creates a context whose call of a workflow does what the test says. */
function createContext(executeWorkflow, { signal } = {}) {
	const calls = [];
	const waits = [];
	return {
		calls,
		waits,
		executeWorkflow: async (...args) => {
			calls.push(args);
			return await executeWorkflow();
		},
		getExecutionCancelSignal: () => signal,
		getExecutionId: () => '5',
		getMode: () => 'trigger',
		getWorkflow: () => ({ id: 'caller' }),
		putExecutionToWait: async (time) => void waits.push(time),
	};
}

const fail = (message, more) => async () => {
	throw Object.assign(new Error(message), more);
};

test('passes the items on, and returns those of the last node from all its outputs', async () => {
	const context = createContext(async () => ({
		executionId: '7',
		data: [[{ json: { a: 1 } }], null, [{ json: { a: 2 } }]],
	}));
	expect(await runWorkflow(context, CALL)).toEqual({
		kind: 'finished',
		executionId: '7',
		items: [{ a: 1 }, { a: 2 }],
		isWaiting: false,
	});
	expect(context.calls).toEqual([
		[
			{ id: 'flow' },
			[{ json: { n: 1 } }],
			undefined,
			{
				parentExecution: { executionId: '5', workflowId: 'caller', shouldResume: false },
				executionMode: 'trigger',
			},
		],
	]);
	expect(context.waits).toEqual([]);
});

test('runs a workflow whose time limit is no whole number of milliseconds', async () => {
	const context = createContext(async () => ({ executionId: '7', data: [[{ json: {} }]] }));
	expect(await runWorkflow(context, { ...CALL, timeoutMs: 1.001 * 1000 })).toMatchObject({
		kind: 'finished',
	});
});

test('keeps a workflow that waits from putting the caller to wait', async () => {
	const context = createContext(async () => ({
		executionId: '7',
		data: [[{ json: { a: 1 } }]],
		waitTill: new Date(),
	}));
	expect(await runWorkflow(context, CALL)).toMatchObject({ isWaiting: true, items: [] });
	expect(context.waits).toEqual([undefined]);
});

test.each([
	['Workflow does not exist.', 'The workflow does not exist, or is not published.'],
	['Workflow is not active and cannot be executed.', 'Publish it in n8n'],
	['The sub-workflow (flow) cannot be called by this workflow', 'does not allow this call'],
	['Missing node to start execution', 'Add the trigger "When Executed by Another Workflow"'],
])('says what to do if n8n does not start it: %s', async (message, advice) => {
	const run = await runWorkflow(createContext(fail(message)), CALL);
	expect(run).toMatchObject({ kind: 'failed', hasTimedOut: false });
	expect(run.message).toContain(advice);
	expect(run.message).not.toContain(message);
});

test('returns the workflow’s own message, with what explains it, and its execution', async () => {
	const context = createContext(
		fail('No stock', { description: 'The shelf is empty', executionId: '9' }),
	);
	expect(await runWorkflow(context, CALL)).toEqual({
		kind: 'failed',
		executionId: '9',
		message: 'No stock (The shelf is empty)',
		hasTimedOut: false,
	});
	expect(await runWorkflow(createContext(fail('')), CALL)).toMatchObject({
		message: 'The workflow failed',
	});
});

test('gives up a workflow that takes too long, and ignores how it ends', async () => {
	let end;
	const context = createContext(
		async () =>
			await new Promise((resolve, reject) => {
				end = reject;
			}),
	);
	const run = await runWorkflow(context, { ...CALL, timeoutMs: 20 });
	expect(run).toMatchObject({ kind: 'failed', hasTimedOut: true });
	expect(run.message).toMatch(/^The workflow did not end within 0\.02 s,/);
	end(new Error('Ended late'));
	await new Promise(setImmediate);
});

test('ends with the execution, also while the workflow runs', async () => {
	const controller = new AbortController();
	const context = createContext(async () => await new Promise(() => undefined), {
		signal: controller.signal,
	});
	const running = runWorkflow(context, CALL);
	controller.abort();
	await expect(running).rejects.toThrow('The execution was cancelled');
	await expect(runWorkflow(context, CALL)).rejects.toThrow('The execution was cancelled');
	expect(context.calls).toHaveLength(1);
});
