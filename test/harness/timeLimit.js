/** A time after which no end-to-end test begins, so CI ends on a slow machine, too. */

/** In Unix milliseconds. */
const LAST_START = 'TESTS_LAST_START_MS';

/** Lets no test begin more than these minutes from now, in this process and those that it starts. */
function limitTime(minutes) {
	process.env[LAST_START] = String(Date.now() + minutes * 60_000);
}

const isTimeOver = () => Date.now() > Number(process.env[LAST_START] || Infinity);

module.exports = { isTimeOver, limitTime };
