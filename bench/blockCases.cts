/** The lines of the table of blocks: what is run, and what of it must not take long. */
import type { RunOptions } from '../test/support/engine.cts';
import type { SameRequest } from './blockControl.cts';
import { replyCases } from './blockReplyCases.cts';
import { tableCases } from './blockTableCases.cts';

export interface BlockCase {
	what: string;
	/** Most milliseconds that the node may block for, where a bar is set. */
	bar?: number;
	/** Left out of a short run. */
	isLong?: boolean;
	/** Whether the memory that it takes is of interest. */
	showsMemory?: boolean;
	/** Milliseconds after which the run is cancelled: what is shown is how long the node goes on then. */
	cancelAfter?: number;
	run(url: string): RunOptions;
	/** What a node that does nothing sends in its place, where that tells something. */
	same?: SameRequest;
}

export const cases: BlockCase[] = [...tableCases, ...replyCases];
