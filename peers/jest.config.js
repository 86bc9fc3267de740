/** @type {import('jest').Config} */
module.exports = {
	...require('../jest.config.js'),
	// A single file, which has nothing to share.
	testEnvironment: 'node',
	rootDir: '..',
	testMatch: ['<rootDir>/peers/*.test.cts'],
	globalSetup: '<rootDir>/peers/beforeAllSuites.cts',
	globalTeardown: '<rootDir>/peers/afterAllSuites.cts',
	modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/e2e/n8n'],
	testTimeout: 120_000,
	// The servers and the machine are shared.
	maxWorkers: 1,
};
