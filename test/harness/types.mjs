/**
 * Checks the names that tests and scripts use against the TypeScript sources: a renamed export, a
 * missing module, an unknown variable or a wrong number of arguments is an error. Shapes of values are
 * not compared, because a test passes only the fields that matter to it.
 */
import ts from 'typescript';

import project from './project.js';

/** TypeScript's codes: https://github.com/microsoft/TypeScript/blob/main/src/compiler/diagnosticMessages.json */
const NAME_ERRORS = {
	2304: 'Cannot find name',
	2305: 'Module has no exported member',
	2307: 'Cannot find module',
	2551: 'Property does not exist, did you mean …',
	2552: 'Cannot find name, did you mean …',
	2554: 'Expected N arguments',
	2555: 'Expected at least N arguments',
	2724: 'Module has no exported member, did you mean …',
};
const UNKNOWN_PROPERTY = 2339;

const toText = (diagnostic) => ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n');

/** A property that a module does not have is an export that is gone. */
const isAboutNames = (diagnostic) =>
	diagnostic.code in NAME_ERRORS ||
	(diagnostic.code === UNKNOWN_PROPERTY && /on type 'typeof /.test(toText(diagnostic)));

const host = {
	...ts.sys,
	getCurrentDirectory: () => project.root,
	onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
		throw new Error(toText(diagnostic));
	},
};
const config = ts.getParsedCommandLineOfConfigFile(
	`${project.root}/tsconfig.test.json`,
	undefined,
	host,
);
const program = ts.createProgram(config.fileNames, config.options);
const files = config.fileNames.map((name) => program.getSourceFile(name));
const diagnostics = files.flatMap((file) => [
	...program.getSyntacticDiagnostics(file),
	...program.getSemanticDiagnostics(file).filter(isAboutNames),
]);
process.stdout.write(
	ts.formatDiagnostics(diagnostics, {
		getCanonicalFileName: (name) => name,
		getCurrentDirectory: () => project.root,
		getNewLine: () => '\n',
	}),
);
console.log(`  ${files.length} files`);
process.exit(diagnostics.length > 0 ? 1 : 0);
