/** @type {import('jest').Config} */
module.exports = {
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/**/*.test.cts'],
	moduleFileExtensions: ['ts', 'cts', 'js', 'json', 'node'],
	transform: { '\\.c?ts$': ['ts-jest', { tsconfig: 'tsconfig.tools.json' }] },
	setupFiles: ['<rootDir>/test/support/environment.cts'],
	modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/e2e'],
};
