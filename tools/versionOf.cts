/** The version of an installed package. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export function versionOf(packageFolder: string): string {
	const { version }: { version: string } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
	return version;
}
