/** How many requests may be in flight: as many as the user allows, fewer while the server is congested. */

/** As many calm replies, times its width, widen the limit by one, and are twice as many after each widening that was too much. */
const PATIENCE = 4;
const MOST_PATIENCE = 64;

/**
 * A limit that halves when a server is congested and widens slowly while it is calm (additive increase, multiplicative
 * decrease). Where the last widening alone was too much, it goes back by that one. The requests that were in flight together
 * narrow it once.
 */
export class AdaptiveLimiter {
	private width: number;
	private inFlight = 0;
	private calmReplies = 0;
	private patience = PATIENCE;
	/** Whether it was widened, and has not been calm for long enough since to be widened again. */
	private isTryingMore = false;
	/** Counts the narrowings, so that a request that began before the last one does not narrow it again. */
	private era = 0;
	private readonly waiting: Array<() => void> = [];

	constructor(private readonly widest: number) {
		this.width = widest;
	}

	/** Waits for a place; the result goes back to `leave`. */
	async enter(): Promise<number> {
		if (this.inFlight < this.width) this.inFlight++;
		else await new Promise<void>((admit) => this.waiting.push(admit));
		return this.era;
	}

	leave(era: number, isCongested: boolean): void {
		if (!isCongested) this.widen();
		else if (era === this.era) this.narrow();
		this.inFlight--;
		while (this.inFlight < this.width) {
			const admit = this.waiting.shift();
			if (!admit) return;
			this.inFlight++;
			admit();
		}
	}

	private narrow(): void {
		const narrower = this.isTryingMore ? this.width - 1 : Math.floor(this.width / 2);
		this.patience = this.isTryingMore ? Math.min(2 * this.patience, MOST_PATIENCE) : PATIENCE;
		this.width = Math.max(1, narrower);
		this.isTryingMore = false;
		this.calmReplies = 0;
		this.era++;
	}

	private widen(): void {
		if (++this.calmReplies < this.patience * this.width) return;
		this.calmReplies = 0;
		if (this.isTryingMore) this.patience = PATIENCE;
		this.isTryingMore = this.width < this.widest;
		if (this.isTryingMore) this.width++;
	}
}
