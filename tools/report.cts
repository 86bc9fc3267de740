/** Reports under docs/reports, and what they say of where they were made. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { arch, cpus, totalmem, type as system } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './root.cts';

const GIGABYTE = 1024 ** 3;

function machine(): string {
	return `${cpus().length} cores, ${Math.round(totalmem() / GIGABYTE)} GB, ${system()} ${arch()}`;
}

/** A report as Markdown: what was run, when and where, and what came of it. */
export function reportText(title: string, facts: Record<string, string>, body: string): string {
	const today = new Date().toISOString().slice(0, 10);
	const lines = Object.entries({ Date: today, Machine: machine(), ...facts }).map(
		([fact, value]) => `- ${fact}: ${value}`,
	);
	return `# ${title}\n\n${lines.join('\n')}\n\n${body.trim()}\n`;
}

/** Writes docs/reports/<name>.md. */
export function writeReport(name: string, title: string, facts: Record<string, string>, body: string): void {
	const folder = join(ROOT, 'docs', 'reports');
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, `${name}.md`), reportText(title, facts, body));
}
