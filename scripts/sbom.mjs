/**
 * Writes the package's bill of materials (SBOM) in CycloneDX's JSON. Usage: node scripts/sbom.mjs <file>
 * npm makes it, and names the package after the folder that it lies in; here it gets its own name.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import execa from 'execa';

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('Say which file to write: node scripts/sbom.mjs <file>');

/** @type {{ name: string }} */
const { name } = JSON.parse(readFileSync('package.json', 'utf8'));
const shipped = ['--omit', 'dev', '--omit', 'optional', '--omit', 'peer'];
// From the lock file, whatever is installed.
const form = ['--sbom-format', 'cyclonedx', '--sbom-type', 'library', '--package-lock-only'];
const { stdout } = await execa('npm', ['sbom', ...form, ...shipped]);
/** @type {{ metadata: { component: { name: string } }, components: object[] }} */
const bill = JSON.parse(stdout);
bill.metadata.component.name = name;
writeFileSync(file, `${JSON.stringify(bill, null, 2)}\n`);
console.log(`${file}: ${name} and ${bill.components.length} packages that it brings along`);
