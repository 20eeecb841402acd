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

/**
 * Unit and node tests run the compiled modules in build/, which test/harness/test.js builds first. End-to-end tests
 * run the package.
 */
module.exports = {
	projects: [
		{ ...common, displayName: 'unit', testMatch: ['<rootDir>/test/unit/**/*.test.js'] },
		{ ...common, displayName: 'nodes', testMatch: ['<rootDir>/test/nodes/**/*.test.js'] },
		{
			...common,
			displayName: 'e2e',
			testEnvironment: '<rootDir>/test/harness/timedEnvironment.js',
			testMatch: ['<rootDir>/test/e2e/**/*.test.js'],
			globalSetup: '<rootDir>/test/e2e/boot.js',
			globalTeardown: '<rootDir>/test/e2e/shutdown.js',
		},
		{ ...common, displayName: 'soak', testMatch: ['<rootDir>/test/soak/**/*.test.js'] },
	],
	testTimeout: 600_000,
};
