/** Deliveries that come back from Retry, with an execution's data in memory. */
const {
	keepPending,
	resumeDelivery,
	toRetryState,
} = require('../../../../../build/nodes/AgentWebhook/resources/event/retryState');
const { measureCpuMs } = require('../../../../harness/cpuTime');

const EVENTS = 4000;

function createBatch() {
	const data = {};
	const context = { getContext: () => data };
	const subjects = Array.from({ length: EVENTS }, (_, index) => ({ event_id: `evt_${index}` }));
	const pending = { delivery: { id: 'dlv_1', subjects }, attempts: [{}], nextAttemptAtMs: 0 };
	keepPending(context, pending);
	return { context, pending };
}

test('resumes every event of a big batch within seconds', () => {
	const { context, pending } = createBatch();
	let resumed;
	const ms = measureCpuMs(() => {
		resumed = pending.delivery.subjects.map(({ event_id }) => {
			const item = { delivery_state: toRetryState(pending, event_id) };
			return resumeDelivery(context, item).ref;
		});
	});
	expect(resumed.map(({ event_id }) => event_id)).toEqual(
		pending.delivery.subjects.map(({ event_id }) => event_id),
	);
	expect(ms).toBeLessThan(8000);
});

test.each([
	['another number of attempts', { attempts_made: 0 }],
	['another event', { event_id: 'evt_x' }],
	['another time', { next_attempt_at: '2026-01-01T00:00:00.000Z' }],
])('resumes no delivery whose state has %s', (_, change) => {
	const { context, pending } = createBatch();
	const item = { delivery_state: { ...toRetryState(pending, 'evt_1'), ...change } };
	expect(() => resumeDelivery(context, item)).toThrow('was changed on the way');
});
