/** @type {import('jest').Config} */
module.exports = {
	testEnvironment: 'node',
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
