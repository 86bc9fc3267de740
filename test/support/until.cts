/** Waiting for what comes by itself. */
import { setTimeout as wait } from 'node:timers/promises';

/** Looks every few milliseconds until something is so; fails when it takes too long. */
export async function until(isSo: () => Promise<boolean>, patience = 5000): Promise<void> {
	const end = Date.now() + patience;
	while (!(await isSo())) {
		if (Date.now() > end) throw new Error(`it is not so after ${patience / 1000} s`);
		await wait(10);
	}
}
