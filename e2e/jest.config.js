/** @type {import('jest').Config} */
module.exports = {
	...require('../jest.config.js'),
	// In a context of their own: these do not run n8n's engine themselves.
	testEnvironment: 'node',
	rootDir: '..',
	testMatch: ['<rootDir>/e2e/*.test.cts'],
	setupFiles: [],
	// Here and not in a test file, whose hooks have a time limit.
	globalSetup: '<rootDir>/e2e/beforeAllSuites.cts',
	modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/e2e/n8n'],
	testTimeout: 300_000,
	// One n8n after the other: each wants the processor, and its package is packed from the same dist.
	maxWorkers: 1,
};
