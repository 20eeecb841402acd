/** The skeleton that `npm run new-platform` writes. */
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const ts = require('typescript');

const { writeNewPlatform } = require('../../scripts/new-platform');
const { root } = require('../harness/project');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'new-platform-'));
const DEFINITION = 'core/platforms/definitions/acme-forms.ts';
const VECTORS = 'test/unit/platforms/vectors/acme-forms.json';

beforeAll(() => {
	for (const file of [DEFINITION, VECTORS]) {
		fs.mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
	}
	jest.spyOn(console, 'log').mockImplementation(() => {});
});

afterAll(() => fs.rmSync(folder, { recursive: true }));

const read = (file) => fs.readFileSync(path.join(folder, file), 'utf8');

test('is a definition of the right type and a vector with the fields that the tests expect', () => {
	writeNewPlatform(['acme-forms', "Acme's Forms"], folder);
	expect(read(DEFINITION)).toContain("name: 'Acme\\'s Forms'");
	const [vector] = JSON.parse(read(VECTORS));
	expect(Object.keys(vector).sort()).toEqual(
		['body', 'event', 'headers', 'madeBy', 'name', 'secret', 'source'].sort(),
	);

	const { config } = ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile);
	const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
	// As if it were among the definitions.
	const file = path.join(root, DEFINITION);
	const host = ts.createCompilerHost(options);
	const { getSourceFile } = host;
	host.getSourceFile = (name, ...more) =>
		path.normalize(name) === file
			? ts.createSourceFile(name, read(DEFINITION), ...more)
			: getSourceFile.call(host, name, ...more);
	const program = ts.createProgram([file], { ...options, noEmit: true }, host);
	const faults = ts.getPreEmitDiagnostics(program, program.getSourceFile(file));
	expect(faults.map(({ messageText }) => messageText)).toEqual([]);
});

test('is not written over a file, nor for an ID that is no file name', () => {
	expect(() => writeNewPlatform(['acme-forms'], folder)).toThrow('already exists');
	for (const id of [undefined, '', '../acme', 'Acme', 'acme forms', '-acme']) {
		expect(() => writeNewPlatform([id], folder)).toThrow('is no ID');
	}
	expect(read(DEFINITION)).toContain('Acme');
});
