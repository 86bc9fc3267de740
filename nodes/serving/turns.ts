/** Long work in turns: n8n is one process with one event loop, and nobody else's workflow moves while it is busy. */

/** Lets others have their turn, which may take a while. Throws where the work is not wanted any more. */
export type GiveWay = () => Promise<void>;

/** Milliseconds after which long work gives way. */
const LONGEST_TURN = 10;

/** Characters of a text that are worked on at one go: even what is slow to read takes a few milliseconds then. */
export const SLICE = 32 * 1024;

/** The turns of one work: `isOver` is asked often and is quick. */
export class Turns {
	private began = performance.now();

	constructor(private readonly giveWay: GiveWay) {}

	isOver(): boolean {
		return performance.now() - this.began > LONGEST_TURN;
	}

	/** Waits for the next turn. */
	async next(): Promise<void> {
		await this.giveWay();
		this.began = performance.now();
	}
}
