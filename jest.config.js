const { availableParallelism } = require('node:os');

/** @type {import('jest').Config} */
module.exports = {
	// Packages stay loaded from one test file to the next: docs/decisions/0027-packages-stay-loaded.md.
	testEnvironment: '<rootDir>/test/support/oneContext.cts',
	runtime: '<rootDir>/test/support/runtime.cjs',
	// Tests wait for servers as long as they compute, so two share a processor; each holds an engine of n8n in memory.
	maxWorkers: Math.min(2 * availableParallelism(), 8),
	// A bound against a test that hangs, wide enough for a machine that is busy with something else.
	testTimeout: 30_000,
	testMatch: ['<rootDir>/test/**/*.test.cts'],
	moduleFileExtensions: ['ts', 'cts', 'js', 'json', 'node'],
	// TypeScript's own spelling of a dynamic import, found as source.
	moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
	// As the build compiles: jest cannot run the dynamic import that the tools' settings leave in. Types are tsc's business.
	transform: { '\\.c?ts$': ['ts-jest', { tsconfig: 'tsconfig.json' }] },
	setupFiles: ['<rootDir>/test/support/environment.cts'],
	modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/e2e'],
};
