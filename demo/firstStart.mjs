/** What the first start takes. Plain JavaScript, because it is read before anything is installed. */
import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import { isInstalled } from '../scripts/lockFile.mjs';

const ROOT = join(import.meta.dirname, '..');

/** What is installed, with its megabytes to fetch and on disk as they were measured, and the minutes on two cores. */
const PARTS = [
	{ folder: ROOT, what: 'the tools of this project', fetched: 380, onDisk: 1040, minutes: 1.5 },
	{ folder: join(ROOT, 'e2e', 'n8n'), what: 'n8n with a Node of its own', fetched: 760, onDisk: 2860, minutes: 3 },
];
const MEGABYTE = 1024 ** 2;

/** @param {number} megabytes */
const shown = (megabytes) =>
	megabytes < 1000 ? `${Math.round(megabytes / 10) * 10} MB` : `${(megabytes / 1000).toFixed(1)} GB`;

/** What is about to be installed, said before it begins; nothing where all of it is there. */
export function costOfStart(parts = PARTS) {
	const missing = parts.filter(({ folder }) => !isInstalled(folder));
	if (missing.length === 0) return undefined;
	/** @param {(part: (typeof PARTS)[number]) => number} of */
	const sum = (of) => missing.reduce((total, part) => total + of(part), 0);
	const [fetched, onDisk, minutes] = [
		sum((part) => part.fetched),
		sum((part) => part.onDisk),
		sum((part) => part.minutes),
	];
	const { bavail, bsize } = statfsSync(ROOT);
	const free = (bavail * bsize) / MEGABYTE;
	return [
		`This start installs ${missing.map(({ what }) => what).join(', and ')}:`,
		`about ${shown(fetched)} to download and ${shown(onDisk)} on disk in this folder, in about ${Math.ceil(minutes)} minutes on two cores.`,
		'Later starts take under half a minute. Ctrl-C breaks it off; what npm has fetched by then it keeps.',
		...(free < onDisk ? [`Mind that only ${shown(free)} are free on this disk.`] : []),
	].join('\n');
}
