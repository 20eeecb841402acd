const {
	describeProgress,
	RecoveryCounter,
} = require('../../../../build/core/outbox/recovery/recoveryReport');

const entry = (endpointId, acceptedAt, obstacle) => ({
	endpointId,
	endpointName: endpointId.toUpperCase(),
	acceptedAt,
	obstacle,
});

test('counts by endpoint, the one with the most deliveries first, with each reason once', () => {
	const counter = new RecoveryCounter();
	for (const [id, time, obstacle] of [
		['a', '2', 'Deleted.'],
		['b', '3'],
		['b', '1'],
		['a', '5', 'Deleted.'],
		['a', '4', 'Forgotten.'],
		['b', '2', 'Forgotten.'],
	]) {
		counter.add(entry(id, time, obstacle));
	}
	expect(counter.toReport(true)).toEqual({
		deliveries: 2,
		kept: 4,
		isComplete: true,
		endpoints: [
			{
				endpointId: 'b',
				endpointName: 'B',
				deliveries: 2,
				oldest: '1',
				newest: '3',
				kept: 1,
				reason: 'Forgotten.',
			},
			{
				endpointId: 'a',
				endpointName: 'A',
				deliveries: 0,
				oldest: null,
				newest: null,
				kept: 3,
				reason: 'Deleted. Forgotten.',
			},
		],
	});
});

test('writes progress with separators of thousands', () => {
	expect(describeProgress(1000, 12_400, 'deliveries queued')).toBe(
		'1,000 of 12,400 deliveries queued',
	);
});
