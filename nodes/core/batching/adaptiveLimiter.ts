/** How many requests may be in flight: as many as the user allows, fewer while the server is congested. */

/** As many calm replies, times its width, widen the limit by one: a server that stays busy is seldom asked for too much. */
const PATIENCE = 4;

/**
 * A limit that halves when a server is congested and widens slowly while it is calm (additive increase, multiplicative
 * decrease). The requests that were in flight together narrow it once.
 */
export class AdaptiveLimiter {
	private width: number;
	private inFlight = 0;
	private calmReplies = 0;
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
		this.width = Math.max(1, Math.floor(this.width / 2));
		this.calmReplies = 0;
		this.era++;
	}

	private widen(): void {
		if (this.width === this.widest || ++this.calmReplies < PATIENCE * this.width) return;
		this.width++;
		this.calmReplies = 0;
	}
}
