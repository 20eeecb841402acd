const { isOutputRead } = require('../../../../build/nodes/shared/execution/connections');

const to = (...names) => ({ main: [names.map((node) => ({ node, type: 'main', index: 0 }))] });

/** Returns whether output 0 of "Act" is read. */
const read = (connections, disabled = []) =>
	isOutputRead(
		{
			getNode: () => ({ name: 'Act' }),
			workflow: {
				connectionsBySourceNode: connections,
				nodes: Object.fromEntries(disabled.map((name) => [name, { disabled: true }])),
			},
		},
		0,
	);

test.each([
	['an enabled node', { Act: to('Slack') }, [], true],
	['one enabled node of two', { Act: to('Slack', 'Mail') }, ['Slack'], true],
	[
		'an enabled node after a disabled one',
		{ Act: to('Slack'), Slack: to('Mail') },
		['Slack'],
		true,
	],
	['only a disabled node', { Act: to('Slack') }, ['Slack'], false],
	['disabled nodes in a circle', { Act: to('A'), A: to('B'), B: to('A') }, ['A', 'B'], false],
	['no node', { Act: { main: [null] } }, [], false],
])('tells whether an output is read by %s', (_name, connections, disabled, isRead) => {
	expect(read(connections, disabled)).toBe(isRead);
});

test('withholds nothing if the workflow is not known', () => {
	expect(isOutputRead({ getNode: () => ({ name: 'Act' }) }, 0)).toBe(true);
});
