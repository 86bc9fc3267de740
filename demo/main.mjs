/**
 * The door of the demo: help, and what the first start takes, said before anything is installed.
 * Plain JavaScript for that reason. Usage: npm start -- --help
 */
import '../scripts/nodeVersion.mjs';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { HELP, readArguments } from './arguments.mjs';
import { costOfStart } from './firstStart.mjs';

const ROOT = join(import.meta.dirname, '..');

/** @param {string} sentence */
function refuse(sentence) {
	console.error(sentence);
	process.exitCode = 1;
}

function asked() {
	try {
		return readArguments(process.argv.slice(2));
	} catch (error) {
		return new Error(
			`${error instanceof Error ? error.message : String(error)}\n\nnpm start -- --help says what there is.`,
		);
	}
}

function begin() {
	const wanted = asked();
	if (wanted instanceof Error) return refuse(wanted.message);
	if (wanted === 'help') return console.log(HELP);
	const cost = costOfStart();
	if (cost !== undefined) console.log(`${cost}\n`);
	const { status } = spawnSync(process.execPath, [join(ROOT, 'scripts', 'install.mjs')], {
		cwd: ROOT,
		stdio: 'inherit',
	});
	if (status !== 0) {
		process.exitCode = 1;
		return;
	}
	const require = createRequire(import.meta.url);
	require('tsx/cjs');
	require('./start.cts').startDemo(wanted);
}

begin();
