/** A bounded number of jobs under way at a time. */

/**
 * Works through jobs with at most `width` under way: whenever one ends the next begins, so that nothing waits for the
 * slowest of a group. Begins no further job once `work` has answered false or has thrown; those under way are finished.
 */
export async function mapPool<Job>(
	jobs: Iterable<Job> | AsyncIterable<Job>,
	width: number,
	work: (job: Job) => Promise<boolean>,
): Promise<void> {
	const queue = Symbol.asyncIterator in jobs ? jobs[Symbol.asyncIterator]() : jobs[Symbol.iterator]();
	let asked: Promise<unknown> = Promise.resolve();
	/** One after the other: a generator keeps those who ask at the same time in a list, whose dead ends would hold the jobs in memory. */
	const ask = async (): Promise<IteratorResult<Job>> => {
		const asking = asked.then(() => queue.next());
		asked = asking.catch(() => {});
		return await asking;
	};
	let goesOn = true;
	const worker = async (): Promise<void> => {
		while (goesOn) {
			const next = await ask();
			if (next.done || !goesOn) return;
			let mayGoOn = false;
			try {
				mayGoOn = await work(next.value);
			} finally {
				goesOn = goesOn && mayGoOn;
			}
		}
	};
	const workers = Array.from({ length: width }, worker);
	await Promise.allSettled(workers);
	await Promise.all(workers);
}
