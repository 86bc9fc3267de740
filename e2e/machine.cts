/** What a report says first: when, on which software, on how large a machine. */
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './process.cts';

const GIGABYTE = 1024 ** 3;

/** The version of a package that is installed below a folder of the checkout. */
export function versionOf(name: string, folder = '.'): string {
	const { version }: { version: string } = JSON.parse(
		readFileSync(join(ROOT, folder, 'node_modules', name, 'package.json'), 'utf8'),
	);
	return version;
}

/** The first lines of a report, under its title. */
export function heading(title: string, command: string, versions: string[]): string {
	const date = new Date().toISOString().slice(0, 10);
	const size = `${cpus().length} cores, ${Math.round(totalmem() / GIGABYTE)} GB`;
	return `# ${title}\n\nWritten by \`${command}\` on ${date}. ${versions.join(', ')}; ${process.platform}, ${size}.\n`;
}

/** A table in Markdown. */
export function markdownTable(head: string[], rows: string[][]): string {
	const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
	return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
