/**
 * Builds and packs the package twice, here and in a copy in another folder, and fails unless both tarballs are the same byte for
 * byte: so anyone can build the published package again from its commit and compare. Usage: node scripts/packTwice.mjs
 */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import execa from 'execa';

const folder = mkdtempSync(join(tmpdir(), 'twice-'));
const copy = join(folder, 'copy');

/**
 * Builds and packs a checkout.
 * @param {string} checkout
 * @param {string} name of the folder that gets the tarball
 * @returns {Promise<{ name: string, hash: string }>}
 */
async function pack(checkout, name) {
	const target = join(folder, name);
	mkdirSync(target);
	await execa('npm', ['run', 'build', '--silent'], { cwd: checkout });
	await execa('npm', ['pack', '--silent', '--pack-destination', target], { cwd: checkout });
	const [tarball] = readdirSync(target);
	if (tarball === undefined) throw new Error('npm pack made no tarball');
	return {
		name: tarball,
		hash: createHash('sha256')
			.update(readFileSync(join(target, tarball)))
			.digest('hex'),
	};
}

try {
	const { stdout: tracked } = await execa('git', ['ls-files', '-z']);
	for (const file of tracked.split('\0').filter((one) => one !== '' && existsSync(one))) cpSync(file, join(copy, file));
	symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
	const [here, there] = [await pack('.', 'here'), await pack(copy, 'there')];
	console.log(`${here.name} from two builds:\n  ${here.hash}\n  ${there.hash}`);
	if (here.hash !== there.hash) {
		console.error('The two tarballs differ.');
		process.exitCode = 1;
	}
} finally {
	rmSync(folder, { recursive: true });
}
