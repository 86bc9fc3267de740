/** Scores a table in a process of its own and prints as JSON how long it took and how much memory it held: by arm, rows, address. */
import { collect } from './collect.cts';
import { byIdleNode, byNode } from './engineArms.cts';
import { byScript } from './script.cts';
import { table } from './table.cts';

export interface Held {
	/** Milliseconds of the one run. */
	milliseconds: number;
	/** Resident memory at its highest above that of the process before, less the items in and out as they are on the heap; in MB. */
	above: number;
}

const MEGABYTE = 1024 * 1024;

async function main([arm, rows, url]: string[]): Promise<void> {
	const score = { node: byNode, idle: byIdleNode, script: byScript }[arm ?? ''] ?? byNode;
	await score(table(10_000), url ?? '');
	collect();
	const { rss, heapUsed } = process.memoryUsage();
	const items = table(Number(rows));
	let peak = 0;
	const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20);
	const scored = await score(items, url ?? '');
	peak = Math.max(peak, process.memoryUsage.rss());
	clearInterval(watch);
	collect();
	const own = process.memoryUsage().heapUsed - heapUsed;
	if (scored.items.length !== items.length) throw new Error(`${scored.items.length} of ${items.length} rows scored`);
	const held: Held = { milliseconds: scored.milliseconds, above: (peak - rss - own) / MEGABYTE };
	console.log(JSON.stringify(held));
}

if (require.main === module) void main(process.argv.slice(2));
