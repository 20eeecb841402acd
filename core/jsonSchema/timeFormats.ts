/** Formats of dates, times and durations: RFC 3339, https://www.rfc-editor.org/rfc/rfc3339#section-5.6. */

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
const TIME = /^(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:z|([+-])(\d\d):(\d\d))$/i;
const DATE_TIME = /^([^T]{10})T(.*)$/is;

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const isLeapYear = (year: number): boolean =>
	year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

/** Returns whether text is a day of the calendar, e.g. `2025-01-31`. */
export function isDate(text: string): boolean {
	const [year, month, day] = (DATE.exec(text) ?? []).slice(1).map(Number);
	if (!(month >= 1 && month <= 12 && day >= 1)) return false;
	return day <= DAYS_IN_MONTH[month - 1] + (month === 2 && isLeapYear(year) ? 1 : 0);
}

const MINUTES_A_DAY = 24 * 60;

/** Returns whether text is a time with its offset, e.g. `10:00:00Z`. A leap second is the last one of a day in UTC. */
export function isTime(text: string): boolean {
	const match = TIME.exec(text);
	if (match === null) return false;
	const [hour, minute, second] = match.slice(1, 4).map(Number);
	const [offsetHour, offsetMinute] = match.slice(5, 7).map((part) => Number(part ?? 0));
	if (hour > 23 || minute > 59 || second > 60 || offsetHour > 23 || offsetMinute > 59) return false;
	if (second < 60) return true;
	const offset = (match[4] === '-' ? -1 : 1) * (offsetHour * 60 + offsetMinute);
	const minutesInUtc = (hour * 60 + minute - offset + MINUTES_A_DAY) % MINUTES_A_DAY;
	return minutesInUtc === MINUTES_A_DAY - 1;
}

/** Returns whether text is a date and a time, e.g. `2025-01-31T10:00:00Z`. */
export function isDateTime(text: string): boolean {
	const [, date, time] = DATE_TIME.exec(text) ?? [];
	return date !== undefined && isDate(date) && isTime(time);
}

const DURATION =
	/^P(?:\d+W|(?=\d|T\d)(?:\d+Y(?:\d+M(?:\d+D)?)?|\d+M(?:\d+D)?|\d+D)?(?:T(?:\d+H(?:\d+M(?:\d+S)?)?|\d+M(?:\d+S)?|\d+S))?)$/;

/** Returns whether text is a duration of ISO 8601, e.g. `P3DT12H`. */
export const isDuration = (text: string): boolean => DURATION.test(text);
