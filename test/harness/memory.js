const { execFileSync } = require('node:child_process');
const fs = require('node:fs');

const KILOBYTES_IN_A_MEGABYTE = 1024;

/** Returns a process's resident set in MB, from /proc or, if there is none, from `ps`. */
function residentMegabytes(pid) {
	const status = `/proc/${pid}/status`;
	const kilobytes = fs.existsSync(status)
		? /^VmRSS:\s*(\d+) kB$/m.exec(fs.readFileSync(status, 'utf8'))[1]
		: execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
	return Number(kilobytes) / KILOBYTES_IN_A_MEGABYTE;
}

module.exports = { residentMegabytes };
