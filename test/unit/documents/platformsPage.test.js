/** Compares what docs/platforms.md says about the platforms in its own words with their definitions. */
const { PLATFORMS, getPlatform } = require('../../../build/core/platforms');
const { listCode, readSection, toLine } = require('../../harness/documents');

describe('docs/platforms.md', () => {
	const NAMES = {
		AgenticFlow: 'agenticflow',
		WorkFlux: 'workflux',
		AgentFlow: 'agentflow',
		'Agent platform': 'agentPlatform',
	};
	const WORDS = { three: 3, eight: 8, nine: 9 };

	test.each(Object.entries(NAMES))('counts and names the event types of %s', (heading, id) => {
		const section = toLine(readSection('docs/platforms.md', heading));
		const [, count, list] = /\*\*Events\.\*\* There are (\w+) types: (.*?) \*\*/.exec(section);
		const types = getPlatform(id).events.types.map(({ value }) => value);
		expect(WORDS[count]).toBe(types.length);
		const named = listCode(list).filter((code) => /^\w+(?:\.\w+)+$/.test(code));
		expect(named.toSorted()).toEqual(types.toSorted());
	});

	test.each(Object.entries(NAMES))(
		'names the fields of an event’s envelope of %s',
		(heading, id) => {
			const section = toLine(readSection('docs/platforms.md', heading));
			const [, text] = /\*\*Envelope\.\*\* (.*?) \*\*/.exec(section);
			const fields = Object.entries(getPlatform(id).events.envelope).flatMap(([name, part]) =>
				typeof part === 'string' ? [name] : [name, ...Object.keys(part)],
			);
			expect(listCode(text)).toEqual(expect.arrayContaining(fields));
		},
	);

	test('names the platforms that need HTTPS', () => {
		const said = Object.entries(NAMES).filter(([heading]) =>
			/\*\*Transport\.\*\* HTTPS only/.test(toLine(readSection('docs/platforms.md', heading))),
		);
		const needing = PLATFORMS.filter(({ httpsOnly }) => httpsOnly).map(({ id }) => id);
		expect(said.map(([, id]) => id).toSorted()).toEqual(needing.toSorted());
	});

	/** Lists the fields of a schema for an object. */
	function listFields(schema) {
		let object = schema;
		while (object.shape === undefined) object = object._def.schema ?? object._def.innerType;
		return Object.keys(object.shape);
	}

	test.each(['AgenticFlow', 'WorkFlux'])(
		'names the fields of the events’ data of %s',
		(heading) => {
			const section = readSection('docs/platforms.md', heading);
			const [, list] = /\*\*Event data\.\*\*[^]*?\n\n((?:[- ] .*\n)+)/.exec(section);
			const said = list
				.split(/^- /m)
				.slice(1)
				.map((entry) => {
					const [type, ...fields] = listCode(entry);
					return [type, fields];
				});
			const { types } = getPlatform(NAMES[heading]).events;
			const described = types.filter(({ data }) => data !== undefined);
			expect(said.map(([type]) => type).toSorted()).toEqual(
				described.map(({ value }) => value).toSorted(),
			);
			for (const { data, value } of described) {
				const [, fields] = said.find(([type]) => type === value);
				expect(fields).toEqual(expect.arrayContaining(listFields(data)));
			}
		},
	);

	test.each([
		['AgenticFlow', 'Agent message', 'agentMessage'],
		['AgenticFlow', 'Workflow run', 'workflowRun'],
		['AgentFlow', 'Lead', 'lead'],
	])('names the fields of a request to %s: %s', (heading, title, id) => {
		const section = toLine(readSection('docs/platforms.md', heading));
		const [, text] = new RegExp(`\\*\\*${title}\\.\\*\\* (.*?) \\*\\*`).exec(section);
		const { schema } = getPlatform(NAMES[heading]).requests.find((request) => request.id === id);
		expect([...new Set(listCode(text))]).toEqual(expect.arrayContaining(listFields(schema)));
	});
});
