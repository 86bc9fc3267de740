/** The version of an installed package. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, read, textOf } from '../test/support/json.cts';

export function versionOf(packageFolder: string): string {
	return textOf(at(read(readFileSync(join(packageFolder, 'package.json'), 'utf8')), 'version'));
}
