const { createTimeZone, formatDay, parseTime, UTC } = require('../../../build/core/lib/timeZone');

const berlin = createTimeZone('Europe/Berlin');
const newYork = createTimeZone('America/New_York');
const parse = (text, zone) => {
	const ms = parseTime(text, zone);
	return ms === undefined ? undefined : new Date(ms).toISOString();
};

test.each([
	['a date', '2026-01-31', '2026-01-30T23:00:00.000Z'],
	['n8n’s date picker', '2026-07-01T09:00:00', '2026-07-01T07:00:00.000Z'],
	['n8n’s older date picker', '2026-07-01 09:00:00', '2026-07-01T07:00:00.000Z'],
	['minutes', '2026-01-31T09:30', '2026-01-31T08:30:00.000Z'],
	['milliseconds', '2026-01-31T09:30:15.25', '2026-01-31T08:30:15.250Z'],
	['more digits than milliseconds have', '2026-01-31T09:30:15,123456', '2026-01-31T08:30:15.123Z'],
	['UTC', '2026-01-31T09:30:00Z', '2026-01-31T09:30:00.000Z'],
	['an offset', '2026-01-31T09:30:00-05:00', '2026-01-31T14:30:00.000Z'],
	['an offset without a colon', '2026-01-31T09:30:00+0530', '2026-01-31T04:00:00.000Z'],
	['an offset of hours', '2026-01-31T09:30:00+02', '2026-01-31T07:30:00.000Z'],
	['the basic format', '20260131T093000Z', '2026-01-31T09:30:00.000Z'],
	['small letters', '2026-01-31t09:30:00z', '2026-01-31T09:30:00.000Z'],
	['spaces around it', ' 2026-01-31T09:30:00Z\n', '2026-01-31T09:30:00.000Z'],
])('%s is read in the zone: %s', (_, text, expected) => {
	expect(parse(text, berlin)).toBe(expected);
});

test.each([
	'',
	'01/12/2026',
	'1.12.2026',
	'Order 12',
	'1',
	'2026',
	'2026-01',
	'20260131',
	'1767225600',
	'1767225600000',
	'09:30',
	'2026-02-30',
	'2026-13-01T00:00:00Z',
	'2026-01-31T24:00:00',
	'2026-01-31T09:61:00',
	'2026-1-31',
	'Sat, 31 Jan 2026 09:30:00 GMT',
	'Sat Jan 31 2026 09:30:00 GMT+0100',
	'tomorrow',
	'2026-01-31T09:30:00 Europe/Berlin',
	'2026-01-31T09:30:00+25:00',
	'20260131T093000-0199',
])('%j is not a time', (text) => {
	expect(parse(text, berlin)).toBeUndefined();
});

describe('when clocks change', () => {
	test('a time that clocks skip is as much later', () => {
		expect(parse('2026-03-29T02:30:00', berlin)).toBe('2026-03-29T01:30:00.000Z');
		expect(parse('2026-03-08T02:30:00', newYork)).toBe('2026-03-08T07:30:00.000Z');
	});

	test('a time that clocks show twice is the first one', () => {
		expect(parse('2026-10-25T02:30:00', berlin)).toBe('2026-10-25T00:30:00.000Z');
		expect(parse('2026-11-01T01:30:00', newYork)).toBe('2026-11-01T05:30:00.000Z');
	});

	test('a day has 23 or 25 hours', () => {
		const hours = (day, next) => (parseTime(next, berlin) - parseTime(day, berlin)) / 3_600_000;
		expect(hours('2026-03-29', '2026-03-30')).toBe(23);
		expect(hours('2026-10-25', '2026-10-26')).toBe(25);
		expect(hours('2026-06-01', '2026-06-02')).toBe(24);
	});
});

test.each([
	['2026-03-28T22:59:59Z', '2026-03-28', '2026-03-28'],
	['2026-03-28T23:00:00Z', '2026-03-29', '2026-03-28'],
	['2026-03-29T21:59:59Z', '2026-03-29', '2026-03-29'],
	['2026-03-29T22:00:00Z', '2026-03-30', '2026-03-29'],
	['2026-10-25T22:59:59Z', '2026-10-25', '2026-10-25'],
	['2026-10-25T23:00:00Z', '2026-10-26', '2026-10-25'],
])('%s is on %s in Berlin and on %s in UTC', (time, inBerlin, inUtc) => {
	const ms = Date.parse(time);
	expect([formatDay(ms, berlin), formatDay(ms, UTC)]).toEqual([inBerlin, inUtc]);
});

test.each([
	['Asia/Kathmandu', '2026-01-31T00:00:00', '2026-01-30T18:15:00.000Z'],
	['Australia/Lord_Howe', '2026-01-31T00:00:00', '2026-01-30T13:00:00.000Z'],
	['America/St_Johns', '2026-07-01T00:00:00', '2026-07-01T02:30:00.000Z'],
	['Etc/UTC', '2026-07-01T00:00:00', '2026-07-01T00:00:00.000Z'],
	['GMT', '2026-07-01T00:00:00', '2026-07-01T00:00:00.000Z'],
])('%s has its own offset', (name, text, expected) => {
	expect(parse(text, createTimeZone(name))).toBe(expected);
});

test('a zone that does not exist is named', () => {
	expect(() => createTimeZone('Europe/Atlantis')).toThrow(
		'The time zone "Europe/Atlantis" is unknown',
	);
});
