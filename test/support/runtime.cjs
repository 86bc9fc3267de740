/**
 * How jest loads what a test file imports: the project's own files anew for every test file; packages, jest's own among them,
 * once a process and by Node itself. n8n's engine alone takes seconds to load.
 */
const { createRequire } = require('node:module');
const { compileFunction } = require('node:vm');
const { default: Runtime } = require('jest-runtime');

const isPackage = (name) => name !== undefined && !name.startsWith('.') && !name.startsWith('/');

module.exports = class extends Runtime {
	requireModuleOrMock(from, name) {
		if (this._environment.sharesPackages && isPackage(name)) return createRequire(from)(name);
		return super.requireModuleOrMock(from, name);
	}

	requireInternalModule(from, name) {
		if (this._environment.sharesPackages && isPackage(name)) return createRequire(from)(name);
		return super.requireInternalModule(from, name);
	}

	createScriptFromCode(source, filename) {
		if (!this._environment.sharesPackages) return super.createScriptFromCode(source, filename);
		return compileFunction(source, this.constructInjectedModuleParameters(), { filename });
	}
};
