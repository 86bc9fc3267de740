/** Long work in turns: n8n is one process with one event loop, and nobody else's workflow moves while it is busy. */

/** Lets others have their turn, which may take a while. Throws where the work is not wanted any more. */
export type GiveWay = () => Promise<void>;

/** Milliseconds after which long work gives way. */
const LONGEST_TURN = 10;

/** Characters of a text that are worked on at one go: even what is slow to read takes a few milliseconds then. */
export const SLICE = 32 * 1024;

/** Times at most that are taken to be quick without a look at the clock. */
const MOST_UNSEEN = 7;

/** The turns of one work: `isOver` is asked often and is quick. */
export class Turns {
	private began = performance.now();
	private seen = this.began;
	/** How many times the clock was not looked at before it was last, and how many are left until it is again. */
	private unseen = 0;
	private left = 0;

	constructor(
		private readonly giveWay: GiveWay,
		private readonly longest = LONGEST_TURN,
	) {}

	isOver(): boolean {
		if (this.left > 0) {
			this.left--;
			return false;
		}
		const now = performance.now();
		// Short work does not pay for the clock; where a step was long, the next one is looked at.
		this.unseen = now - this.seen < 1 ? Math.min(2 * this.unseen + 1, MOST_UNSEEN) : 0;
		this.left = this.unseen;
		this.seen = now;
		return now - this.began > this.longest;
	}

	/** Waits for the next turn. */
	async next(): Promise<void> {
		await this.giveWay();
		this.began = this.seen = performance.now();
		this.unseen = this.left = 0;
	}
}
