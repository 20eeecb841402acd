/** The results as a table for people, as Markdown and as JSON. */
const fs = require('node:fs');

const digits = (value) => {
	const size = Math.abs(value);
	if (size >= 100) return Math.round(value).toLocaleString('en');
	return size >= 10 ? value.toFixed(1) : value.toFixed(2);
};

/** Formats a figure of each kind. */
const FORMS = {
	ratio: (value) => value.toFixed(2),
	over: (value, unit) => `${value.toFixed(1)} ${unit} over it`,
	percentOver: (value) => `${value.toFixed(1)} % over it`,
	percentOf: (value) => `${value.toFixed(1)} % of it`,
	alone: (value, unit) => `${value.toFixed(1)} ${unit}`,
};

function figureText({ kind, ...values }, unit) {
	const [lowest, highest] = [values.lowest, values.highest].map((value) =>
		kind === 'ratio' ? value.toFixed(2) : value.toFixed(1),
	);
	return `${FORMS[kind](values.median, unit)} (${lowest} to ${highest})`;
}

function targetText(target) {
	if (target === undefined) return 'none';
	return target.atLeast === undefined ? `at most ${target.atMost}` : `at least ${target.atLeast}`;
}

const reachedText = (reached) => ({ true: 'yes', false: '**no**', null: '–' })[reached];

const HEAD = ['What', 'Against', 'Ours', 'Theirs', 'Figure', 'Target', 'Reached'];

function buildCells({ against, figure, ours, reached, skipped, target, theirs, unit, what }) {
	if (skipped !== undefined) return [what, against, skipped, '', '', '', '–'];
	return [
		what,
		against,
		`${digits(ours)} ${unit}`,
		`${digits(theirs)} ${unit}`,
		figureText(figure, unit),
		targetText(target),
		reachedText(reached),
	];
}

const TITLES = {
	core: 'The core alone',
	inbound: 'Incoming requests',
	outbound: 'Outgoing events',
	served: 'API and portal',
	tenants: 'Many tenants',
	growth: 'Growth',
	suspended: 'Endpoints that are down',
	memory: 'Memory',
	load: 'Load of the package',
};

/** The results in groups, each with its title. */
function groupResults(results) {
	const groups = new Map();
	for (const result of results) {
		const engine = result.engine === undefined ? '' : `, expression engine ${result.engine}`;
		const title = TITLES[result.part] + engine;
		groups.set(title, [...(groups.get(title) ?? []), result]);
	}
	return [...groups];
}

const listNotes = (results) =>
	results.flatMap(({ against, note, what }) =>
		note === undefined ? [] : [`${what}, against ${against}: ${note}.`],
	);

function machineText({ cores, cpu, database, date, memory_gb, n8n, node, package: own, system }) {
	return `Measured ${date} with ${own} in n8n ${n8n} on Node ${node}, ${database}: ${cpu}, ${cores} cores, ${memory_gb} GB, ${system}`;
}

/** Lists the conditions that make the figures differ from those of other runs. */
function remarks({ machine, options }) {
	const { cores, load_before: before } = machine;
	const settings = Object.entries(options.env).map((setting) => setting.join('='));
	return [
		...(settings.length > 0 ? [`With ${settings.join(', ')}.`] : []),
		...(options.quick ? ['With --quick: fewer rounds, and shorter ones.'] : []),
		...(before > cores / 2
			? [`The machine was busy before: a load average of ${before} on ${cores} cores.`]
			: []),
	];
}

const heading = (report) => [`${machineText(report.machine)}.`, ...remarks(report)].join(' ');

const markdownTable = (rows) =>
	[HEAD, HEAD.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');

/** Matches the text between the marks of a page. */
function markdown(report) {
	const sections = groupResults(report.results).map(([title, own]) => {
		const notes = listNotes(own).map((note) => `- ${note}\n`);
		const list = notes.length > 0 ? `\n${notes.join('')}` : '';
		return `### ${title}\n\n${markdownTable(own.map(buildCells))}${list}`;
	});
	return `${heading(report)}\n\n${sections.join('\n')}`;
}

const MARKS = /(<!-- figures, .*? -->\n)[^]*?(<!-- \/figures -->)/;

/** Writes the results between the marks of a page, or into a new file if there is none. */
function writeMarkdown(file, report) {
	const text = markdown(report);
	const page = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
	if (page !== undefined && !MARKS.test(page)) {
		throw new Error(`${file} has no marks to write between, e.g. <!-- /figures -->.`);
	}
	const written = page?.replace(MARKS, (_, begin, end) => `${begin}\n${text}\n${end}`);
	fs.writeFileSync(file, written ?? text);
}

function writeJson(file, report) {
	fs.writeFileSync(file, `${JSON.stringify(report, undefined, '\t')}\n`);
}

/** Prints the table with columns as wide as needed. */
function print(report) {
	const { results } = report;
	for (const [title, own] of groupResults(results)) {
		const rows = [HEAD, ...own.map(buildCells)].map((cells) =>
			cells.map((cell) => cell.replaceAll('*', '')),
		);
		const widths = HEAD.map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
		console.log(`\n${title}\n`);
		for (const cells of rows) {
			const line = cells.map((cell, column) => cell.padEnd(widths[column])).join('  ');
			console.log(`  ${line.trimEnd()}`);
		}
		for (const note of listNotes(own)) console.log(`  · ${note}`);
	}
	console.log(`\n${heading(report)}`);
	const asked = results.filter(({ reached }) => typeof reached === 'boolean');
	const missed = asked.filter(({ reached }) => !reached);
	console.log(`${asked.length - missed.length} of ${asked.length} targets are reached.`);
	for (const { against, engine, figure, target, unit, what } of missed) {
		const where = engine === undefined ? '' : ` (${engine})`;
		console.log(
			`  not reached${where}: ${what}, against ${against}: ${figureText(figure, unit)}, ${targetText(target)}`,
		);
	}
}

module.exports = { print, writeJson, writeMarkdown };
