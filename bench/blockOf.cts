/**
 * One line of the table of blocks in a process of its own: the node, or one that only sends the same. Runs up to three
 * times and prints each run as a line of JSON as it ends: by line, address, and 'node' or 'control'.
 */
import { HopsworksModel } from '../nodes/HopsworksModel/HopsworksModel.node.ts';
import { pluralize } from '../nodes/core/failure/pluralize.ts';
import { runModel, type RunOptions, type RunResult } from '../test/support/engine.cts';
import { cases, type BlockCase } from './blockCases.cts';
import { controlNode } from './blockControl.cts';
import { BlockProbe, type Block } from './blockProbe.cts';
import { predict } from './blockTableCases.cts';
import { collect } from './collect.cts';
import { table } from './table.cts';

export interface BlockRun extends Block {
	/** Milliseconds that `execute` went on after the run was cancelled. */
	afterCancel: number;
	/** Resident memory at its highest above that of the process before, in MB. */
	megabytes: number;
	/** What came of it, in words. */
	came: string;
}

const RUNS = 3;
/** Milliseconds of a run after which there is no other. */
const SLOW = 10_000;
const KILOBYTES = 1000;

function cameOf({ error, success, status }: RunResult): string {
	if (error) return `failed: ${error.message}`;
	return status === 'success' ? pluralize(success.length, 'item') : status;
}

async function runOnce(one: BlockCase, url: string, isControl: boolean): Promise<BlockRun> {
	const probe = new BlockProbe();
	const node = isControl && one.same ? controlNode(url, one.same) : new HopsworksModel();
	const options: RunOptions = { ...one.run(url), node: probe.watch(node), cancelAfter: one.cancelAfter };
	const before = process.memoryUsage.rss() / 1024;
	const cancelled = performance.now() + (one.cancelAfter ?? 0);
	const came = cameOf(await runModel(options));
	const block = await probe.result();
	return {
		...block,
		// No more than the processor time of all, as with the blocks themselves.
		afterCancel: Math.min(block.ended - cancelled, block.processor),
		megabytes: (process.resourceUsage().maxRSS - before) / KILOBYTES,
		came,
	};
}

async function main([number, url = '', arm]: string[]): Promise<void> {
	const one = cases[Number(number)];
	if (!one) throw new Error(`there is no line ${String(number)}`);
	// What n8n loads with the first request of a process is not the node's.
	await runModel({ items: table(1000), credential: { servingUrl: url }, parameters: predict() });
	for (let run = 0; run < RUNS; run++) {
		collect();
		const made = await runOnce(one, url, arm === 'control');
		console.log(JSON.stringify(made));
		if (made.whole > SLOW) break;
	}
	process.exit();
}

if (require.main === module) void main(process.argv.slice(2));
