/** Measures the processor's time: unlike the time of day, it does not pass while other processes run. */
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');

/** Linux counts the times of a process in hundredths of a second. */
const TICK_MS = 10;

/**
 * Runs a function, and waits for its promise if it returns one.
 * @returns the time that this process took for it, in milliseconds
 */
function measureCpuMs(run) {
	const before = process.cpuUsage();
	const getMs = () => process.cpuUsage(before).user / 1000;
	const result = run();
	return result instanceof Promise ? result.then(getMs) : getMs();
}

/** Returns the time that another process has taken since its start, in milliseconds, from /proc or `ps`. */
function readCpuMs(pid) {
	const file = `/proc/${pid}/stat`;
	if (fs.existsSync(file)) {
		// The name of the process is in parentheses, and may have spaces.
		const fields = fs.readFileSync(file, 'utf8').split(') ').pop().split(' ');
		const [userTicks, systemTicks] = fields.slice(11, 13).map(Number);
		return (userTicks + systemTicks) * TICK_MS;
	}
	const time = execFileSync('ps', ['-o', 'time=', '-p', String(pid)], { encoding: 'utf8' });
	const seconds = time
		.trim()
		.split(':')
		.reduce((sum, part) => sum * 60 + Number(part), 0);
	return seconds * 1000;
}

module.exports = { measureCpuMs, readCpuMs };
