/** The window of requests in flight: how it narrows and widens. */
import { setImmediate as turn } from 'node:timers/promises';
import { AdaptiveLimiter } from '../nodes/core/batching/adaptiveLimiter';

/**
 * Sends as many requests at once as there are replies, in generations: all that are in flight get their replies, calm or
 * congested, before the next come in. Gives the size of each generation.
 */
async function generations(window: AdaptiveLimiter, congested: boolean[]): Promise<number[]> {
	const sizes: number[] = [];
	const inFlight: number[] = [];
	for (const _reply of congested) void window.enter().then((place) => inFlight.push(place));
	const replies = [...congested];
	while (replies.length > 0) {
		await turn();
		const places = inFlight.splice(0);
		sizes.push(places.length);
		for (const place of places) window.leave(place, replies.shift() ?? false);
	}
	return sizes;
}

const calm = (count: number): boolean[] => Array<boolean>(count).fill(false);
const busy = (count: number): boolean[] => Array<boolean>(count).fill(true);

test('lets in as many as it is wide', async () => {
	expect(await generations(new AdaptiveLimiter(4), calm(10))).toEqual([4, 4, 2]);
});

test('halves once for all that were in flight together, and widens by one after four calm windows', async () => {
	const sizes = await generations(new AdaptiveLimiter(4), [...busy(4), ...calm(28)]);
	expect(sizes).toEqual([4, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4]);
});

test('never closes', async () => {
	expect(await generations(new AdaptiveLimiter(4), [...busy(9), ...calm(5)])).toEqual([4, 2, 1, 1, 1, 1, 1, 1, 1, 1]);
});
