/**
 * Runs a function, and waits for its promise if it returns one.
 * @returns the processor's time that this process took for it, in milliseconds: the time of day also passes while
 * other processes run
 */
function measureCpuMs(run) {
	const before = process.cpuUsage();
	const getMs = () => process.cpuUsage(before).user / 1000;
	const result = run();
	return result instanceof Promise ? result.then(getMs) : getMs();
}

module.exports = { measureCpuMs };
