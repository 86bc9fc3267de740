/**
 * Loaded into a process before its own code (`node --require`): adds to the file RESOLVED_FILE a line for each module that the
 * package asks for by name, with the file that it gets.
 */
const { appendFileSync } = require('node:fs');
const Module = require('node:module');

const OWN_FILE = /[\\/]nodes[\\/]node_modules[\\/]n8n-nodes-hopsworks[\\/]/;
const resolve = Module._resolveFilename;

Module._resolveFilename = (name, parent, ...rest) => {
	const file = resolve(name, parent, ...rest);
	if (/^[@a-z]/.test(name) && OWN_FILE.test(parent?.filename ?? '')) {
		appendFileSync(process.env.RESOLVED_FILE, `${JSON.stringify({ name, file })}\n`);
	}
	return file;
};
