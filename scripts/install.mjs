/**
 * Installs what a folder's lock file asks for, unless just that is installed already.
 * Plain JavaScript, because it runs before anything is installed. Usage: node scripts/install.mjs [folder]
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const SECONDS_BETWEEN_SIGNS = 15;
const UNREACHED = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/i;

const OLDEST_NODE = '20.17.0';

/** @param {string} version */
const numbers = (version) => version.split('.').map(Number);
const [[major = 0, minor = 0], [oldestMajor = 0, oldestMinor = 0]] = [
	numbers(process.versions.node),
	numbers(OLDEST_NODE),
];
if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
	console.error(`This needs Node ${OLDEST_NODE} or newer; this is ${process.versions.node}.`);
	process.exit(1);
}

const folder = resolve(process.argv[2] ?? '.');
const stamp = join(folder, 'node_modules', '.installed');

/** What must be installed: a change of the lock file or of the platform asks for it anew. */
function wanted() {
	const lock = readFileSync(join(folder, 'package-lock.json'));
	return createHash('sha256').update(lock).update(`${process.platform} ${process.arch}`).digest('hex');
}

/** @returns {Promise<{ code: number, errors: string }>} */
function npmCi() {
	const own = process.env.npm_execpath;
	const [command, ...first] = own?.endsWith('.js') ? [process.execPath, own] : ['npm'];
	const npm = spawn(command, [...first, 'ci', '--ignore-scripts', '--loglevel=error', '--no-audit', '--no-fund'], {
		cwd: folder,
		stdio: ['ignore', 'inherit', 'pipe'],
	});
	const started = Date.now();
	const sign = setInterval(() => {
		console.log(`  still installing (${Math.round((Date.now() - started) / 1000)} s)`);
	}, SECONDS_BETWEEN_SIGNS * 1000);
	let errors = '';
	npm.stderr.on('data', (text) => (errors += text));
	return new Promise((done) => {
		const end = (/** @type {number} */ code) => {
			clearInterval(sign);
			done({ code, errors });
		};
		npm.on('error', (error) => {
			errors += error.message;
			end(1);
		});
		npm.on('close', (code) => end(code ?? 1));
	});
}

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted()) {
	/** @type {unknown} */
	const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
	const name = typeof manifest === 'object' && manifest !== null && 'name' in manifest ? manifest.name : folder;
	console.log(`Installing the dependencies of ${String(name)} …`);
	const { code, errors } = await npmCi();
	if (code === 0) {
		writeFileSync(stamp, wanted());
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
