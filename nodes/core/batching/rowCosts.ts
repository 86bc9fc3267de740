/** What a row took in requests of different sizes, and what it may gain in larger ones. */

interface Known {
	/** Rows of a request. */
	size: number;
	/** Milliseconds a row. */
	cost: number;
}

export class RowCosts {
	private readonly costs = new Map<number, number>();

	get areKnown(): boolean {
		return this.costs.size > 0;
	}

	get(size: number): number | undefined {
		return this.costs.get(size);
	}

	set(size: number, cost: number): void {
		this.costs.set(size, cost);
	}

	/** The next smaller size. */
	below(size: number): Known | undefined {
		const smaller = [...this.costs].filter(([other]) => other < size);
		const [largest] = smaller.toSorted(([one], [other]) => other - one);
		return largest && { size: largest[0], cost: largest[1] };
	}

	/**
	 * The part of a row's time that a larger size is to save. A request takes some time, and each of its rows: what two sizes
	 * took tells both. Where only one is known, all is to be hoped for.
	 */
	gain(size: number, larger: number): number {
		const cost = this.costs.get(size);
		const before = this.below(size);
		if (cost === undefined || !before) return 1;
		const perRequest = (before.cost - cost) / (1 / before.size - 1 / size);
		return (perRequest / size - perRequest / larger) / cost;
	}
}

export function median(values: number[]): number {
	const sorted = values.toSorted((one, other) => one - other);
	return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
