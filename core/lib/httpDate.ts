/**
 * Dates in HTTP headers: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7. `Date.parse` reads the form
 * of C's asctime() in the zone of this machine.
 */

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const WEEKDAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const TIME = '(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)';
const FORMS = [
	// Sun, 06 Nov 1994 08:49:37 GMT
	`${WEEKDAY}, (?<day>\\d\\d?) (?<month>[a-z]{3}) (?<year>\\d{4}) ${TIME} (?:GMT|UTC|[+-]0000)`,
	// Sunday, 06-Nov-94 08:49:37 GMT
	`${WEEKDAY}[a-z]*, (?<day>\\d\\d)-(?<month>[a-z]{3})-(?<year>\\d\\d) ${TIME} GMT`,
	// Sun Nov  6 08:49:37 1994
	`${WEEKDAY} (?<month>[a-z]{3}) (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})`,
].map((form) => new RegExp(`^${form}$`, 'i'));

const MAX_YEARS_AHEAD = 50;

/** Completes a year of two digits: it is at most 50 years ahead, as RFC 9110 says. */
function readYear(year: string, nowMs: number): number {
	if (year.length === 4) return Number(year);
	const thisYear = new Date(nowMs).getUTCFullYear();
	const inThisCentury = thisYear - (thisYear % 100) + Number(year);
	return inThisCentury > thisYear + MAX_YEARS_AHEAD ? inThisCentury - 100 : inThisCentury;
}

/**
 * Parses an HTTP date in any of its three forms.
 * @returns ms since 1970; `undefined` for any other text, and for a date that does not exist
 */
export function parseHttpDate(text: string, nowMs: number): number | undefined {
	for (const form of FORMS) {
		const parts = form.exec(text)?.groups;
		if (parts === undefined) continue;
		const { day, hour, minute, month, second, year } = parts;
		const monthIndex = MONTHS.indexOf(month.toLowerCase());
		const date = new Date(
			Date.UTC(readYear(year, nowMs), monthIndex, Number(day), Number(hour), Number(minute)),
		);
		// 24 hours, 30 February and the month -1 would become other dates.
		const exists =
			date.getUTCMonth() === monthIndex &&
			date.getUTCDate() === Number(day) &&
			date.getUTCHours() === Number(hour) &&
			date.getUTCMinutes() === Number(minute) &&
			Number(second) <= 60;
		return exists ? date.getTime() + Number(second) * 1000 : undefined;
	}
	return undefined;
}
