/** Long work that says what it is doing, so that nobody takes it for dead. */
const MILLISECONDS_BETWEEN = 10_000;

/** What the work gives; as long as it goes on, `say` is called now and then with its seconds. */
export async function sayingMeanwhile<Result>(work: Promise<Result>, say: (seconds: number) => void): Promise<Result> {
	const started = Date.now();
	const sign = setInterval(() => say(Math.round((Date.now() - started) / 1000)), MILLISECONDS_BETWEEN);
	try {
		return await work;
	} finally {
		clearInterval(sign);
	}
}
