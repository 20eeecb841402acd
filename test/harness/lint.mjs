/**
 * Lints what ships with a newer eslint-plugin-n8n-nodes-base than the one in `n8n-node lint`. The only
 * exceptions are those that n8n makes for community packages; inline ones have no effect.
 */
import { ESLint } from 'eslint';
import plugin from 'eslint-plugin-n8n-nodes-base';
import typescript from 'typescript-eslint';

import project from './project.js';

const parser = { parser: typescript.parser, parserOptions: { extraFileExtensions: ['.json'] } };
const off = (...rules) =>
	Object.fromEntries(rules.map((rule) => [`n8n-nodes-base/${rule}`, 'off']));
const config = (files, rules) => ({
	files,
	plugins: { 'n8n-nodes-base': plugin },
	languageOptions: parser,
	rules,
});

const eslint = new ESLint({
	cwd: project.root,
	allowInlineConfig: false,
	overrideConfigFile: true,
	overrideConfig: [
		config(['package.json'], plugin.configs.community.rules),
		config(['credentials/**/*.ts'], {
			...plugin.configs.credentials.rules,
			...off(
				'cred-class-field-documentation-url-miscased',
				'cred-class-field-type-options-password-missing',
			),
		}),
		config(['nodes/**/*.ts'], {
			...plugin.configs.nodes.rules,
			...off(
				'node-class-description-inputs-wrong-regular-node',
				'node-class-description-outputs-wrong',
				'node-param-type-options-max-value-present',
			),
		}),
	],
});

const results = await eslint.lintFiles(['package.json', 'nodes/**/*.ts', 'credentials/**/*.ts']);
const formatter = await eslint.loadFormatter('stylish');
process.stdout.write(await formatter.format(results));
console.log(`  ${results.length} files`);
process.exit(results.some(({ errorCount, warningCount }) => errorCount + warningCount > 0) ? 1 : 0);
