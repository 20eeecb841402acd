const { mergeSettings } = require('../../../../build/core/outbox/endpoint/settings');

const merge = (before, changes) =>
	mergeSettings({ retry_policy: before }, { retry_policy: changes }).retry_policy;

describe('a change of an endpoint’s retry policy', () => {
	const exponential = { schedule: 'exponential', max_retries: 2, first_delay_seconds: 5 };

	test('to another schedule keeps no settings of the previous one', () => {
		expect(merge(exponential, { schedule: 'day' })).toEqual({ schedule: 'day' });
		expect(merge({ schedule: 'list', delays: '1 s' }, exponential)).toEqual(exponential);
	});

	test('to another schedule keeps the jitter and the statuses', () => {
		const kept = { jitter: 0.5, retry_statuses: '5xx' };
		expect(merge({ ...exponential, ...kept }, { schedule: 'none' })).toEqual({
			schedule: 'none',
			...kept,
		});
	});

	test('to the platform’s own schedule removes the person’s', () => {
		expect(merge(exponential, { schedule: 'platform' })).toBeUndefined();
		expect(merge({ backoff_multiplier: 3 }, { schedule: 'platform' })).toBeUndefined();
		expect(mergeSettings({}, { retry_policy: { schedule: 'platform' } })).toEqual({});
	});

	test('within a schedule keeps its other settings', () => {
		expect(merge(exponential, { schedule: 'exponential', max_retries: 9 })).toEqual({
			...exponential,
			max_retries: 9,
		});
		expect(merge(exponential, { backoff_multiplier: 3 })).toEqual({
			...exponential,
			backoff_multiplier: 3,
		});
		expect(merge({ schedule: 'day' }, { max_retries: 2 })).toEqual({
			schedule: 'day',
			max_retries: 2,
		});
	});

	test('that sets a multiplier replaces a schedule that would ignore it', () => {
		expect(merge({ schedule: 'day' }, { backoff_multiplier: 3 })).toEqual({
			backoff_multiplier: 3,
		});
	});
});
