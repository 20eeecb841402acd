/** Writes numbers and times for people, in the language of their browser. */

const formatNumber = (number) => new Intl.NumberFormat().format(number);

/** Writes a share, rounded down: a rate that is not perfect never shows as 100 %. */
function formatShare(share) {
	const style = { style: 'percent', maximumFractionDigits: 1 };
	return new Intl.NumberFormat(undefined, style).format(Math.floor(share * 1000) / 1000);
}

const formatDuration = (ms) =>
	ms < 1000 ? `${formatNumber(Math.round(ms))} ms` : `${formatNumber(Math.round(ms / 100) / 10)} s`;

/** Returns a function that writes a time; the text itself if it is none. */
const formatWith = (timeStyle) => (text) => {
	const time = new Date(text);
	if (Number.isNaN(time.getTime())) return String(text);
	return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle }).format(time);
};

const formatTime = formatWith('medium');
const formatMinute = formatWith('short');

/** Writes a day that the server counts in UTC, e.g. `2026-11-30`. */
function formatDay(day) {
	const options = { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' };
	const time = new Date(`${day}T00:00:00Z`);
	return Number.isNaN(time.getTime())
		? day
		: new Intl.DateTimeFormat(undefined, options).format(time);
}

/** Joins names as people do: `a, b and c`. */
const formatList = (names) => new Intl.ListFormat(undefined, { type: 'conjunction' }).format(names);

const MAX_SHOWN_CHARACTERS = 20_000;

/** Precedes the digits of a number that JavaScript would change, in a text that nobody can foresee. */
const MARK = `digits ${Math.random()} `;
const MARKED = new RegExp(`"${MARK.replace('.', '\\.')}([^"]+)"`, 'g');

/** Texts, and numbers outside of them. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

const isKept = (token) => token.startsWith('"') || String(Number(token)) === token;

/** Parses JSON. A number that JavaScript would round keeps its digits for {@link formatJson}. @throws SyntaxError */
function parseJson(text) {
	const value = JSON.parse(text);
	const marked = text.replace(TOKEN, (token) => (isKept(token) ? token : `"${MARK}${token}"`));
	return marked === text ? value : JSON.parse(marked);
}

/** Writes a JSON value for people. */
function formatJson(value) {
	const text = (JSON.stringify(value, null, 2) ?? '').replace(MARKED, '$1');
	return text.length > MAX_SHOWN_CHARACTERS ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}\n…` : text;
}

/** Writes a receiver's answer: as JSON if it is JSON. */
function formatAnswer(text) {
	try {
		return formatJson(parseJson(text));
	} catch {
		return text.slice(0, MAX_SHOWN_CHARACTERS);
	}
}

/** Returns the value of a field for date and time, in the browser's zone. */
function toFieldTime(ms) {
	const time = new Date(ms);
	return new Date(ms - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Reads the value of such a field; `undefined` if it is empty. */
function fromFieldTime(text) {
	const ms = Date.parse(text);
	return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

module.exports = {
	formatAnswer,
	formatDay,
	formatDuration,
	formatJson,
	formatList,
	formatMinute,
	formatNumber,
	formatShare,
	formatTime,
	fromFieldTime,
	parseJson,
	toFieldTime,
};
