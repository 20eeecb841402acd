const fs = require('node:fs');
const path = require('node:path');

const { dest, src } = require('gulp');

const PROFILES = path.join(__dirname, 'core/profiles');
const SECTIONS = ['platforms', 'open', 'providers'];

/**
 * Lists the profile files, so that adding a platform is adding its file. It runs before the compiler,
 * since what ships may not look into folders.
 */
async function profiles() {
	const names = SECTIONS.flatMap((section) =>
		fs
			.readdirSync(path.join(PROFILES, section))
			.filter((file) => file.endsWith('.ts'))
			.sort()
			.map((file) => ({ section, name: path.basename(file, '.ts') })),
	);
	const imports = names.map(
		({ section, name }) => `import { profile as ${name} } from './${section}/${name}';\n`,
	);
	const list = names.map(({ name }) => `\t${name},\n`);
	fs.writeFileSync(
		path.join(PROFILES, 'catalogue.ts'),
		[
			'// Written by `npm run build`, from the files beside this one.\n',
			...imports,
			"import type { PlatformProfile } from './profile';\n",
			'\nexport const CATALOGUE: PlatformProfile[] = [\n',
			...list,
			'];\n',
		].join(''),
	);
}

/** Puts what the compiler leaves behind beside its output: icons and codex files. */
function assets() {
	return src(['nodes/**/*.{svg,png,json}', 'credentials/**/*.svg'], {
		base: '.',
		encoding: false,
		allowEmpty: true,
	}).pipe(dest('dist'));
}

const seconds = (ms) => {
	for (const [unit, length] of [
		['h', 3600],
		['min', 60],
	]) {
		if (ms >= length * 1000 && ms % (length * 1000) === 0) return `${ms / (length * 1000)} ${unit}`;
	}
	return `${ms / 1000} s`;
};

function retries({ schedule }) {
	if (schedule.kind === 'list') return schedule.delaysMs.map(seconds).join(', ');
	const { backoffMultiplier, firstDelayMs, maxRetries } = schedule;
	return `${maxRetries} times, from ${seconds(firstDelayMs)}, each ${backoffMultiplier} times longer`;
}

const table = (head, rows) =>
	[head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');

/** The README's lists, by the name that stands between their markers. */
const LISTS = {
	platforms: ({ PROFILES, requestKinds, sendableKinds }) =>
		table(
			['Platform', 'Trigger receives', 'Send sends', 'Signature', 'Retries'],
			PROFILES.filter(({ section }) => section !== 'provider').map((profile) => {
				const { description, name, retry } = profile;
				const [received, sent] = [requestKinds, sendableKinds].map((kindsOf) =>
					kindsOf(profile)
						.map((kind) => kind.name.toLowerCase())
						.join(', '),
				);
				return [name, received, sent, description, retries(retry)];
			}),
		),
	providers: ({ PROFILES }) =>
		table(
			['Provider', 'Signature'],
			PROFILES.filter(({ section }) => section === 'provider').map(
				({ description, name, source }) => [`[${name}](${source})`, description],
			),
		),
	templates: () =>
		table(
			['Template', 'What it shows'],
			fs
				.readdirSync(path.join(__dirname, 'templates'))
				.sort()
				.map((file) => {
					const { nodes } = JSON.parse(
						fs.readFileSync(path.join(__dirname, 'templates', file), 'utf8'),
					);
					const [note] = nodes.filter(({ type }) => type.endsWith('.stickyNote'));
					const [heading] = note.parameters.content.split('\n');
					return [`[${file}](templates/${file})`, heading.replace(/^#+ /, '')];
				}),
		),
};

/** Writes the README's lists from the profiles and the templates. It needs what the compiler wrote. */
async function docs() {
	const profiles = require('./dist/core/profiles');
	const file = path.join(__dirname, 'README.md');
	const written = fs
		.readFileSync(file, 'utf8')
		.replace(
			/(<!-- (\w+): .*? -->\n)[^]*?(<!-- \/\2 -->)/g,
			(_, begin, name, end) => `${begin}\n${LISTS[name](profiles)}\n${end}`,
		);
	fs.writeFileSync(file, written);
}

exports.profiles = profiles;
exports.docs = docs;
exports.default = assets;
