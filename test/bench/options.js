const { parseArgs } = require('node:util');

const PARTS = [
	...['inbound', 'outbound', 'served', 'tenants'],
	...['core', 'growth', 'suspended', 'memory', 'load'],
];

/**
 * Many short rounds keep compared measurements close together, since a machine's speed drifts from minute
 * to minute.
 */
const FULL = {
	core: { rounds: 15, roundMs: 200 },
	inbound: { rounds: 20, loadMs: 1500 },
	outbound: { rounds: 15 },
	served: { rounds: 20, calls: 5 },
	tenants: { rounds: 20, tenants: 300, rows: 10_000 },
	load: { rounds: 15 },
	growth: {
		rounds: 5,
		items: [1, 10, 100, 1000, 10_000],
		rowsOnFile: [100, 10_000, 100_000],
	},
	suspended: { rounds: 11, waiting: 5000 },
	memory: { rounds: 5, items: 10_000 },
};

const QUICK = {
	core: { rounds: 5, roundMs: 100 },
	inbound: { rounds: 2, loadMs: 1000 },
	outbound: { rounds: 2 },
	served: { rounds: 2, calls: 2 },
	tenants: { rounds: 2, tenants: 30, rows: 1000 },
	load: { rounds: 3 },
	growth: { rounds: 2, items: [1, 100, 1000], rowsOnFile: [100, 10_000] },
	suspended: { rounds: 2, waiting: 1000 },
	memory: undefined,
};

const USAGE = `Use: npm run bench -- [--quick] [--json FILE] [--markdown FILE] [--env NAME=VALUE] [${PARTS.join('] [')}]`;

/** Parses settings of n8n, each written as `NAME=VALUE`. */
function readSettings(texts) {
	return Object.fromEntries(
		texts.map((text) => {
			const [, name, value] = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(text) ?? [];
			if (name === undefined) {
				throw new Error(`"${text}" is not a setting. Write NAME=VALUE.\n${USAGE}`);
			}
			return [name, value];
		}),
	);
}

/**
 * Reads the command line.
 * @returns the parts to run and their sizes, the files to write, and additional settings of n8n
 * @throws if the command line is not valid
 */
function readOptions(args) {
	let read;
	try {
		read = parseArgs({
			args,
			allowPositionals: true,
			options: {
				quick: { type: 'boolean', default: false },
				json: { type: 'string' },
				markdown: { type: 'string' },
				env: { type: 'string', multiple: true, default: [] },
			},
		});
	} catch (error) {
		throw new Error(`${error.message}\n${USAGE}`);
	}
	const { positionals, values } = read;
	const unknown = positionals.find((name) => !PARTS.includes(name));
	if (unknown !== undefined) {
		throw new Error(`"${unknown}" is not a part. Choose from ${PARTS.join(', ')}.\n${USAGE}`);
	}
	return {
		parts: PARTS.filter((part) => positionals.length === 0 || positionals.includes(part)),
		sizes: values.quick ? QUICK : FULL,
		...values,
		env: readSettings(values.env),
	};
}

module.exports = { readOptions };
