/** n8n's package scanner on the source and on the packed tarball, and a look at what the tarball holds. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { analyzePackage, SOURCE_FILE_PATTERNS } from '@n8n/scan-community-package/scanner/scanner.mjs';
import execa from 'execa';

const SHIPPED = /^(dist\/.+|package\.json|README\.md|LICENSE|CHANGELOG\.md)$/;
const LARGEST = 400_000;

const folder = mkdtempSync(join(tmpdir(), 'scan-'));
/** @type {string[]} */
const findings = [];

/** @param {string} name @param {string} root @param {string[]} patterns */
async function scan(name, root, patterns) {
	const { passed, message, details } = await analyzePackage(root, patterns);
	console.log(`Scanner on the ${name}: ${passed ? 'no finding' : message}`);
	if (!passed) findings.push(`${name}: ${message}\n${details ?? ''}`);
}

const { stdout: report } = await execa('npm', ['pack', '--json', '--pack-destination', folder]);
/** @type {Array<{ filename: string, unpackedSize: number, files: Array<{ path: string }> }>} */
const packed = Object.values(JSON.parse(report));
const [tarball] = packed;
if (!tarball) throw new Error('npm pack made no tarball');
await execa('tar', ['-xzf', join(folder, tarball.filename), '-C', folder]);

await scan('source', process.cwd(), SOURCE_FILE_PATTERNS);
await scan('tarball', join(folder, 'package'), ['**/*.js', 'package.json']);
/** @type {{ n8n: { nodes: string[], credentials: string[] } }} */
const { n8n } = JSON.parse(readFileSync('package.json', 'utf8'));
const paths = tarball.files.map(({ path }) => path);
const missing = [...n8n.nodes, ...n8n.credentials].filter((path) => !paths.includes(path));
if (missing.length > 0) findings.push(`The tarball lacks ${missing.join(', ')}: build first`);
const strays = paths.filter((path) => !SHIPPED.test(path));
if (strays.length > 0) findings.push(`The tarball holds more than it should: ${strays.join(', ')}`);
if (tarball.unpackedSize > LARGEST)
	findings.push(`The tarball unpacks to ${tarball.unpackedSize} bytes, more than ${LARGEST}`);
console.log(
	`The tarball holds ${tarball.files.length} files, ${tarball.unpackedSize.toLocaleString('en-US')} bytes unpacked`,
);
rmSync(folder, { recursive: true });

if (findings.length > 0) {
	console.error(findings.join('\n'));
	process.exitCode = 1;
}
