/**
 * The longest time that the event loop stood still while a node's `execute` was under way.
 *
 * A timer of 1 ms looks at the clock whenever the loop comes round. `monitorEventLoopDelay` would be cheaper, but it sees
 * neither the stretch from the beginning of `execute` to the first turn nor the one from the last turn to its end, and a
 * node that never gives way has nothing else. A chain of `setImmediate` would be finer than 1 ms, but it keeps a whole
 * core busy, of which the server and the garbage collector's threads then get less. The timer's own millisecond is taken off.
 *
 * On a machine that does other things too, a process may stand still because it gets no processor. So a stretch counts
 * for no more than the processor time that the process used in it.
 */
import { PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import type { IExecuteFunctions, INodeType } from 'n8n-workflow';

/** Milliseconds. */
const TURN = 1;
/** Milliseconds after which Node has told of a garbage collection that is over. */
const TOLD = 20;

export interface Block {
	/** Milliseconds that the longest block took. */
	longest: number;
	/** Milliseconds of it in which garbage was collected. */
	collecting: number;
	/** Milliseconds from the beginning of `execute` to its end, and when that was. */
	whole: number;
	ended: number;
	/** Milliseconds of processor time from its beginning to its end. */
	processor: number;
}

interface Stretch {
	from: number;
	to: number;
}

function processorTime(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1000;
}

export class BlockProbe {
	private began = 0;
	private ended = 0;
	private last = 0;
	private firstProcessor = 0;
	private lastProcessor = 0;
	private longest = 0;
	private where: Stretch = { from: 0, to: 0 };
	private timer: NodeJS.Timeout | undefined;
	private readonly collections: Stretch[] = [];
	private readonly observer = new PerformanceObserver((list) => {
		for (const { startTime, duration } of list.getEntries()) {
			this.collections.push({ from: startTime, to: startTime + duration });
		}
	});

	/** A node of which `execute` is watched. */
	watch(node: INodeType): INodeType {
		const begin = (): void => this.begin();
		const end = (): void => this.end();
		return {
			...node,
			async execute(this: IExecuteFunctions) {
				begin();
				try {
					return (await node.execute?.call(this)) ?? [];
				} finally {
					end();
				}
			},
		};
	}

	private begin(): void {
		this.observer.observe({ entryTypes: ['gc'] });
		this.firstProcessor = this.lastProcessor = processorTime();
		this.began = this.last = performance.now();
		this.timer = setInterval(() => this.look(), TURN);
	}

	private look(): void {
		const now = performance.now();
		const processor = processorTime();
		const block = Math.min(now - this.last - TURN, processor - this.lastProcessor);
		if (block > this.longest) {
			this.longest = block;
			this.where = { from: this.last, to: now };
		}
		this.last = now;
		this.lastProcessor = processor;
	}

	private end(): void {
		this.look();
		this.ended = this.last;
		clearInterval(this.timer);
	}

	async result(): Promise<Block> {
		await wait(TOLD);
		this.observer.disconnect();
		const { from, to } = this.where;
		const collecting = this.collections
			.map((collection) => Math.min(collection.to, to) - Math.max(collection.from, from))
			.filter((overlap) => overlap > 0)
			.reduce((sum, overlap) => sum + overlap, 0);
		return {
			longest: this.longest,
			collecting: Math.min(collecting, this.longest),
			whole: this.ended - this.began,
			ended: this.ended,
			processor: this.lastProcessor - this.firstProcessor,
		};
	}
}
