const common = {
	rootDir: __dirname,
	testEnvironment: 'node',
	transform: {},
	modulePathIgnorePatterns: [
		'<rootDir>/.n8n/',
		'<rootDir>/test/n8n/',
		'<rootDir>/test/n8n-oldest/',
	],
};

/** Tests run what ships: the compiled files in dist/, which test/harness/test.js builds first. */
module.exports = {
	projects: [
		{ ...common, displayName: 'unit', testMatch: ['<rootDir>/test/unit/**/*.test.js'] },
		{ ...common, displayName: 'nodes', testMatch: ['<rootDir>/test/nodes/**/*.test.js'] },
		{
			...common,
			displayName: 'e2e',
			testMatch: ['<rootDir>/test/e2e/**/*.test.js'],
			globalSetup: '<rootDir>/test/e2e/boot.js',
			globalTeardown: '<rootDir>/test/e2e/shutdown.js',
		},
		{ ...common, displayName: 'soak', testMatch: ['<rootDir>/test/soak/**/*.test.js'] },
	],
	testTimeout: 600_000,
};
