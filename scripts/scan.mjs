/** n8n's package scanner on the source and on the packed tarball, and a look at what the tarball holds. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { analyzePackage, SOURCE_FILE_PATTERNS } from '@n8n/scan-community-package/scanner/scanner.mjs';
import execa from 'execa';

const SHIPPED = /^(dist\/.+|package\.json|README\.md|LICENSE|CHANGELOG\.md)$/;
/** Bytes, so that a library or a file that strayed into the package is seen: it grows by tens of thousands with what it can do. */
const LARGEST = 900_000;

const folder = mkdtempSync(join(tmpdir(), 'scan-'));
/** @type {string[]} */
const findings = [];

/**
 * What is at the end of a way of names.
 * @param {unknown} value
 * @param {string[]} way
 * @returns {unknown}
 */
function at(value, ...way) {
	return way.reduce(
		(inside, name) => (typeof inside === 'object' && inside !== null ? Reflect.get(inside, name) : undefined),
		value,
	);
}

/**
 * A list of texts, which it has to be.
 * @param {unknown} value
 * @returns {string[]}
 */
function textsOf(value) {
	if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
	throw new Error(`that is no list of texts: ${JSON.stringify(value)}`);
}

/** @param {string} name @param {string} root @param {string[]} patterns */
async function scan(name, root, patterns) {
	const { passed, message, details } = await analyzePackage(root, patterns);
	console.log(`Scanner on the ${name}: ${passed ? 'no finding' : message}`);
	if (!passed) findings.push(`${name}: ${message}\n${details ?? ''}`);
}

const { stdout: report } = await execa('npm', ['pack', '--json', '--pack-destination', folder]);
/** @type {unknown} */
const packed = JSON.parse(report);
/** @type {unknown[]} */
const [tarball] = typeof packed === 'object' && packed !== null ? Object.values(packed) : [];
const [filename, size, files] = [at(tarball, 'filename'), at(tarball, 'unpackedSize'), at(tarball, 'files')];
if (typeof filename !== 'string' || typeof size !== 'number' || !Array.isArray(files)) {
	throw new Error('npm pack made no tarball');
}
await execa('tar', ['-xzf', join(folder, filename), '-C', folder]);

await scan('source', process.cwd(), SOURCE_FILE_PATTERNS);
await scan('tarball', join(folder, 'package'), ['**/*.js', 'package.json']);
/** @type {unknown} */
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const paths = textsOf(files.map((/** @type {unknown} */ file) => at(file, 'path')));
const missing = ['nodes', 'credentials']
	.flatMap((kind) => textsOf(at(manifest, 'n8n', kind)))
	.filter((path) => !paths.includes(path));
if (missing.length > 0) findings.push(`The tarball lacks ${missing.join(', ')}: build first`);
const strays = paths.filter((path) => !SHIPPED.test(path));
if (strays.length > 0) findings.push(`The tarball holds more than it should: ${strays.join(', ')}`);
if (size > LARGEST) findings.push(`The tarball unpacks to ${size} bytes, more than ${LARGEST}`);
console.log(`The tarball holds ${paths.length} files, ${size.toLocaleString('en-US')} bytes unpacked`);
rmSync(folder, { recursive: true });

if (findings.length > 0) {
	console.error(findings.join('\n'));
	process.exitCode = 1;
}
