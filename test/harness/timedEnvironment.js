/** Jest's environment for Node, in which no test begins once the time is over. */
const { TestEnvironment } = require('jest-environment-node');

const { isTimeOver } = require('./timeLimit');

/** Skips a group and all in it, and so its hooks. */
function skip(block) {
	block.mode = 'skip';
	for (const child of block.children ?? []) skip(child);
}

class TimedEnvironment extends TestEnvironment {
	handleTestEvent({ name, test }, { rootDescribeBlock }) {
		if (!isTimeOver()) return;
		if (name === 'run_start') skip(rootDescribeBlock);
		if (name === 'test_start') skip(test);
	}
}

module.exports = TimedEnvironment;
