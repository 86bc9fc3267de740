/**
 * Installs what a folder's lock file asks for, unless just that is installed already.
 * Plain JavaScript, because it runs before anything is installed. Usage: node scripts/install.mjs [folder]
 */
import './nodeVersion.mjs';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isInstalled, markInstalled, packagesOf } from './lockFile.mjs';

const SECONDS_BETWEEN_SIGNS = 10;
const UNREACHED = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/i;

const folder = resolve(process.argv[2] ?? '.');

/** @param {number} number */
const counted = (number) => number.toLocaleString('en');

/** Says now and then how far npm is, which says nothing itself until it is done. */
function showProgress() {
	const packages = packagesOf(folder);
	const started = Date.now();
	return setInterval(() => {
		const inPlace = packages.filter((path) => existsSync(join(path, 'package.json'))).length;
		const seconds = Math.round((Date.now() - started) / 1000);
		// npm fetches many before it unpacks the first, and moves things about after the last.
		const doing =
			inPlace === 0
				? `fetching ${counted(packages.length)} packages`
				: `${counted(inPlace)} of ${counted(packages.length)} packages unpacked`;
		console.log(`  ${doing} (${seconds} s)`);
	}, SECONDS_BETWEEN_SIGNS * 1000);
}

/** @returns {Promise<{ code: number, errors: string }>} */
function npmCi() {
	const own = process.env.npm_execpath;
	const [command, ...first] = own?.endsWith('.js') ? [process.execPath, own] : ['npm'];
	const npm = spawn(command, [...first, 'ci', '--ignore-scripts', '--loglevel=error', '--no-audit', '--no-fund'], {
		cwd: folder,
		stdio: ['ignore', 'inherit', 'pipe'],
	});
	const progress = showProgress();
	let errors = '';
	npm.stderr.on('data', (text) => (errors += text));
	return new Promise((done) => {
		const end = (/** @type {number} */ code) => {
			clearInterval(progress);
			done({ code, errors });
		};
		npm.on('error', (error) => {
			errors += error.message;
			end(1);
		});
		npm.on('close', (code) => end(code ?? 1));
	});
}

if (!isInstalled(folder)) {
	/** @type {unknown} */
	const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
	const name = typeof manifest === 'object' && manifest !== null && 'name' in manifest ? manifest.name : folder;
	console.log(`Installing the dependencies of ${String(name)} …`);
	const { code, errors } = await npmCi();
	if (code === 0) {
		markInstalled(folder);
	} else {
		console.error(errors.trim());
		console.error(
			UNREACHED.test(errors)
				? '\nThe npm registry was not reached. Check the network, and the proxy settings of npm, then try again.'
				: '\nnpm could not install the dependencies; its own words are above.',
		);
		process.exitCode = 1;
	}
}
