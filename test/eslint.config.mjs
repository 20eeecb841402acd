/** Lints what does not ship: tests, scripts and configuration. `n8n-node lint` lints TypeScript only. */
import javascript from '@eslint/js';
import globals from 'globals';

export default [
	{ ignores: ['**/node_modules/'] },
	javascript.configs.recommended,
	{
		languageOptions: {
			ecmaVersion: 'latest',
			globals: { ...globals.nodeBuiltin, WebSocket: false },
		},
		linterOptions: { noInlineConfig: true },
		rules: {
			'array-callback-return': 'error',
			eqeqeq: 'error',
			'no-else-return': 'error',
			'no-return-assign': 'error',
			'no-shadow': 'error',
			'no-unused-vars': [
				'error',
				{ argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
			],
			'no-useless-return': 'error',
			'no-var': 'error',
			'object-shorthand': 'error',
			'prefer-const': 'error',
		},
	},
	{ files: ['**/*.js'], languageOptions: { sourceType: 'commonjs', globals: globals.node } },
	{
		files: ['test/**/*.js'],
		languageOptions: { globals: globals.jest },
		rules: {
			'no-restricted-properties': [
				'error',
				...['describe', 'test'].map((object) => ({
					object,
					property: 'only',
					message: 'All tests must run.',
				})),
			],
		},
	},
	// Their functions run in a browser too.
	{
		files: ['test/e2e/editorStage.js', 'test/e2e/portal.test.js'],
		languageOptions: { globals: globals.browser },
	},
];
